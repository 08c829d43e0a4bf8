"""`hyprl diff`: compare any two signal logs and judge them by the gates of a stage."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.comparison import (
    compare_request,
    output_options,
    pair_options,
    say_notes,
    say_sides,
    take_outputs,
)
from hyprl.cli.options import Screen, announce, json_option, write_json

if TYPE_CHECKING:
    from hyprl.parity.streamed import Streamed
    from hyprl.report.page import PageContent
    from hyprl.usecases.compare import CompareRequest, Comparison
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
    streamed = None if values["stream"] is False else _streamed(request, by_size=values["stream"] is None)
    if streamed is not None:
        from hyprl.cli.streamed import publish_streamed

        context.exit(publish_streamed(streamed, (left, right), values, outputs))
    comparison = compare(request)
    say_notes(comparison.pair)
    context.exit(_publish(comparison, values["out"], values["json_target"], outputs))


def _streamed(request: CompareRequest, *, by_size: bool) -> Streamed | None:
    from hyprl.usecases.compare import compare_in_stream

    done = compare_in_stream(request, by_size=by_size)
    if isinstance(done, str):
        announce(f"not streamed: {done}; comparing in memory")
        return None
    return done


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
