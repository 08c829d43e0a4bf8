"""Thresholds that were not recorded: for each side alone, between the probabilities just below and just above them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hyprl.causes.findings import CONFIGURATION, SIGNATURE, Finding
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true
from hyprl.logs.vocabulary import LONG, SHORT

ADVICE = "Let both engines read one file, fail on a key that one of them does not know, and record its hash."
_FEW = 3


def inferred(pair: Pair) -> Finding | None:
    """Report thresholds that each side's own directions and probabilities put in different places."""
    column, words = pair.probability, pair.words("direction")
    if column is None or words is None:
        return None
    said, band = [], np.zeros(pair.rows, np.bool_)
    for direction, sign in ((LONG, 1.0), (SHORT, -1.0)):
        bounds = [_bounds(sign * values, spoken == direction) for values, spoken in _sides(column, words)]
        if bounds[0] is None or bounds[1] is None:
            continue
        (low, high), (other_low, other_high) = bounds[0], bounds[1]
        if high <= other_low or other_high <= low:
            shown = [sorted((sign * a, sign * b)) for a, b in ((low, high), (other_low, other_high))]
            said.append(f"{direction} threshold in [{_pair(shown[0])}] left, [{_pair(shown[1])}] right")
            edge, far = sorted((high, other_high))
            band |= (sign * column.left >= edge) & (sign * column.left < far)
    if not said:
        return None
    flips = band & (words[0] != words[1])
    first = first_true(flips, first_true(words[0] != words[1], 0))
    return Finding(
        CONFIGURATION,
        SIGNATURE,
        0.95 if int((words[0] != words[1]).sum()) >= _FEW else 0.75,
        f"each side's directions follow from its own probabilities, by other thresholds: {'; '.join(said)}; "
        f"{int(flips.sum()):,} bars lie between",
        ADVICE,
        first_bar=pair.bar(first),
        columns=("direction", "probability_up"),
        details={"bars_between": int(flips.sum())},
    )


def _sides(
    column: Column, words: tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]
) -> tuple[tuple[Floats, npt.NDArray[np.object_]], ...]:
    return (column.left, words[0]), (column.right, words[1])


def _bounds(values: Floats, chosen: npt.NDArray[np.object_] | Bools) -> tuple[float, float] | None:
    """Return the highest value that is not chosen and the lowest that is, None unless the first lies below."""
    told = np.isfinite(values)
    picked = np.asarray(chosen, dtype=np.bool_) & told
    rest = told & ~picked
    if int(picked.sum()) < _FEW or int(rest.sum()) < _FEW:
        return None
    low, high = float(values[rest].max()), float(values[picked].min())
    return (low, high) if low < high else None


def _pair(ends: list[float]) -> str:
    return f"{ends[0]:.5f}, {ends[1]:.5f}"
