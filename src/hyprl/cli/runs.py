"""`hyprl backtest` and `hyprl replay`: the two engines, each on its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import (
    FILE,
    Command,
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
    from hyprl.usecases.requests import RunRequest
    from hyprl.usecases.results import Finished


def result_options(command: Command) -> Command:
    """Add the options that say what is written."""
    options: list[Callable[[Command], Command]] = [
        click.option("--trace", type=FILE, help="Write one record per decided bar (JSON Lines)."),
        json_option("the result"),
        click.option(
            "--plot", type=FILE, help="Draw equity and drawdown (PNG, SVG or PDF; needs hyprl[plot])."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@run_options
@result_options
def backtest(trace: Path | None, json_target: Path | None, plot: Path | None, **values: Any) -> None:
    """Run the compiled backtest over a window of bars.

    HYPRL_PARITY_TRACE=1 writes the trace to data/parity_traces. HYPRL_PARITY_MODE=microscope narrows the window to the
    config's microscope and writes it too: its indicators are the model's inputs.
    """
    from hyprl.usecases.backtest import BacktestRequest
    from hyprl.usecases.backtest import backtest as run_backtest

    _check_targets(trace, json_target, plot)
    run = request_from(values)
    _present(run_backtest(BacktestRequest(run, trace, _wants_trace(run)), announce), json_target, plot)


@click.command()
@run_options
@result_options
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
    from hyprl.usecases.replay import ReplayRequest
    from hyprl.usecases.replay import replay as run_replay

    _check_targets(trace, json_target, plot)
    _refuse_stream(trace)
    run = request_from(values)
    with progress("replay") as tick:
        finished = run_replay(ReplayRequest(run, trace, state, _wants_trace(run)), announce, tick)
    if finished.resumed_after:
        announce(f"resumed after {finished.resumed_after} of {finished.view.performance.bars} bars")
    _present(finished, json_target, plot)


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


def _wants_trace(run: RunRequest) -> bool:
    return run.microscope or os.environ.get("HYPRL_PARITY_TRACE", "") == "1"


def _present(finished: Finished, json_target: Path | None, plot: Path | None) -> None:
    from hyprl.report.runs import draw_run, show_run

    view, console = finished.view, Screen(json_target).console()
    if json_target is not None:  # first: a reader that closes the pipe early does not cost the file
        write_json(view.as_dict(), json_target)
    show_run(view, console)
    if finished.trace is not None:
        console.print(f"trace: {finished.trace}")
    if plot is not None:
        draw_run(view, plot)
        console.print(f"picture: {plot}")
