"""`hyprl check`: the main job."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.comparison import STAGES, output_options, take_outputs
from hyprl.cli.faults import FaultLabel
from hyprl.cli.options import (
    FILE,
    Screen,
    announce,
    json_option,
    progress,
    refuse_early,
    request_from,
    run_options,
    write_json,
)

if TYPE_CHECKING:
    from hyprl.usecases.check import CheckOutcome, CheckRequest
    from hyprl.usecases.publish import Outputs


@click.command()
@run_options
@output_options
@click.option("--stage", type=click.Choice(STAGES), default="exact", show_default=True, help="Which gates.")
@click.option(
    "--out", type=FILE, default=Path("data"), show_default=True, help="Folder for traces, diffs, models."
)
@json_option("the result")
@click.option(
    "--plant",
    type=FaultLabel(),
    help="Put a fault of `hyprl faults list` into the live side, to see the check fail.",
)
def check(stage: str, out: Path, json_target: Path | None, plant: str | None, **values: Any) -> None:
    """Run the backtest and the live engine on the same bars and say whether they agree.

    Without arguments: the embedded synthetic year, every field to the bit. Exit: 0 kept, 1 broken, 2 bad usage or
    input, 3 not assessed.
    """
    from hyprl.files import require_directory
    from hyprl.usecases.check import CheckRequest
    from hyprl.usecases.check import check as run_check

    for folder in ("signals", "parity_traces", "models"):
        require_directory(out / folder)
    refuse_early(json_target)
    outputs = take_outputs(values, out / "report.html")
    request = _planted(CheckRequest(request_from(values), stage, out), plant)
    with progress("replay") as tick:
        outcome = run_check(request, announce, tick)
    click.get_current_context().exit(_publish(outcome, outputs, json_target))


def _planted(request: CheckRequest, plant: str | None) -> CheckRequest:
    if plant is None:
        return request
    from hyprl.lab.plants import plant_for

    planted = replace(request, plant=plant_for(plant))
    announce(f"planted in the live side: {plant}; this check should break")
    return planted


def _publish(outcome: CheckOutcome, outputs: Outputs, json_target: Path | None) -> int:
    from hyprl.report.check import show_check
    from hyprl.usecases.check import check_view, explain_check
    from hyprl.usecases.pages import check_page
    from hyprl.usecases.publish import judge_by_baseline, publish

    outcome = replace(outcome, result=judge_by_baseline(outcome.result, outputs, announce))
    explanation = explain_check(outcome)
    view = check_view(outcome, explanation)
    if json_target is not None:  # first: a reader that closes the pipe early does not cost the file
        write_json(view.as_json_dict() | outputs.as_json_dict(), json_target)
    screen = Screen(json_target)
    show_check(view, screen.console())
    publish(outcome.result, outputs, screen.say, partial(check_page, outcome, explanation))
    return outcome.result.exit_code
