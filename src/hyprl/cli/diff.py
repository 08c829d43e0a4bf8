"""`hyprl diff`: compare any two signal logs and judge them by the gates of a stage."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import announce
from hyprl.cli.outputs import Outputs, output_options

if TYPE_CHECKING:
    import polars as pl

    from hyprl.domain.bars import Int64Array
    from hyprl.parity.load import SignalLog
    from hyprl.parity.stream.compare import Streamed
    from hyprl.parity.verdict import ParityResult

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
    compared too. Exit: 0 gates kept, 1 broken, 2 unusable input, 3 could not be assessed.
    """
    from hyprl.bootstrap.pages import diff_page, subject_of
    from hyprl.parity.diff_files import write_symbol_diffs
    from hyprl.parity.load import load_signal_log
    from hyprl.parity.verdict import compare

    outputs = Outputs.take(values)
    streamed = _streamed(left, right, stage, calendar, stream)
    if streamed is not None:
        from hyprl.cli.streamed import publish_streamed

        context.exit(publish_streamed(streamed, (left, right), out, outputs, json_file))
    logs = [load_signal_log(path) for path in (left, right)]
    opens = _expected_opens([log.frame for log in logs]) if calendar is not None else None
    compared = compare(logs[0].frame, logs[1].frame, stage, opens)
    result = outputs.judge(compared, partial(click.echo, err=True))
    files = write_symbol_diffs(result.main.diff, out)
    outputs = outputs.with_page(_page_beside(files))
    _show(result, logs, files, to_stderr=json_file == "-")
    if json_file is not None:
        extras = {"files": [str(path) for path in files]} | outputs.as_json_dict()
        outputs.write_json(result.as_json_dict() | extras, json_file)
    page = partial(diff_page, left, right, result)
    outputs.publish(result, subject_of(result), page, partial(click.echo, err=json_file == "-"))
    context.exit(result.exit_code)


def _streamed(
    left: Path, right: Path, stage: str, calendar: str | None, stream: bool | None
) -> Streamed | None:
    from hyprl.parity.stream.compare import compare_sorted, is_large

    if stream is False or (stream is None and not is_large(left, right)):
        return None
    done = compare_sorted(left, right, stage, _opens_between if calendar is not None else None)
    if isinstance(done, str):
        announce(f"not streamed: {done}; comparing in memory")
        return None
    return done


def _expected_opens(frames: list[pl.DataFrame]) -> Int64Array:
    import numpy as np
    import polars as pl

    ends = pl.concat([frame["timestamp"] for frame in frames]).dt.epoch("us")
    first, last = ends.min(), ends.max()
    if first is None or last is None:
        return np.empty(0, dtype=np.int64)
    return _opens_between(int(first), int(last))  # type: ignore[arg-type]


def _opens_between(first: int, last: int) -> Int64Array:
    from datetime import UTC, datetime, timedelta

    from hyprl.bars.calendar import session_hours

    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    edge = timedelta(days=1)  # a UTC date and its exchange date differ by at most one
    dates = [(epoch + timedelta(microseconds=stamp)).date() for stamp in (first, last)]
    return session_hours(dates[0] - edge, dates[1] + edge).between(first, last + 1).open_utc_us


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
