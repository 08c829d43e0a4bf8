"""From a probability and what is known at a bar's close to one decision with exactly one reason.

Kernel code (plain Python that numba compiles): no I/O, no clock, no hidden state. Gates are tried in the order of
hyprl.domain.decisions; size and expected P&L are computed for every bar that has features, rejected or not.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hyprl.domain.account import NO_ORDER, Order
from hyprl.domain.bars import Bar, Vector
from hyprl.domain.decisions import (
    DATA,
    EMIT,
    EV,
    LONG,
    NO_DIRECTION,
    POSITION_OPEN,
    RISK,
    SENTIMENT,
    SHORT,
    SIZE,
    THRESHOLD,
    TREND,
    WARMUP,
    BarContext,
    Decision,
)
from hyprl.risk.calculators import calc_position_size, expected_pnl, risk_amount, stop_distance

REGIME_ANY = 0.0
REGIME_CALM = 1.0
REGIME_TURBULENT = 2.0


class StrategyParameters(NamedTuple):
    """Every constant that a decision reads; fractions of equity, ratios, counts of bars."""

    threshold_long: float
    threshold_short: float
    trend_long_min: float
    trend_short_min: float
    score_min: float
    score_max: float
    regime: float
    min_ev_multiple: float
    risk_fraction: float
    atr_multiplier: float
    reward_multiple: float
    max_leverage: float
    min_size: float
    max_daily_loss_fraction: float
    max_trade_notional_fraction: float
    max_gross_exposure_fraction: float
    max_trades_per_day: float
    min_bars_between_entries: float


class Columns(NamedTuple):
    """Where the strategy's own inputs stand among the feature columns."""

    atr: int
    trend: int
    regime: int


class Observed(NamedTuple):
    """What is known of a closed bar beside the account; the probability is NaN where the features are not `ready`.

    `features` in plan order, as lists or arrays; `sentiment_score` is NaN without a source or a headline.
    """

    bar: Bar
    flaws: int
    features: Vector
    ready: bool
    probability_up: float
    sentiment_score: float


class Judged(NamedTuple):
    """How a bar was judged: what was known, what was decided, and the order that follows (side 0: none)."""

    context: BarContext
    decision: Decision
    order: Order


def direction_of(probability_up: float, parameters: StrategyParameters) -> int:
    """Long at or above the long threshold, short at or below the short one, else none."""
    if probability_up >= parameters.threshold_long:
        return LONG
    if probability_up <= parameters.threshold_short:
        return SHORT
    return NO_DIRECTION


def leaning_of(probability_up: float, direction: int) -> int:
    """Return the direction, or where there is none the side that the probability leans to (long at exactly 0.5)."""
    if direction != NO_DIRECTION:
        return direction
    return LONG if probability_up >= 0.5 else SHORT


def is_trend_ok(side: int, context: BarContext, parameters: StrategyParameters) -> bool:
    """Tell whether the return over the trend window allows this side."""
    if side == LONG:
        return context.trend_return >= parameters.trend_long_min
    return context.trend_return <= parameters.trend_short_min


def is_sentiment_ok(context: BarContext, parameters: StrategyParameters) -> bool:
    """Tell whether the score lies in its band (open without a score) and the volatility regime is admitted."""
    score = context.sentiment_score
    if not math.isnan(score) and not (parameters.score_min <= score <= parameters.score_max):
        return False
    if parameters.regime == REGIME_CALM:
        return context.regime_high == 0.0
    if parameters.regime == REGIME_TURBULENT:
        return context.regime_high > 0.0
    return True


def is_risk_ok(position_size: float, context: BarContext, parameters: StrategyParameters) -> bool:
    """Tell whether every cap holds: daily loss, trade notional, gross exposure, trades a day, bars between entries.

    Notional caps forgive half a rounding step of the size.
    """
    floor = context.session_start_equity * (1.0 - parameters.max_daily_loss_fraction)
    if context.account_equity <= floor:
        return False
    notional = (position_size - 0.5e-6) * context.price
    if notional > context.equity * parameters.max_trade_notional_fraction:
        return False
    if context.gross_exposure + notional > context.equity * parameters.max_gross_exposure_fraction:
        return False
    if context.trades_today >= parameters.max_trades_per_day:
        return False
    return context.bars_since_entry >= parameters.min_bars_between_entries


def entry_reason(
    direction: int, candidate: Decision, context: BarContext, parameters: StrategyParameters
) -> int:
    """Return the first gate that refuses the candidate, or EMIT."""
    if not context.data_ok:
        return DATA
    if context.position_open:
        return POSITION_OPEN
    if direction == NO_DIRECTION:
        return THRESHOLD
    if not candidate.trend_ok:
        return TREND
    if not candidate.sentiment_ok:
        return SENTIMENT
    if not candidate.expected_pnl >= parameters.min_ev_multiple * candidate.risk_amount:
        return EV
    if not (candidate.position_size > 0.0 and candidate.position_size >= parameters.min_size):
        return SIZE
    if not is_risk_ok(candidate.position_size, context, parameters):
        return RISK
    return EMIT


def undecided(reason: int) -> Decision:
    """Return the decision of a bar without features: nothing is computed."""
    return Decision(math.nan, NO_DIRECTION, reason, False, False, math.nan, math.nan, math.nan)


def decide(probability_up: float, context: BarContext, parameters: StrategyParameters) -> Decision:
    """Decide one closed bar.

    Expected P&L is that of the direction, or of the side that the probability leans to where there is none.
    """
    if not context.features_ready:
        return undecided(WARMUP if context.data_ok else DATA)
    direction = direction_of(probability_up, parameters)
    side = leaning_of(probability_up, direction)
    distance = stop_distance(context.atr, parameters.atr_multiplier)
    size = calc_position_size(
        context.equity,
        parameters.risk_fraction,
        distance,
        context.price,
        parameters.max_leverage,
        parameters.min_size,
    )
    amount = risk_amount(size, distance)
    win_probability = probability_up if side == LONG else 1.0 - probability_up
    value = expected_pnl(win_probability, amount, parameters.reward_multiple)
    trend_ok = is_trend_ok(side, context, parameters)
    sentiment_ok = is_sentiment_ok(context, parameters)
    candidate = Decision(probability_up, direction, EMIT, trend_ok, sentiment_ok, value, size, amount)
    reason = entry_reason(direction, candidate, context, parameters)
    return Decision(probability_up, direction, reason, trend_ok, sentiment_ok, value, size, amount)


def order_of(decision: Decision, context: BarContext, parameters: StrategyParameters) -> Order:
    """Return the entry that an emitted decision asks for, NO_ORDER for a rejected bar."""
    if decision.reason != EMIT:
        return NO_ORDER
    # Not handed over by `decide`, which sized by it: a recorded decision, sized elsewhere, becomes an order here too.
    distance = stop_distance(context.atr, parameters.atr_multiplier)
    return Order(float(decision.direction), decision.position_size, distance)


# BarContext and Decision too: tests that `hyprl shrink` wrote for users import them from here.
__all__ = [
    "REGIME_ANY",
    "REGIME_CALM",
    "REGIME_TURBULENT",
    "BarContext",
    "Columns",
    "Decision",
    "Judged",
    "Observed",
    "StrategyParameters",
    "decide",
    "order_of",
]
