"""One closed bar to one decision: features, probability, context, decision.

Kernel code. `features_step` and `probability_step` are placeholders which the linker (hyprl.jit) binds to the
generated feature step and to the model kind's evaluation; everything else is written here once.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hyprl.domain.account import Account
from hyprl.domain.bars import PRICE_FLAWS, Bar, MutableVector, Vector, is_usable
from hyprl.domain.decisions import NO_DIRECTION
from hyprl.strategy.decide import BarContext, Decision, StrategyParameters, decide


class Columns(NamedTuple):
    """Where the strategy's own inputs stand among the feature columns."""

    atr: int
    trend: int
    regime: int


def features_step(states: object, bar: Bar, out: MutableVector) -> None:
    """Advance every feature by one bar (bound by the linker)."""
    raise NotImplementedError


def probability_step(weights: Vector, features: Vector) -> float:
    """Return P(up) for finite features (bound by the linker)."""
    raise NotImplementedError


def observe(states: object, bar: Bar, out: MutableVector) -> bool:
    """Advance the features by one bar and tell whether every column is a number.

    An unusable bar (kept by policy) leaves the states alone; its columns are NaN.
    """
    if not is_usable(bar):
        for index in range(len(out)):
            out[index] = math.nan
        return False
    features_step(states, bar, out)
    numbers = 0
    for index in range(len(out)):
        numbers += out[index] - out[index] == 0.0
    return numbers == len(out)


def context_of(
    account: Account, bar: Bar, flaws: int, features: Vector, ready: bool, columns: Columns,
    equity: float, score: float,
) -> BarContext:  # fmt: skip
    """Gather what the decision may read; `equity` is what sizing uses."""
    return BarContext(
        ready,
        (flaws & PRICE_FLAWS) == 0 and is_usable(bar),
        account.position.side != NO_DIRECTION,
        bar.close,
        features[columns.atr],
        features[columns.trend],
        features[columns.regime],
        score,
        equity,
        account.equity,
        account.session.start_equity,
        account.position.size * bar.close,
        account.session.trades,
        account.bar_count - account.last_entry_bar,
    )


def probability_of(features: Vector, weights: Vector, ready: bool) -> float:
    """Return P(up), NaN where the features are not ready."""
    return probability_step(weights, features) if ready else math.nan


def decide_bar(
    features: Vector, weights: Vector, context: BarContext, parameters: StrategyParameters
) -> Decision:
    """Return probability and decision; the probability is NaN where the features are not ready."""
    return decide(probability_of(features, weights, context.features_ready), context, parameters)
