"""`hyprl warmup`: how many bars of history a cold start needs, measured on the bars given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import (
    JSON_TARGET,
    Screen,
    announce,
    progress,
    refuse_early,
    request_from,
    run_options,
    write_json,
)

if TYPE_CHECKING:
    from rich.table import Table

    from hyprl.usecases.warmup import WarmupReport


@click.command()
@run_options
@click.option(
    "--anchors", type=click.IntRange(min=1), default=150, show_default=True, help="Bars to start cold at."
)
@click.option(
    "--json", "json_target", type=JSON_TARGET, help="Write the result as JSON; - for standard output."
)
def warmup(anchors: int, json_target: Path | None, **values: Any) -> None:
    """Measure how far off an engine is that starts cold on N bars.

    Prints for each feature, the probability and the decision the N from which the error stays within 1e-6, within
    1e-12, and is none at all, against a start at the file's first bar.
    """
    from hyprl.usecases.requests import prepare
    from hyprl.usecases.warmup import measure_warmup

    refuse_early(json_target)
    prepared = prepare(request_from(values), Path("data/models"), announce)
    run = prepared.run(prepared.start, prepared.end)
    with progress("cold starts") as tick:
        report = measure_warmup(run, announce, most_anchors=anchors, tick=tick)
    console = Screen(json_target).console()
    console.print(f"{run.symbol} ({run.window.series.source}), {prepared.start} … {prepared.end}")
    console.print(_table(report))
    console.print(
        f"Cold starts at {report.anchors} bars of the window, with up to {report.longest_history} bars before each.\n"
        "Features: relative error. Probability: absolute. Decision: direction and reason of a flat account.\n"
        "Or start from a snapshot (FeatureFrameSnapshot, `hyprl replay --state`): it goes on to the bit."
    )
    if json_target is not None:
        write_json(_document(report), json_target)


def _table(report: WarmupReport) -> Table:
    from rich.table import Table

    table = Table(title="Bars of history that a cold start needs", title_justify="left")
    for name in ("", "a number", "≤ 1e-6", "≤ 1e-12", "equal"):
        table.add_column(name, justify="right" if name else "left")
    for row in report.rows:
        if row.name == "decision":
            table.add_section()
            table.add_row("decision (none flipped)", str(row.for_number), "", "", _bars(row.equal, report))
        else:
            table.add_row(
                row.name, str(row.for_number), *(_bars(n, report) for n in (*row.within.values(), row.equal))
            )
    return table


def _bars(needed: int | None, report: WarmupReport) -> str:
    return f"> {report.longest_history}" if needed is None else str(needed)


def _document(report: WarmupReport) -> dict[str, object]:
    return {
        "anchors": report.anchors,
        "longest_history": report.longest_history,
        "rows": [
            {
                "name": row.name,
                "for_number": row.for_number,
                **{f"within_{tolerance:g}": bars for tolerance, bars in row.within.items()},
                "equal": row.equal,
            }
            for row in report.rows
        ],
    }
