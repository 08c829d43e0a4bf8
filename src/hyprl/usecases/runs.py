"""Use cases: make a run from options, drive the backtest, drive the replay, keep and resume its state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING

from hyprl.domain.account import EQUITY
from hyprl.domain.trades import Trade
from hyprl.errors import OutputError
from hyprl.files import atomic_path, unwritable
from hyprl.jit.kernel import COMPILED, INTERPRETED, Announce, Kernel
from hyprl.live.engine import LiveEngine, LiveParts, Progress
from hyprl.live.source import ReplaySource
from hyprl.live.state import EngineState, StateFile, locked
from hyprl.trace.encode import TraceHeader, encode_header
from hyprl.trace.signal import SignalTrace
from hyprl.trace.writer import TraceWriter, write_trace
from hyprl.wiring import (
    NO_OVERRIDES,
    LiveOverrides,
    LiveSide,
    Run,
    backtest,
    kernel_for,
    live_side,
    parameters_for,
    run_facts,
)

if TYPE_CHECKING:
    from hyprl.backtest.run import BacktestRun

MOST_WEIGHTS_IN_HEADER = 1_000
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: trades, equity in account currency, bars in position."""

    trades: tuple[Trade, ...]
    final_equity: float
    exposed_bars: int
    resumed_after: int = 0


@dataclass(slots=True)
class MemorySink:
    """Keeps records in a list."""

    records: list[SignalTrace] = field(default_factory=list)

    def write(self, record: SignalTrace) -> None:
        """Keep one record."""
        self.records.append(record)


class NowhereSink:
    """Keeps no record: whoever drives the engine takes them as they are returned."""

    __slots__ = ()

    def write(self, record: SignalTrace) -> None:
        """Do nothing."""


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


def run_backtest(
    run: Run, announce: Announce, *, mode: str = COMPILED, trace: Path | None = None
) -> tuple[Outcome, BacktestRun]:
    """Drive the batch engine; write its trace if a path is given."""
    done = backtest(run, kernel_for(run, mode, announce), record=trace is not None)
    if trace is not None:
        write_trace(trace, trace_header(run, "backtest"), backtest_records(run, done))
    return Outcome(done.trades, done.final_equity, done.exposed_bars), done


def replay_in_memory(
    run: Run,
    announce: Announce,
    *,
    mode: str = INTERPRETED,
    overrides: LiveOverrides = NO_OVERRIDES,
    tick: Tick = lambda _done, _total: None,
) -> tuple[Outcome, list[SignalTrace]]:
    """Drive the live engine over the window; keep its records."""
    run = overrides.run(run)
    kernel, sink, series = kernel_for(run, mode, announce), MemorySink(), run.window.series
    side = live_side(run, kernel, sink, overrides=overrides)
    engine, restart = LiveEngine(side.parts), overrides.restart
    start = run.window.start
    engine.warm_up(overrides.history(ReplaySource(series.slice(start - side.preroll_bars, start))))
    for done, closed in enumerate(overrides.source(ReplaySource(run.window.evaluated)), start=1):
        engine.on_bar(closed)
        if restart is not None and restart.due(closed.open_utc_us, side.broker):
            saved, restart = restart.carry(_state(run, side, engine.progress)), None
            side = live_side(run, kernel, sink, overrides=overrides)
            engine = restored(side, saved)
        tick(done, run.window.length)
    engine.finish()
    return _outcome(engine, side), sink.records


def _state(run: Run, side: LiveSide, progress: Progress, trace: tuple[int, str] = (0, "")) -> EngineState:
    parts: LiveParts = side.parts
    return EngineState(
        run.run_id,
        progress,
        parts.store.snapshot(run.symbol),
        tuple(float(value) for value in side.broker.account),
        parts.headlines.cursor,
        *trace,
    )


@dataclass(frozen=True, slots=True)
class ReplayFiles:
    """Where a replay writes its trace, and where it keeps its state (None: nowhere, it cannot be resumed)."""

    trace: Path
    state: Path | None


def replay_to_files(
    run: Run, files: ReplayFiles, announce: Announce, *, mode: str = INTERPRETED, tick: Tick
) -> Outcome:
    """Drive the live engine, saving state after each bar if asked to; go on where an earlier one stopped.

    Raises StateError when the saved state is another run's or damaged, TraceError when the trace is not the one that
    the state continues, OutputError when a file cannot be written.
    """
    kernel = kernel_for(run, mode, announce)
    with ExitStack() as stack:
        if files.state is None:
            return _replay_whole(run, kernel, files.trace, tick)
        stack.enter_context(locked(files.state))
        return _drive_with_state(run, kernel, files, StateFile(files.state), stack, tick)


def _replay_whole(run: Run, kernel: Kernel, trace: Path, tick: Tick) -> Outcome:
    side = live_side(run, kernel, NowhereSink())
    engine = LiveEngine(side.parts)
    warm_up(engine, run, side.preroll_bars)
    write_trace(trace, trace_header(run, "replay"), _played(engine, run, tick))
    return _outcome(engine, side)


def _drive_with_state(
    run: Run, kernel: Kernel, files: ReplayFiles, store: StateFile, stack: ExitStack, tick: Tick
) -> Outcome:
    saved = store.load(run.run_id)
    if saved is None:
        header = trace_header(run, "replay")
        _require_own(files.trace, header)
        writer = TraceWriter.create(files.trace, header)
    else:
        writer = TraceWriter.resume(files.trace, saved.trace_bytes, saved.trace_hash)
    stack.enter_context(writer)
    checkpoint = Checkpoint(run, writer, store)
    side = live_side(run, kernel, writer, checkpoint)
    checkpoint.side = side
    if saved is None:
        return _drive_from_start(side, run, tick)
    engine, resumed_after = restored(side, saved), saved.progress.bars_decided
    drive(engine, run, tick)
    return _outcome(engine, side, resumed_after)


def _require_own(trace: Path, header: TraceHeader) -> None:
    # A resumable trace is appended to in place: what it would replace must be an earlier attempt at the same run.
    line, _ = encode_header(header)
    try:
        with trace.open("rb") as file:
            found = file.read(len(line))
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(trace, error) from error
    if not line.startswith(found):
        raise OutputError(
            "holds something else than the trace of this run",
            where=str(trace),
            remedy="Name another --trace, or move that file away.",
        )


@dataclass(slots=True)
class Checkpoint:
    """Saves an engine's whole state after each bar."""

    run: Run
    writer: TraceWriter
    store: StateFile
    side: LiveSide | None = None

    def __call__(self, progress: Progress) -> None:
        """Save."""
        if self.side is None:
            return
        at = (self.writer.byte_length, self.writer.head_hash)
        self.store.save(_state(self.run, self.side, progress, at))


def restored(side: LiveSide, saved: EngineState) -> LiveEngine:
    """Return an engine that goes on from a saved state."""
    side.store.restore(saved.snapshot)
    side.broker.restore(saved.account)
    side.parts.headlines.cursor = saved.headline_cursor
    return LiveEngine(side.parts, saved.progress)


def warm_up(engine: LiveEngine, run: Run, bars: int) -> None:
    """Feed the last `bars` bars before the window to the features."""
    series, start = run.window.series, run.window.start
    engine.warm_up(ReplaySource(series.slice(start - bars, start)))


def drive(engine: LiveEngine, run: Run, tick: Tick) -> None:
    """Play what is left of the window, then close what is open."""
    for _ in _played(engine, run, tick):
        pass


def _played(engine: LiveEngine, run: Run, tick: Tick) -> Iterator[SignalTrace]:
    window = run.window.evaluated
    total, first = len(window), engine.progress.bars_decided
    for done, closed in enumerate(ReplaySource(window, first), start=first + 1):
        record = engine.on_bar(closed)
        if record is not None:
            yield record
        tick(done, total)
    engine.finish()


def _drive_from_start(side: LiveSide, run: Run, tick: Tick) -> Outcome:
    engine = LiveEngine(side.parts)
    warm_up(engine, run, side.preroll_bars)
    drive(engine, run, tick)
    return _outcome(engine, side)


def _outcome(engine: LiveEngine, side: LiveSide, resumed_after: int = 0) -> Outcome:
    progress = engine.progress
    equity = float(side.broker.account[EQUITY])
    return Outcome(tuple(progress.trades), equity, progress.exposed_bars, resumed_after)
