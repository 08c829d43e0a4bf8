"""Read directions and probabilities for thresholds that were not recorded: between those just below and just above."""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.settings import InferredThresholds, ThresholdBounds
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true
from hyprl.domain.arrays import ObjectArray
from hyprl.logs.vocabulary import LONG, SHORT

_FEW = 3


def inferred(pair: Pair) -> Finding | None:
    """Report thresholds that each side's own directions and probabilities put in different places."""
    column, words = pair.probability, pair.words("direction")
    if column is None or words is None:
        return None
    apart, band = [], np.zeros(pair.rows, np.bool_)
    for direction, sign in ((LONG, 1.0), (SHORT, -1.0)):
        bounds = [_bounds(sign * values, word == direction) for values, word in _sides(column, words)]
        if bounds[0] is None or bounds[1] is None:
            continue
        (low, high), (other_low, other_high) = bounds[0], bounds[1]
        if high <= other_low or other_high <= low:
            left, right = _ordered(sign, low, high), _ordered(sign, other_low, other_high)
            apart.append(ThresholdBounds(direction, left, right))
            edge, far = sorted((high, other_high))
            band |= (sign * column.left >= edge) & (sign * column.left < far)
    if not apart:
        return None
    flips = band & (words[0] != words[1])
    first = first_true(flips, first_true(words[0] != words[1], 0))
    return Finding(
        Cause.CONFIGURATION,
        0.95 if int((words[0] != words[1]).sum()) >= _FEW else 0.75,
        (InferredThresholds(tuple(apart), int(flips.sum())),),
        first_bar=pair.bar(first),
        columns=("direction", "probability_up"),
    )


def _sides(column: Column, words: tuple[ObjectArray, ObjectArray]) -> tuple[tuple[Floats, ObjectArray], ...]:
    return (column.left, words[0]), (column.right, words[1])


def _bounds(values: Floats, chosen: ObjectArray | Bools) -> tuple[float, float] | None:
    """Return the highest value that is not chosen and the lowest that is, None unless the first lies below."""
    finite = np.isfinite(values)
    picked = np.asarray(chosen, dtype=np.bool_) & finite
    rest = finite & ~picked
    if int(picked.sum()) < _FEW or int(rest.sum()) < _FEW:
        return None
    low, high = float(values[rest].max()), float(values[picked].min())
    return (low, high) if low < high else None


def _ordered(sign: float, low: float, high: float) -> tuple[float, float]:
    first, second = sorted((sign * low, sign * high))
    return first, second
