"""Backtest: the compiled batch engine over a window of bars."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyprl.backtest.run import BacktestRun
from hyprl.jit.kernel import COMPILED, Announce
from hyprl.trace.writer import write_trace
from hyprl.usecases.drive import Outcome
from hyprl.usecases.requests import BUILT_IN, MODELS, RunRequest, prepare
from hyprl.usecases.results import Finished, backtest_view
from hyprl.usecases.traces import PARITY_TRACES, backtest_records, copy_trace, trace_header, trace_path
from hyprl.wiring import Run, kernel_for
from hyprl.wiring import backtest as run_batch


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """What to run, and where its trace goes (None: nowhere); `keeps_parity_trace`: to the parity traces too."""

    run: RunRequest = BUILT_IN
    trace: Path | None = None
    keeps_parity_trace: bool = False
    models: Path = MODELS


def backtest(request: BacktestRequest, announce: Announce) -> Finished:
    """Run the compiled backtest and measure it. Raises HyprLError children."""
    prepared = prepare(request.run, request.models, announce)
    run = prepared.run(prepared.start, prepared.end)
    parity_trace = trace_path(run, "backtest", PARITY_TRACES)
    trace = request.trace or (parity_trace if request.keeps_parity_trace else None)
    outcome, done = run_backtest(run, announce, trace)
    if trace is not None and request.keeps_parity_trace and trace != parity_trace:
        copy_trace(trace, parity_trace)
    return Finished(backtest_view(prepared, run, outcome, done), trace)


def run_backtest(run: Run, announce: Announce, trace: Path | None = None) -> tuple[Outcome, BacktestRun]:
    """Drive the batch engine; write its trace if a path is given."""
    done = run_batch(run, kernel_for(run, COMPILED, announce), record=trace is not None)
    if trace is not None:
        write_trace(trace, trace_header(run, "backtest"), backtest_records(run, done))
    return Outcome(done.trades, done.final_equity, done.exposed_bars), done
