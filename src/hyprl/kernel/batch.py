"""The batch driver: the live engine's own steps over history, a block of bars at a time.

Features and probabilities of a block come first, its decisions and fills after: features depend on no decision, and
a processor overlaps the bars of a short loop. Kernel code, meant to be compiled; run by the interpreter it gives the
same bits.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hyprl.domain.account import Account
from hyprl.domain.arrays import Float64Array, Int64Array, RecordArray
from hyprl.domain.bars import Bar, BarSeries, Times, Vector, is_usable
from hyprl.domain.decisions import EXIT_NONE, NO_DIRECTION, BarContext, Decision
from hyprl.domain.records import record_dtype
from hyprl.domain.trades import Trade
from hyprl.kernel.account import closed_trade, flatten
from hyprl.kernel.observe import observe, probability_of
from hyprl.kernel.step import Parameters, step
from hyprl.strategy.decide import Observed

BLOCK_BARS = 128  # with 19 columns a block stays in a processor's nearest cache
CONTEXT = record_dtype(BarContext)
DECISION = record_dtype(Decision)
TRADE = record_dtype(Trade)


class BarColumns(NamedTuple):
    """A BarSeries as the kernel takes it."""

    close_utc_us: Int64Array
    session: Int64Array
    flaws: Int64Array
    open: Float64Array
    high: Float64Array
    low: Float64Array
    close: Float64Array
    volume: Float64Array


class Inputs(NamedTuple):
    """What a run begins with beside bars: the first bar that it decides, its account, the model's weights.

    Injected equity may be empty (the account's own sizes), and so may headlines (no source).
    """

    start: int
    account: Account
    weights: Float64Array
    injected_equity: Float64Array
    published_utc_us: Int64Array
    scores: Float64Array
    max_age_us: int


class Work(NamedTuple):
    """What a run works in: feature states, and for the bars of one block features, readiness (1 or 0) and P(up)."""

    states: object
    features: Float64Array
    ready: Float64Array
    probabilities: Float64Array


class Outputs(NamedTuple):
    """Where the run writes: a row a bar from `start` on; all but equity may be empty, and is then not wanted.

    `trades` has room for one trade a bar, with bars counted from `start`.
    """

    equity: Float64Array
    features: Float64Array
    contexts: RecordArray
    decisions: RecordArray
    trades: RecordArray


class Ran(NamedTuple):
    """Where a run ended: its account, how many trades it wrote, how many bars a position was held."""

    account: Account
    trades: int
    exposed_bars: int


def bar_columns(series: BarSeries) -> BarColumns:
    """Return a series as the kernel takes it, without copying."""
    return BarColumns(
        series.close_utc_us,
        series.session,
        series.flaws,
        series.open,
        series.high,
        series.low,
        series.close,
        series.volume,
    )


def bar_at(bars: BarColumns, index: int) -> Bar:
    """Return one row as plain floats."""
    return Bar(
        float(bars.open[index]),
        float(bars.high[index]),
        float(bars.low[index]),
        float(bars.close[index]),
        float(bars.volume[index]),
    )


def advance_headlines(published_utc_us: Times, cursor: int, close_utc_us: int) -> int:
    """Return how many headlines were published at or before the bar's close."""
    while cursor < len(published_utc_us) and published_utc_us[cursor] <= close_utc_us:
        cursor += 1
    return cursor


def score_of(
    published_utc_us: Times, scores: Vector, cursor: int, close_utc_us: int, max_age_us: int
) -> float:
    """Return the latest published score, NaN if there is none or it is older than `max_age_us`."""
    if cursor == 0 or close_utc_us - published_utc_us[cursor - 1] > max_age_us:
        return math.nan
    return float(scores[cursor - 1])


def run_features(bars: BarColumns, states: object, frame: Float64Array) -> None:
    """Write every feature of every bar; rows of bars before the window is full hold NaN."""
    for index in range(len(bars.close)):
        observe(states, bar_at(bars, index), frame[index])


def observe_block(bars: BarColumns, first: int, last: int, weights: Float64Array, work: Work) -> None:
    """Fill `work` with the features and probabilities of bars [first, last)."""
    for index in range(first, last):
        work.ready[index - first] = observe(work.states, bar_at(bars, index), work.features[index - first])
    for slot in range(last - first):
        work.probabilities[slot] = probability_of(work.features[slot], weights, work.ready[slot] > 0.0)


def observed_at(bars: BarColumns, index: int, slot: int, score: float, work: Work) -> Observed:
    """Return what is known of a bar that stands in `slot` of the block."""
    return Observed(
        bar_at(bars, index),
        bars.flaws[index],
        work.features[slot],
        work.ready[slot] > 0.0,
        work.probabilities[slot],
        score,
    )


def keep_features(out: Float64Array, features: Vector) -> None:
    """Copy a bar's features."""
    # One by one: a slice would need numba's memory manager, without which the kernel is twice as fast.
    for column in range(len(features)):
        out[column] = features[column]


def last_usable_close(bars: BarColumns, start: int) -> float:
    """Return the close of the last usable bar from `start` on, 0 without one."""
    for index in range(len(bars.close) - 1, start - 1, -1):
        bar = bar_at(bars, index)
        if is_usable(bar):
            return bar.close
    return 0.0


def run_backtest(
    bars: BarColumns, inputs: Inputs, parameters: Parameters, work: Work, outputs: Outputs
) -> Ran:
    """Warm up on bars before `start`, trade from there, flatten at the end."""
    account, cursor, trades, exposed = inputs.account, 0, 0, 0
    for first in range(0, len(bars.close), len(work.ready)):
        last = min(first + len(work.ready), len(bars.close))
        observe_block(bars, first, last, inputs.weights, work)
        for index in range(max(first, inputs.start), last):
            row, closed = index - inputs.start, bars.close_utc_us[index]
            cursor = advance_headlines(inputs.published_utc_us, cursor, closed)
            score = score_of(inputs.published_utc_us, inputs.scores, cursor, closed, inputs.max_age_us)
            observed = observed_at(bars, index, index - first, score, work)
            injected = inputs.injected_equity[row] if len(inputs.injected_equity) > 0 else math.nan
            account, judged = step(account, bars.session[index], observed, injected, parameters)
            if account.exit.kind != EXIT_NONE:
                outputs.trades[trades] = closed_trade(account)
                trades += 1
            exposed += account.position.side != NO_DIRECTION
            if len(outputs.equity) > 0:
                outputs.equity[row] = account.equity
            if len(outputs.decisions) > 0:
                keep_features(outputs.features[row], observed.features)
                outputs.contexts[row] = judged.context
                outputs.decisions[row] = judged.decision
    if len(bars.close) > inputs.start:
        account = flatten(account, last_usable_close(bars, inputs.start), parameters.execution)
        if account.exit.kind != EXIT_NONE:
            outputs.trades[trades] = closed_trade(account)
            trades += 1
    return Ran(account, trades, exposed)
