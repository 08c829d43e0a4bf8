"""`hyprl warmup`: how many bars of history a cold start needs, measured on the bars given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hyprl.cli.options import (
    Screen,
    announce,
    json_option,
    progress,
    refuse_early,
    request_from,
    run_options,
    write_json,
)


@click.command()
@run_options
@click.option(
    "--anchors", type=click.IntRange(min=1), default=150, show_default=True, help="Bars to start cold at."
)
@json_option("the result")
def warmup(anchors: int, json_target: Path | None, **values: Any) -> None:
    """Measure how far off an engine is that starts cold on N bars.

    Prints for each feature, the probability and the decision the N from which the error stays within 1e-6, within
    1e-12, and is none at all, against a start at the file's first bar.
    """
    from hyprl.report.warmup import show_warmup
    from hyprl.usecases.warmup import WarmupRequest
    from hyprl.usecases.warmup import warmup as measure

    refuse_early(json_target)
    with progress("cold starts") as tick:
        measured = measure(WarmupRequest(request_from(values), anchors), announce, tick)
    show_warmup(measured.subject, measured.report, Screen(json_target).console())
    if json_target is not None:
        write_json(measured.report.as_json_dict(), json_target)
