"""The lab: a healthy run of one symbol, and other live sides beside it, in memory."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

from hyprl.jit.kernel import COMPILED, INTERPRETED, Announce
from hyprl.lab.ground import Ground
from hyprl.logs.load import log_of_records
from hyprl.logs.log import Log, TraceLog
from hyprl.model.artifact import ProbabilityModel
from hyprl.usecases.drive import replay_in_memory
from hyprl.usecases.requests import Prepared, quiet
from hyprl.usecases.traces import backtest_records, trace_header
from hyprl.wiring import NO_OVERRIDES, LiveOverrides, Run, backtest, kernel_for

# What a plain bot logs: with these columns alone, only signatures are left to explain a gap.
PLAIN_COLUMNS = (
    "timestamp",
    "symbol",
    "decision",
    "direction",
    "probability_up",
    "position_size",
    "expected_pnl",
)


def plain(log: TraceLog) -> Log:
    """Return what a plain bot would have logged."""
    return Log(log.path, log.frame.select(PLAIN_COLUMNS))


class Lab:
    """One symbol's run: the backtest's log once, a live log for any overrides. The model is loaded anew live."""

    def __init__(self, prepared: Prepared, announce: Announce = quiet) -> None:
        self.prepared = prepared
        self.run = prepared.run(prepared.start, prepared.end)
        self.live_run = replace(self.run, model=ProbabilityModel.load_artifact(prepared.chosen.path))
        self.ground = Ground(self.live_run)
        self._announce = announce

    @property
    def symbol(self) -> str:
        """Return the symbol."""
        return self.run.symbol

    @cached_property
    def left(self) -> TraceLog:
        """Return the compiled backtest's log."""
        return self.backtested(COMPILED)

    def backtested(self, mode: str) -> TraceLog:
        """Return a backtest's log, compiled or interpreted."""
        done = backtest(self.run, kernel_for(self.run, mode, self._announce), record=True)
        facts = trace_header(self.run, "backtest").facts
        return log_of_records(backtest_records(self.run, done), facts, Path("the left log"))

    def replayed(
        self, overrides: LiveOverrides = NO_OVERRIDES, mode: str = INTERPRETED, run: Run | None = None
    ) -> TraceLog:
        """Return a live engine's log, fed bar by bar."""
        run = run or self.live_run
        _, records = replay_in_memory(run, self._announce, mode=mode, overrides=overrides)
        facts = trace_header(run, "replay", overrides).facts
        return log_of_records(records, facts, Path("the right log"))
