"""`hyprl diff`: compare any two signal logs and judge them by the gates of a stage."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.logs import names_a_map, pair_options, read_pair
from hyprl.cli.options import announce, write_json
from hyprl.cli.outputs import Outputs, output_options

if TYPE_CHECKING:
    from hyprl.logs.load import SignalLog
    from hyprl.parity.streamed import Streamed
    from hyprl.parity.verdict import ParityResult
    from hyprl.report.page import PageContent


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@pair_options
@click.option(
    "--stream/--in-memory",
    "stream",
    default=None,
    help="Compare batch by batch, or hold both logs; by itself for Parquet logs from 1,000,000 rows on.",
)
@output_options
@click.option("--json", "json_file", help="Write the result as JSON here; - for standard output.")
@click.pass_context
def diff(
    context: click.Context,
    /,
    left: Path,
    right: Path,
    stage: str,
    calendar: str | None,
    out: Path,
    stream: bool | None,
    json_file: str | None,
    **values: Any,
) -> None:
    """Compare the signal logs LEFT (backtest) and RIGHT (replay): CSV, JSON Lines or Parquet.

    Both need the columns timestamp (with UTC offset), symbol, decision; every other column that both have is
    compared too. A log of another form is read through a map: --map backtesting.py, freqtrade,
    nautilus_trader, vectorbt, or a TOML file of your own (docs/check-my-own-bot.md).
    Exit: 0 gates kept, 1 broken, 2 unusable input, 3 could not be assessed.
    """
    from hyprl.parity.diff_files import write_symbol_diffs
    from hyprl.parity.verdict import compare
    from hyprl.usecases.explanations import explanation_for_page
    from hyprl.usecases.logs import expected_opens
    from hyprl.usecases.pages import diff_page, subject_of

    outputs = Outputs.take(values)
    streamed = None if names_a_map(values) else _streamed(left, right, stage, calendar, stream)
    if streamed is not None:
        from hyprl.cli.streamed import publish_streamed

        context.exit(publish_streamed(streamed, (left, right), out, outputs, json_file))
    pair = read_pair(left, right, values, calendar)
    logs = [pair.left, pair.right]
    opens = expected_opens([log.frame for log in logs]) if calendar is not None else None
    compared = compare(logs[0].frame, logs[1].frame, stage, opens)
    result = outputs.judge(compared, partial(click.echo, err=True))
    files = write_symbol_diffs(result.main.diff, out)
    outputs = outputs.with_page(page_beside(files))
    _show(result, logs, files, to_stderr=json_file == "-")
    if json_file is not None:
        extras = {"files": [str(path) for path in files], "notes": list(pair.notes)} | outputs.as_json_dict()
        write_json(result.as_json_dict() | extras, Path(json_file))

    def page() -> PageContent:
        return diff_page(left, right, result, pair.notes, explanation_for_page(result, logs[0], logs[1]))

    outputs.publish(result, subject_of(result), page, partial(click.echo, err=json_file == "-"))
    context.exit(result.exit_code)


def _streamed(
    left: Path, right: Path, stage: str, calendar: str | None, stream: bool | None
) -> Streamed | None:
    from hyprl.parity.streamed import compare_sorted, is_large
    from hyprl.usecases.logs import opens_between

    if stream is False or (stream is None and not is_large(left, right)):
        return None
    done = compare_sorted(left, right, stage, opens_between if calendar is not None else None)
    if isinstance(done, str):
        announce(f"not streamed: {done}; comparing in memory")
        return None
    return done


def _show(result: ParityResult, logs: list[SignalLog], files: list[Path], *, to_stderr: bool) -> None:
    from rich.console import Console

    from hyprl.report.terminal import render_parity

    console = Console(stderr=to_stderr, highlight=False, soft_wrap=False)
    for name, log in zip(("bt", "replay"), logs, strict=True):
        click.echo(f"{name:<8}{log.path}  ({log.frame.height:,} bars)", err=to_stderr)
    render_parity(result, console)
    click.echo(f"Diff: {', '.join(str(path) for path in files[:2])}" + _more(len(files)), err=to_stderr)


def page_beside(files: list[Path]) -> Path:
    """Return the page's place: beside the diff of the only symbol, else under one name for all of them."""
    return files[0].with_suffix(".html") if len(files) == 2 else files[0].with_name("signal_diff.html")


def _more(count: int) -> str:
    return f" and {count - 2} more files" if count > 2 else ""
