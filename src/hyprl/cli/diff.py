"""`hyprl diff`: compare any two signal logs and judge them by the gates of a stage."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.logs import compare_request, pair_options, say_notes, say_sides
from hyprl.cli.options import Screen, json_option, write_json
from hyprl.cli.outputs import output_options, take_outputs

if TYPE_CHECKING:
    from hyprl.report.page import PageContent
    from hyprl.usecases.compare import Comparison
    from hyprl.usecases.publish import Outputs


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@pair_options
@click.option(
    "--stream/--in-memory",
    "stream",
    default=None,
    help="Compare batch by batch, or hold both logs; by itself for Parquet logs from 1,000,000 rows on.",
)
@output_options
@json_option("the result")
@click.pass_context
def diff(context: click.Context, /, left: Path, right: Path, stage: str, **values: Any) -> None:
    """Compare the signal logs LEFT (backtest) and RIGHT (replay): CSV, JSON Lines or Parquet.

    Both need the columns timestamp (with UTC offset), symbol, decision; every other column that both have is
    compared too. A log of another form is read through a map: --map backtesting.py, freqtrade,
    nautilus_trader, vectorbt, or a TOML file of your own (docs/check-my-own-bot.md). The page also explains the
    causes, as `hyprl explain` does; --no-page spares that work.
    Exit: 0 gates kept, 1 broken, 2 unusable input, 3 could not be assessed.
    """
    from hyprl.usecases.compare import compare

    outputs = take_outputs(values)
    request = compare_request(left, right, values, stage, values["calendar"])
    if values["stream"] is not False:
        from hyprl.cli.streamed import diff_in_stream

        code = diff_in_stream(request, values, outputs, by_size=values["stream"] is None)
        if code is not None:
            context.exit(code)
    comparison = compare(request)
    say_notes(comparison.pair)
    context.exit(_publish(comparison, values["out"], values["json_target"], outputs))


def _publish(comparison: Comparison, out: Path, json_target: Path | None, outputs: Outputs) -> int:
    from dataclasses import replace

    from hyprl.usecases.publish import judge_by_baseline, page_beside, publish, write_diffs

    result = judge_by_baseline(comparison.result, outputs, partial(click.echo, err=True))
    comparison = replace(comparison, result=result)
    files = write_diffs(result, out)
    outputs = outputs.with_page(page_beside(files))
    screen = Screen(json_target)
    _show(comparison, files, screen)
    if json_target is not None:
        extras = {"files": [str(path) for path in files], "notes": list(comparison.pair.notes)}
        write_json(result.as_json_dict() | extras | outputs.as_json_dict(), json_target)
    publish(result, outputs, screen.say, partial(_page, comparison))
    return result.exit_code


def _page(comparison: Comparison) -> PageContent:
    from hyprl.usecases.explain import explain_for_page
    from hyprl.usecases.pages import comparison_page

    return comparison_page("diff", comparison, explain_for_page(comparison))


def _show(comparison: Comparison, files: list[Path], screen: Screen) -> None:
    from hyprl.report.terminal import render_parity

    logs = (comparison.pair.left, comparison.pair.right)
    say_sides(
        (logs[0].path, logs[1].path),
        (logs[0].frame.height, logs[1].frame.height),
        to_stderr=screen.on_stderr,
    )
    render_parity(comparison.result, screen.console(soft_wrap=False))
    more = f" and {len(files) - 2} more files" if len(files) > 2 else ""
    screen.say(f"Diff: {', '.join(str(path) for path in files[:2])}{more}")
