"""What a run leaves as a trace: its header, its records, its place."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

from hyprl.backtest.run import BacktestRun
from hyprl.files import atomic_path
from hyprl.trace.encode import TraceHeader
from hyprl.trace.signal import SignalTrace
from hyprl.wiring import NO_OVERRIDES, LiveOverrides, Run, parameters_for, run_facts

PARITY_TRACES = Path("data/parity_traces")
# A header is one line that every reader parses: a logistic model has some 60 weights, boosted trees have thousands.
MOST_WEIGHTS_IN_HEADER = 1_000


def trace_header(run: Run, source: str, overrides: LiveOverrides = NO_OVERRIDES) -> TraceHeader:
    """Return the header of a run's trace: with it and the records, every bar can be decided again.

    `overrides` are those of the live side whose trace it is.
    """
    run = overrides.run(run)
    parameters = overrides.parameters(parameters_for(run.config, run.plan))
    model: dict[str, object] = {"kind": run.model.kind, "feature_names": list(run.model.feature_names)}
    if len(run.model.weights) <= MOST_WEIGHTS_IN_HEADER:
        model["weights"] = list(run.model.weights)
    facts = {
        "source": source,
        **run.facts(),
        "bar_notes": list(run.bar_notes),
        "strategy_parameters": parameters.strategy._asdict(),
        "execution_parameters": parameters.execution._asdict(),
        "strategy_columns": {
            name: run.plan.names[place] for name, place in parameters.columns._asdict().items()
        },
        "initial_equity": run.config.risk.initial_equity,
        "model": model,
    }
    return TraceHeader(f"{source}-{run.run_id}", facts)


def trace_path(run: Run, source: str, directory: Path) -> Path:
    """Return `<directory>/<SYMBOL>_<source>-<run id>.jsonl`."""
    return directory / f"{run.symbol}_{source}-{run.run_id}.jsonl"


def copy_trace(trace: Path, to: Path) -> None:
    """Copy a finished trace, byte for byte. Raises OutputError."""
    with atomic_path(to) as temporary:
        copyfile(trace, temporary)


def backtest_records(run: Run, done: BacktestRun) -> list[SignalTrace]:
    """Return the backtest's trace records."""
    return list(done.records(run_facts(run, "backtest")))
