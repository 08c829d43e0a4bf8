"""Run the compiled kernel over a window of bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array, RecordArray
from hyprl.domain.decisions import BarContext, Decision
from hyprl.domain.trades import RunWindow, Trade
from hyprl.kernel.account import open_account
from hyprl.kernel.batch import (
    BLOCK_BARS,
    CONTEXT,
    DECISION,
    TRADE,
    Inputs,
    Outputs,
    Work,
    bar_columns,
)
from hyprl.kernel.step import Parameters
from hyprl.trace.compose import RunFacts, compose_trace
from hyprl.trace.signal import SignalTrace

NO_FLOATS: Float64Array = np.zeros(0)
NO_TIMES: Int64Array = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class RunInputs:
    """What a run reads beside bars. Empty arrays: simulated equity, no headlines.

    `injected_equity` has one value per decided bar, in account currency; headlines are sorted by time.
    """

    weights: tuple[float, ...]
    parameters: Parameters
    initial_equity: float
    injected_equity: Float64Array = field(default_factory=lambda: NO_FLOATS)
    published_utc_us: Int64Array = field(default_factory=lambda: NO_TIMES)
    scores: Float64Array = field(default_factory=lambda: NO_FLOATS)
    max_age_us: int = 0


@dataclass(frozen=True, slots=True)
class BacktestRun:
    """What the kernel did: trades and equity at each decided bar's close; if recorded, what was decided, from what.

    `contexts` and `decisions` are records with the fields of BarContext and Decision.
    """

    window: RunWindow
    trade_rows: RecordArray
    equity: Float64Array
    final_equity: float
    exposed_bars: int
    features: Float64Array
    contexts: RecordArray
    decisions: RecordArray

    @property
    def trades(self) -> tuple[Trade, ...]:
        """Return the trades, made from `trade_rows` (a TRADE each) at each call."""
        return tuple(map(Trade._make, self.trade_rows.tolist()))

    def records(self, facts: RunFacts) -> Iterator[SignalTrace]:
        """Yield one trace record per decided bar. Needs a run with `record=True`."""
        bars = self.window.evaluated
        recorded = zip(
            self.features.tolist(),
            map(BarContext._make, self.contexts.tolist()),
            map(Decision._make, self.decisions.tolist()),
            strict=True,
        )
        for index, (features, context, decision) in enumerate(recorded):
            yield compose_trace(facts, bars.bar(index), features, context, decision)


def run_window(kernel: Any, window: RunWindow, inputs: RunInputs, *, record: bool = False) -> BacktestRun:
    """Warm up on the bars before the window, decide and fill those in it, flatten at its end.

    `kernel` is a linked kernel (hyprl.jit). With `record` every feature and decision is kept (about 300 bytes a bar).
    """
    width = len(kernel.plan.columns)
    recorded = window.length if record else 0
    features = np.empty((recorded, width))
    contexts, decisions = np.empty(recorded, CONTEXT), np.empty(recorded, DECISION)
    equity = np.empty(window.length)
    # One trade a bar at most; the system gives memory only to the rows that are written.
    trades = np.empty(window.length, TRADE)
    ran = kernel.run_backtest(
        bar_columns(window.series),
        Inputs(
            window.start,
            open_account(inputs.initial_equity),
            np.array(inputs.weights),
            inputs.injected_equity,
            inputs.published_utc_us,
            inputs.scores,
            inputs.max_age_us,
        ),
        inputs.parameters,
        Work(kernel.new_states(), np.zeros((BLOCK_BARS, width)), np.zeros(BLOCK_BARS), np.zeros(BLOCK_BARS)),
        Outputs(equity, features, contexts, decisions, trades),
    )
    return BacktestRun(
        window,
        trades[: ran.trades].copy(),
        equity,
        ran.account.equity,
        ran.exposed_bars,
        features,
        contexts,
        decisions,
    )
