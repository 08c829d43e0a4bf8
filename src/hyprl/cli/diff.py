"""`hyprl diff`: compare any two signal logs and judge them by the gates of a stage."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.outputs import Outputs, output_options

if TYPE_CHECKING:
    import polars as pl

    from hyprl.domain.bars import Int64Array
    from hyprl.parity.load import SignalLog
    from hyprl.parity.verdict import ParityResult
    from hyprl.report.page import PageContent

STAGES = ("microscope", "features", "risk", "live-ready", "exact")
FILE = click.Path(path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("left", type=FILE)
@click.argument("right", type=FILE)
@click.option(
    "--stage", type=click.Choice(STAGES), default="live-ready", show_default=True, help="Which gates."
)
@click.option("--calendar", type=click.Choice(["XNYS"]), help="Measure coverage against its hourly bars.")
@click.option(
    "--out", type=FILE, default=Path("data/signals"), show_default=True, help="Folder for the diff."
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
    json_file: str | None,
    **values: Any,
) -> None:
    """Compare the signal logs LEFT (backtest) and RIGHT (replay): CSV, JSON Lines or Parquet.

    Both need the columns timestamp (with UTC offset), symbol, decision; every other column that both have is
    compared too. Exit: 0 gates kept, 1 broken, 2 unusable input, 3 could not be assessed.
    """
    from hyprl.bootstrap.explanations import explanation_for_page
    from hyprl.bootstrap.pages import diff_page, subject_of
    from hyprl.parity.diff_files import write_symbol_diffs
    from hyprl.parity.load import load_signal_log
    from hyprl.parity.verdict import compare

    outputs = Outputs.take(values)
    logs = [load_signal_log(path) for path in (left, right)]
    opens = _expected_opens([log.frame for log in logs]) if calendar is not None else None
    compared = compare(logs[0].frame, logs[1].frame, stage, opens)
    result = outputs.judge(compared, partial(click.echo, err=True))
    files = write_symbol_diffs(result.main.diff, out)
    outputs = outputs.with_page(_page_beside(files))
    _show(result, logs, files, to_stderr=json_file == "-")
    if json_file is not None:
        extras = {"files": [str(path) for path in files]} | outputs.as_json_dict()
        _write_json(result.as_json_dict() | extras, json_file)

    def page() -> PageContent:
        return diff_page(left, right, result, (), explanation_for_page(result, logs[0], logs[1]))

    outputs.publish(result, subject_of(result), page, partial(click.echo, err=json_file == "-"))
    context.exit(result.exit_code)


def _expected_opens(frames: list[pl.DataFrame]) -> Int64Array:
    from datetime import timedelta

    import polars as pl

    from hyprl.bars.calendar import session_hours

    stamps = pl.concat([frame["timestamp"] for frame in frames])
    first, last = stamps.min(), stamps.max()
    if first is None or last is None:
        import numpy as np

        return np.empty(0, dtype=np.int64)
    edge = timedelta(days=1)  # a UTC date and its exchange date differ by at most one
    grid = session_hours(first.date() - edge, last.date() + edge)  # type: ignore[union-attr]
    ends = stamps.dt.epoch("us")
    return grid.between(int(ends.min()), int(ends.max()) + 1).open_utc_us  # type: ignore[arg-type]


def _show(result: ParityResult, logs: list[SignalLog], files: list[Path], *, to_stderr: bool) -> None:
    from rich.console import Console

    from hyprl.report.terminal import render_parity

    for log in logs:
        if log.torn_tail is not None:
            click.echo(
                f"{log.path}: the last line is torn and was left out: {log.torn_tail[:60]!r}", err=True
            )
    console = Console(stderr=to_stderr, highlight=False, soft_wrap=False)
    for name, log in zip(("bt", "replay"), logs, strict=True):
        click.echo(f"{name:<8}{log.path}  ({log.frame.height:,} bars)", err=to_stderr)
    render_parity(result, console)
    click.echo(f"Diff: {', '.join(str(path) for path in files[:2])}" + _more(len(files)), err=to_stderr)


def _page_beside(files: list[Path]) -> Path:
    """Return the page's place: beside the diff of the only symbol, else under one name for all of them."""
    return files[0].with_suffix(".html") if len(files) == 2 else files[0].with_name("signal_diff.html")


def _more(count: int) -> str:
    return f" and {count - 2} more files" if count > 2 else ""


def _write_json(document: dict[str, Any], target: str) -> None:
    import orjson

    from hyprl.files import atomic_write_bytes

    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if target == "-":
        click.echo(text.decode(), nl=False)
    else:
        atomic_write_bytes(Path(target), text)
