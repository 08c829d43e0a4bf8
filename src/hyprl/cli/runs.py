"""`hyprl backtest` and `hyprl replay`: the two engines, each on its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import (
    FILE,
    JSON_TARGET,
    Command,
    Screen,
    announce,
    progress,
    refuse_early,
    request_from,
    run_options,
    write_json,
)

if TYPE_CHECKING:
    from hyprl.report.runs import RunView
    from hyprl.usecases.requests import Prepared
    from hyprl.wiring import Run

MODELS = Path("data/models")
TRACES = Path("data/parity_traces")


def output_options(command: Command) -> Command:
    """Add the options that say what is written."""
    options = [
        click.option("--trace", type=FILE, help="Write one record per decided bar (JSON Lines)."),
        click.option(
            "--json", "json_target", type=JSON_TARGET, help="Write the result as JSON; - for standard output."
        ),
        click.option(
            "--plot", type=FILE, help="Draw equity and drawdown (PNG, SVG or PDF; needs hyprl[plot])."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@run_options
@output_options
def backtest(trace: Path | None, json_target: Path | None, plot: Path | None, **values: Any) -> None:
    """Run the compiled backtest over a window of bars.

    HYPRL_PARITY_TRACE=1 writes the trace to data/parity_traces. HYPRL_PARITY_MODE=microscope narrows the window to the
    config's microscope and writes it too: its indicators are the model's inputs.
    """
    from hyprl.usecases.results import backtest_view
    from hyprl.usecases.runs import run_backtest, trace_path

    _check_targets(trace, json_target, plot)
    prepared, run = _prepared(values)
    parity_trace = trace_path(run, "backtest", TRACES)
    trace = trace or (parity_trace if _trace_wanted(prepared) else None)
    outcome, done = run_backtest(run, announce, trace=trace)
    _keep_parity_trace(prepared, trace, parity_trace)
    _present(backtest_view(prepared, run, outcome, done), trace, json_target, plot)


@click.command()
@run_options
@output_options
@click.option(
    "--state", type=FILE, help="Directory that keeps the state after each bar; a rerun goes on from it."
)
def replay(
    trace: Path | None, json_target: Path | None, plot: Path | None, state: Path | None, **values: Any
) -> None:
    """Run the live engine over recorded bars, one closed bar at a time.

    With --state it survives being killed: run the same command again and the trace ends up byte for byte the same. The
    trace is written to --trace, else into the state directory, else to data/parity_traces. HYPRL_PARITY_TRACE=1 and
    HYPRL_PARITY_MODE=microscope do what they do for `hyprl backtest`.
    """
    from hyprl.usecases.results import replay_view
    from hyprl.usecases.runs import ReplayFiles, replay_to_files, trace_path

    _check_targets(trace, json_target, plot)
    _refuse_stream(trace)
    prepared, run = _prepared(values)
    parity_trace = trace_path(run, "replay", TRACES)
    path = trace or (parity_trace if state is None else state / "trace.jsonl")
    with progress("replay") as tick:
        outcome = replay_to_files(run, ReplayFiles(path, state), announce, tick=tick)
    if outcome.resumed_after:
        announce(f"resumed after {outcome.resumed_after} of {run.window.length} bars")
    _keep_parity_trace(prepared, path, parity_trace)
    _present(replay_view(prepared, run, outcome, path), path, json_target, plot)


def _prepared(values: dict[str, Any]) -> tuple[Prepared, Run]:
    from hyprl.usecases.requests import prepare

    prepared = prepare(request_from(values), MODELS, announce)
    return prepared, prepared.run(prepared.start, prepared.end)


def _check_targets(trace: Path | None, json_target: Path | None, plot: Path | None) -> None:
    refuse_early(trace, json_target, plot)
    if plot is not None:
        from hyprl.report.runs import require_picture

        require_picture(plot)


def _refuse_stream(trace: Path | None) -> None:
    from hyprl.errors import OutputError

    if trace is not None and trace.exists() and not trace.is_file():
        raise OutputError(
            "is not a file; a replay reads its trace back",
            where=str(trace),
            remedy="Name a file for --trace.",
        )


def _trace_wanted(prepared: Prepared) -> bool:
    return prepared.request.microscope or os.environ.get("HYPRL_PARITY_TRACE", "") == "1"


def _keep_parity_trace(prepared: Prepared, trace: Path | None, parity_trace: Path) -> None:
    from hyprl.usecases.runs import copy_trace

    if trace is not None and trace != parity_trace and _trace_wanted(prepared):
        copy_trace(trace, parity_trace)


def _present(view: RunView, trace: Path | None, json_target: Path | None, plot: Path | None) -> None:
    from hyprl.report.runs import draw_run, show_run

    console = Screen(json_target).console()
    if json_target is not None:  # first: a reader that closes the pipe early does not cost the file
        write_json(view.as_dict(), json_target)
    show_run(view, console)
    if trace is not None:
        console.print(f"trace: {trace}")
    if plot is not None:
        draw_run(view, plot)
        console.print(f"picture: {plot}")
