"""The batch driver: the live engine's own steps over history, a block of bars at a time.

Features and probabilities of a block come first, its decisions and fills after: features depend on no decision, and
a processor overlaps the bars of a short loop. Kernel code, meant to be compiled; run by the interpreter it gives the
same bits.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hyprl.domain.account import Account, Order
from hyprl.domain.bars import Bar, BarSeries, Float64Array, Int64Array, Times, Vector, is_usable
from hyprl.domain.decisions import EMIT, EXIT_NONE
from hyprl.kernel.account import ExecutionParameters, flatten, place, settle
from hyprl.kernel.step import Columns, context_of, observe, probability_of
from hyprl.risk.calculators import stop_distance
from hyprl.strategy.decide import BarContext, Decision, StrategyParameters, decide

# Columns of a recorded row after the features.
ROW_FIELDS = (
    "probability_up",
    "direction",
    "reason",
    "trend_ok",
    "sentiment_ok",
    "expected_pnl",
    "position_size",
    "risk_amount",
    "sizing_equity",
    "equity",
    "sentiment_score",
    "headlines",
    "position_open",
    "session_start_equity",
    "gross_exposure",
    "trades_today",
    "bars_since_entry",
)
BLOCK_BARS = 128  # with 19 columns a block stays in a processor's nearest cache
TRADE_FIELDS = ("entry_bar", "exit_bar", "side", "size", "entry_price", "exit_price", "pnl", "exit_kind")


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
    """What is not bars: model weights, injected equity (empty: simulated), headlines (empty: no source)."""

    weights: Float64Array
    injected_equity: Float64Array
    published_utc_us: Int64Array
    scores: Float64Array
    max_age_us: int


class Block(NamedTuple):
    """Scratch for the bars of one block: a row of features each, whether all are numbers (1 or 0), P(up)."""

    features: Float64Array
    ready: Float64Array
    probabilities: Float64Array


class Parameters(NamedTuple):
    """Every constant of a run."""

    strategy: StrategyParameters
    execution: ExecutionParameters
    columns: Columns


class Outputs(NamedTuple):
    """Where the run writes: one row per bar from `start` on, or none if it was not asked for.

    `trades` has room for one trade a bar: rows of TRADE_FIELDS with bars counted from `start`.
    """

    equity: Float64Array
    rows: Float64Array
    trades: Float64Array


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


def note_trade(row: Float64Array, account: Account) -> None:
    """Write the trade that the account just closed."""
    held, left = account.position, account.exit
    row[0] = held.entry_bar - 1.0
    row[1] = account.bar_count - 1.0
    row[2] = left.side
    row[3] = left.size
    row[4] = held.entry_price
    row[5] = left.price
    row[6] = left.pnl
    row[7] = left.kind


def note_row(
    row: Float64Array, features: Float64Array, decision: Decision, context: BarContext, equity: float,
    cursor: int,
) -> None:  # fmt: skip
    """Write a bar's features and ROW_FIELDS; `equity` is the account's own."""
    width = len(features)
    for column in range(width):
        row[column] = features[column]
    row[width] = decision.probability_up
    row[width + 1] = decision.direction
    row[width + 2] = decision.reason
    row[width + 3] = decision.trend_ok
    row[width + 4] = decision.sentiment_ok
    row[width + 5] = decision.expected_pnl
    row[width + 6] = decision.position_size
    row[width + 7] = decision.risk_amount
    row[width + 8] = context.equity
    row[width + 9] = equity
    row[width + 10] = context.sentiment_score
    row[width + 11] = cursor
    row[width + 12] = context.position_open
    row[width + 13] = context.session_start_equity
    row[width + 14] = context.gross_exposure
    row[width + 15] = context.trades_today
    row[width + 16] = context.bars_since_entry


def observe_block(
    bars: BarColumns, first: int, last: int, states: object, weights: Float64Array, block: Block
) -> None:
    """Fill `block` with the features and probabilities of bars [first, last)."""
    for index in range(first, last):
        block.ready[index - first] = observe(states, bar_at(bars, index), block.features[index - first])
    for row in range(last - first):
        block.probabilities[row] = probability_of(block.features[row], weights, block.ready[row] > 0.0)


def run_backtest(  # noqa: C901  one loop, so that compiled code keeps a bar in registers
    bars: BarColumns,
    start: int,
    states: object,
    account: Account,
    inputs: Inputs,
    parameters: Parameters,
    outputs: Outputs,
    block: Block,
) -> tuple[Account, int, int]:
    """Warm up on bars before `start`, trade from there, flatten at the end.

    Return the account at the end, how many trades were written and how many bars a position was held.
    """
    strategy = parameters.strategy
    trade_count = 0
    exposed = 0
    cursor = 0
    last_close = 0.0
    equity_wanted = len(outputs.equity) > 0
    rows_wanted = len(outputs.rows) > 0
    injected = len(inputs.injected_equity) > 0
    for first in range(0, len(bars.close), len(block.ready)):
        last = min(first + len(block.ready), len(bars.close))
        observe_block(bars, first, last, states, inputs.weights, block)
        for index in range(max(first, start), last):
            row = index - start
            bar = bar_at(bars, index)
            account = settle(account, bar, bars.session[index], parameters.execution)
            if account.exit.kind != EXIT_NONE:
                note_trade(outputs.trades[trade_count], account)
                trade_count += 1
            if account.position.side != 0.0:
                exposed += 1
            if is_usable(bar):
                last_close = bar.close
            cursor = advance_headlines(inputs.published_utc_us, cursor, bars.close_utc_us[index])
            score = score_of(
                inputs.published_utc_us, inputs.scores, cursor, bars.close_utc_us[index], inputs.max_age_us
            )
            features = block.features[index - first]
            ready = block.ready[index - first] > 0.0
            equity = inputs.injected_equity[row] if injected else account.equity
            context = context_of(
                account, bar, bars.flaws[index], features, ready, parameters.columns, equity, score
            )
            decision = decide(block.probabilities[index - first], context, strategy)
            if decision.reason == EMIT:
                distance = stop_distance(context.atr, strategy.atr_multiplier)
                order = Order(float(decision.direction), decision.position_size, distance)
                account = place(account, order)
            if equity_wanted:
                outputs.equity[row] = account.equity
            if rows_wanted:
                note_row(outputs.rows[row], features, decision, context, account.equity, cursor)
    if len(bars.close) > start:
        account = flatten(account, last_close, parameters.execution)
        if account.exit.kind != EXIT_NONE:
            note_trade(outputs.trades[trade_count], account)
            trade_count += 1
    return account, trade_count, exposed
