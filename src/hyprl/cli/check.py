"""`hyprl check`: the main job."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.faults import FaultLabel
from hyprl.cli.logs import STAGES
from hyprl.cli.options import (
    FILE,
    JSON_TARGET,
    Screen,
    announce,
    progress,
    refuse_early,
    request_from,
    run_options,
    write_json,
)
from hyprl.cli.outputs import output_options, take_outputs

if TYPE_CHECKING:
    from rich.console import Console

    from hyprl.report.worded import WordedExplanation
    from hyprl.usecases.check import CheckOutcome


@click.command()
@run_options
@output_options
@click.option("--stage", type=click.Choice(STAGES), default="exact", show_default=True, help="Which gates.")
@click.option(
    "--out", type=FILE, default=Path("data"), show_default=True, help="Folder for traces, diffs, models."
)
@click.option(
    "--json", "json_target", type=JSON_TARGET, help="Write the result as JSON; - for standard output."
)
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
    from hyprl.usecases.check import CheckRequest, explain_check, run_check
    from hyprl.usecases.pages import check_page
    from hyprl.usecases.publish import judge_by_baseline, publish

    for folder in ("signals", "parity_traces", "models"):
        require_directory(out / folder)
    refuse_early(json_target)
    outputs = take_outputs(values, out / "report.html")
    request = CheckRequest(request_from(values), stage, out)
    if plant is not None:
        from hyprl.lab.plants import plant_for

        request = replace(request, plant=plant_for(plant))
        announce(f"planted in the live side: {plant}; this check should break")
    with progress("replay") as tick:
        outcome = run_check(request, announce, tick)
    outcome = replace(outcome, result=judge_by_baseline(outcome.result, outputs, announce))
    explanation = explain_check(outcome)
    if json_target is not None:  # first: a reader that closes the pipe early does not cost the file
        write_json(_document(outcome, explanation) | outputs.as_json_dict(), json_target)
    screen = Screen(json_target)
    _show(outcome, explanation, screen.console())
    page = partial(check_page, outcome, explanation)
    publish(outcome.result, outputs, screen.say, page)
    click.get_current_context().exit(outcome.result.exit_code)


def _show(outcome: CheckOutcome, explanation: WordedExplanation | None, console: Console) -> None:
    from hyprl.report.explanation import render_causes
    from hyprl.report.terminal import render_parity

    prepared = outcome.prepared
    console.print(f"{prepared.symbol} ({prepared.series.source}), {prepared.start} … {prepared.end}")
    for note in (prepared.chosen.note, *prepared.notes):
        console.print(f"  {note}")
    for window in outcome.windows:
        if window.run.in_sample:
            console.print(f"  {window.name}: IN-SAMPLE, the model was trained on bars of this window")
        console.print(
            f"  {window.name}: {window.run.window.length} bars, equity {window.run.equity_source}, "
            f"{len(window.backtest.trades)} trades, final equity {window.backtest.final_equity:,.2f} "
            f"(backtest) {window.replay.final_equity:,.2f} (replay)"
        )
    for path in (path for window in outcome.windows for path in window.files if path.suffix != ".parquet"):
        console.print(f"  wrote {path}")
    if explanation is not None:
        render_causes(explanation, console)
    render_parity(outcome.result, console)


def _document(outcome: CheckOutcome, explanation: WordedExplanation | None) -> dict[str, Any]:
    prepared = outcome.prepared
    return {
        **outcome.result.as_json_dict(),
        "symbol": prepared.symbol,
        "bars_source": prepared.series.source,
        "start": str(prepared.start),
        "end": str(prepared.end),
        "config_hash": prepared.config.sha256(),
        "model": {"path": str(prepared.chosen.path), "sha256": prepared.chosen.model.sha256},
        "notes": list(prepared.notes),
        "explanation": None if explanation is None else explanation.as_json_dict(),
        "runs": [
            {
                "window": window.name,
                "run_id": window.run.run_id,
                "bars": window.run.window.length,
                "in_sample": window.run.in_sample,
                "equity_source": window.run.equity_source,
                "trades": {"backtest": len(window.backtest.trades), "replay": len(window.replay.trades)},
                "trades_equal": window.backtest.trades == window.replay.trades,
                "final_equity": {
                    "backtest": window.backtest.final_equity,
                    "replay": window.replay.final_equity,
                },
                "files": [str(path) for path in window.files],
            }
            for window in outcome.windows
        ],
    }
