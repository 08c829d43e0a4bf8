"""What sizes and decisions alone can say, in a log that holds nothing from which more could be read back.

A size that is another by one factor, or by one that drifts, was taken of other money or by another fraction; decisions
that part at one probability have another threshold; decisions that stand some bars later were taken, or written, late.
"""

from __future__ import annotations

import numpy as np

from hyprl.parity.findings import (
    BAR_TIMING,
    CONFIGURATION,
    FEATURE_MISALIGNMENT,
    SIGNATURE,
    SIZING_EQUITY,
    Finding,
)
from hyprl.parity.signatures.exposure import ADVICE as ONE_ACCOUNT
from hyprl.parity.signatures.pair import Bools, Column, Floats, Ints, Pair, first_true
from hyprl.parity.signatures.thresholds import ADVICE as ONE_CONFIG
from hyprl.parity.vocabulary import LONG, SHORT

_LEAST_BARS = 6
_SAME_FACTOR = 1e-4  # of the ratio: sizes are written with few digits
_DRIFTS = 0.9
_MATCHES = 0.95
_SHIFTS = (1, -1, 2, -2, 3, -3)
_RECORD_RISK = "Record `equity` and `risk_amount` on both sides: they tell other money from another fraction."
_LATE = "See whether one side decides, or logs, on the bar after: record the probability on both sides."


def find(pair: Pair) -> list[Finding]:
    """Report what sizes and decisions show; call it where nothing else names a cause."""
    late = _late(pair)
    if late:
        return late
    edge = _edge(pair)
    return [*([] if edge is None else [edge]), *_sizes(pair)]


def _sizes(pair: Pair) -> list[Finding]:
    size = pair.column("position_size")
    if size is None:
        size = pair.column("risk_amount")
    if size is None:
        return []
    told = size.both & (size.left > 0.0) & (size.right > 0.0)
    rows = np.flatnonzero(told)
    if len(rows) < _LEAST_BARS or not size.differs[told].any():
        return []
    return _by_ratio(pair, size, rows, size.right[told] / size.left[told])


def _by_ratio(pair: Pair, size: Column, rows: Ints, ratio: Floats) -> list[Finding]:
    first = pair.bar(int(rows[first_true(np.abs(ratio - 1.0) > _SAME_FACTOR, 0)]))
    usual = float(np.median(ratio))
    same = np.abs(ratio / usual - 1.0) < _SAME_FACTOR
    if abs(usual - 1.0) > _SAME_FACTOR and same.mean() >= _MATCHES:
        counted = f"{int(same.sum()):,} of {len(rows):,} bars"
        said = f"the right side's {size.name} is {usual:.6g} times the left's on {counted}"
        return [
            _finding(SIZING_EQUITY, 0.65, f"{said}, as sizes taken of other equity are", first, size.name),
            _finding(CONFIGURATION, 0.6, f"{said}, as with another risk fraction", first, size.name),
        ]
    drift = _drift(ratio)
    if drift is None:
        return []
    return [
        _finding(
            SIZING_EQUITY,
            0.75,
            f"the right side's {size.name} over the left's drifts from {drift[0]:.6g} to {drift[1]:.6g}: sizes are "
            f"taken of an equity that moves apart",
            first,
            size.name,
        )
    ]


def _drift(ratio: Floats) -> tuple[float, float] | None:
    """Return the ratio's typical value in the first and the last tenth, None where it does not drift smoothly."""
    if len(ratio) < 5 * _LEAST_BARS:
        return None
    order = np.arange(len(ratio), dtype=np.float64)
    spread = float(ratio.std())
    if spread < _SAME_FACTOR or abs(float(np.corrcoef(order, ratio)[0, 1])) < _DRIFTS:
        return None
    if float(np.median(np.abs(np.diff(ratio)))) > 0.2 * spread:
        return None
    tenth = max(len(ratio) // 10, 1)
    return float(np.median(ratio[:tenth])), float(np.median(ratio[-tenth:]))


def _edge(pair: Pair) -> Finding | None:
    """Find the probability that parts bars which both sides emit from those which one side alone does."""
    column = pair.probability
    if column is None or column.differs.any():
        return None
    emits = pair.emits
    for direction, sign in ((LONG, 1.0), (SHORT, -1.0)):
        for name, here, there in (("right", emits[0], emits[1]), ("left", emits[1], emits[0])):
            side = _said(pair, direction)
            alone, both = here & ~there & side & column.both, here & there & side & column.both
            if min(int(alone.sum()), int(both.sum())) < 3:
                continue
            refused, kept = sign * column.left[alone], sign * column.left[both]
            if refused.max() < kept.min():
                low, high = sorted((sign * float(refused.max()), sign * float(kept.min())))
                return _finding(
                    CONFIGURATION,
                    0.8,
                    f"on equal probabilities the {name} side refuses each {direction} signal up to, and takes "
                    f"each from, a probability in [{low:.5f}, {high:.5f}]: its {direction} threshold is stricter "
                    f"({int(alone.sum()):,} bars)",
                    pair.bar(first_true(alone, 0)),
                    "probability_up",
                    ONE_CONFIG,
                )
    return None


def _said(pair: Pair, direction: str) -> Bools:
    words = pair.words("direction")
    if words is None:
        return np.ones(pair.rows, np.bool_)
    said: Bools = (words[0] == direction) | (words[1] == direction)
    return said


def _late(pair: Pair) -> list[Finding]:
    left, right = _signed(pair)
    busy = (left != 0) | (right != 0)
    if int((left != 0).sum()) < _LEAST_BARS or float((left == right)[busy].mean()) > 0.5:
        return []
    for bars in _SHIFTS:
        earlier = np.roll(left, bars)
        told = np.ones(pair.rows, np.bool_)
        told[: max(bars, 0)] = False
        told[pair.rows + min(bars, 0) :] = False
        compared = told & ((earlier != 0) | (right != 0))
        if int(compared.sum()) >= _LEAST_BARS and float((earlier == right)[compared].mean()) >= _MATCHES:
            return _shifted(pair, bars, first_true(left != right, 0))
    return []


def _shifted(pair: Pair, bars: int, row: int) -> list[Finding]:
    count, first = abs(bars), pair.bar(row)
    ago = f"{count} bar{'s' * (count > 1)} {'earlier' if bars > 0 else 'later'}"
    said = f"the right side's decisions are the left's of {ago}"
    column = pair.probability
    if column is not None and not column.differs.any():
        sure = f"{said}, on equal probabilities: it acts on, or logs, another bar than it judged"
        return [_finding(BAR_TIMING, 0.8, sure, first, "decision", _LATE)]
    return [
        _finding(
            BAR_TIMING, 0.65, f"{said}, as when one side decides or logs late", first, "decision", _LATE
        ),
        _finding(
            FEATURE_MISALIGNMENT, 0.6, f"{said}, as with features of another bar", first, "decision", _LATE
        ),
    ]


def _signed(pair: Pair) -> tuple[Ints, Ints]:
    words = pair.words("direction")
    sides = []
    for place, emits in enumerate(pair.emits):
        sign = np.ones(pair.rows, np.int64)
        if words is not None:
            sign = np.where(words[place] == SHORT, -1, 1).astype(np.int64)
        sides.append(np.where(emits, sign, 0))
    return sides[0], sides[1]


def _finding(
    cause: str, confidence: float, evidence: str, first: str, column: str, advice: str = ""
) -> Finding:
    if not advice:
        advice = f"{ONE_ACCOUNT} {_RECORD_RISK}" if cause == SIZING_EQUITY else f"{ONE_CONFIG} {_RECORD_RISK}"
    return Finding(cause, SIGNATURE, confidence, evidence, advice, first_bar=first, columns=(column,))
