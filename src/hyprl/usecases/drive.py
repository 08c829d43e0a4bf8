"""Drive the live engine over recorded bars: warm up, play the window, restart on the way, finish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hyprl.domain.account import account_values
from hyprl.domain.trades import Trade
from hyprl.jit.kernel import INTERPRETED, Announce
from hyprl.live.engine import LiveEngine, LiveParts, Progress
from hyprl.live.source import ReplaySource
from hyprl.live.state import EngineState
from hyprl.trace.signal import SignalTrace
from hyprl.wiring import NO_OVERRIDES, LiveOverrides, LiveSide, Run, kernel_for, live_side

Tick = Callable[[int, int], None]  # bars decided, bars of the window


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


def no_tick(_done: int, _total: int) -> None:
    """Show no progress."""


def replay_in_memory(
    run: Run,
    announce: Announce,
    *,
    mode: str = INTERPRETED,
    overrides: LiveOverrides = NO_OVERRIDES,
    tick: Tick = no_tick,
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
            saved, restart = restart.carry(state_of(run, side, engine.progress)), None
            side = live_side(run, kernel, sink, overrides=overrides)
            engine = restored(side, saved)
        tick(done, run.window.length)
    engine.finish()
    return outcome_of(engine, side), sink.records


def warm_up(engine: LiveEngine, run: Run, bars: int) -> None:
    """Feed the last `bars` bars before the window to the features."""
    series, start = run.window.series, run.window.start
    engine.warm_up(ReplaySource(series.slice(start - bars, start)))


def drive(engine: LiveEngine, run: Run, tick: Tick) -> None:
    """Play what is left of the window, then close what is open."""
    for _ in play(engine, run, tick):
        pass


def play(engine: LiveEngine, run: Run, tick: Tick) -> Iterator[SignalTrace]:
    """Yield the record of each bar that is left of the window, then close what is open."""
    window = run.window.evaluated
    total, first = len(window), engine.progress.bars_decided
    for done, closed in enumerate(ReplaySource(window, first), start=first + 1):
        record = engine.on_bar(closed)
        if record is not None:
            yield record
        tick(done, total)
    engine.finish()


def state_of(run: Run, side: LiveSide, progress: Progress, trace: tuple[int, str] = (0, "")) -> EngineState:
    """Return everything that a new process needs to go on; `trace` is its trace's length in bytes and head hash."""
    parts: LiveParts = side.parts
    return EngineState(
        run.run_id,
        progress,
        parts.store.snapshot(run.symbol),
        account_values(side.broker.account),
        parts.headlines.cursor,
        *trace,
    )


def restored(side: LiveSide, saved: EngineState) -> LiveEngine:
    """Return an engine that goes on from a saved state."""
    side.store.restore(saved.snapshot)
    side.broker.restore(saved.account)
    side.parts.headlines.cursor = saved.headline_cursor
    return LiveEngine(side.parts, saved.progress)


def outcome_of(engine: LiveEngine, side: LiveSide, resumed_after: int = 0) -> Outcome:
    """Return how a finished engine ended."""
    progress = engine.progress
    equity = side.broker.account.equity
    return Outcome(tuple(progress.trades), equity, progress.exposed_bars, resumed_after)
