"""Read decisions and probabilities, in a log that holds nothing from which more could be read back.

Decisions that part at one probability have another threshold; decisions that stand some bars later were taken, or
written, late; others that part on equal probabilities part by a gate or by a position. Sizes: `size_ratios`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.decisions import (
    DecisionReading,
    DecisionShift,
    ShiftedDecisions,
    SignalsOfOneSide,
    StricterThreshold,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures import size_ratios
from hyprl.causes.signatures.pair import Bools, Ints, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money
from hyprl.logs.vocabulary import LONG, SHORT

_LEAST_BARS = 6
_MATCHES = 0.95
_SHIFTS = (1, -1, 2, -2, 3, -3)
_RARE = 0.2


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report what sizes and decisions show; call it where nothing else names a cause.

    Sizes are read here only where no risk could be read back (`money`): there is more to be seen in that.
    """
    late = _late(pair)
    if late:
        return late
    edge = _edge(pair)
    return [
        *([] if edge is None else [edge]),
        *(size_ratios.find(pair) if money is None else []),
        *([] if edge else _parted(pair)),
    ]


def _parted(pair: Pair) -> list[Finding]:
    """Decisions that part on equal probabilities by no threshold: rarely, as state does, or often, as a rule does."""
    column = pair.probability
    if column is None or column.differs.any() or not pair.parted.any():
        return []
    left, right = pair.emits
    alone, either = int((left != right).sum()), int((left | right).sum())
    if not alone:
        return []
    first = pair.bar(pair.first_parted)
    lost = _finding(
        Cause.STATE_LOST, 0.55, SignalsOfOneSide(alone, either, as_lost_state=True), first, "decision"
    )
    rule = _finding(
        Cause.CONFIGURATION, 0.5, SignalsOfOneSide(alone, either, as_lost_state=False), first, "decision"
    )
    if alone <= _RARE * either:
        return [lost, rule]
    return [replace(rule, confidence=0.55), replace(lost, confidence=0.5)]


def _edge(pair: Pair) -> Finding | None:
    """Find the probability that parts bars which both sides emit from those which one side alone does."""
    column = pair.probability
    if column is None or column.differs.any():
        return None
    emits = pair.emits
    for direction, sign in ((LONG, 1.0), (SHORT, -1.0)):
        for name, here, there in (("right", emits[0], emits[1]), ("left", emits[1], emits[0])):
            side = _in_direction(pair, direction)
            alone, both = here & ~there & side & column.both, here & there & side & column.both
            if min(int(alone.sum()), int(both.sum())) < 3:
                continue
            refused, kept = sign * column.left[alone], sign * column.left[both]
            if refused.max() < kept.min():
                low, high = sorted((sign * float(refused.max()), sign * float(kept.min())))
                facts = StricterThreshold(name, direction, low, high, int(alone.sum()))
                first = pair.bar(first_true(alone, 0))
                return _finding(Cause.CONFIGURATION, 0.8, facts, first, "probability_up")
    return None


def _in_direction(pair: Pair, direction: str) -> Bools:
    words = pair.words("direction")
    if words is None:
        return np.ones(pair.rows, np.bool_)
    either: Bools = (words[0] == direction) | (words[1] == direction)
    return either


def _late(pair: Pair) -> list[Finding]:
    left, right = _signed(pair)
    busy = (left != 0) | (right != 0)
    if int((left != 0).sum()) < _LEAST_BARS or float((left == right)[busy].mean()) > 0.5:
        return []
    for bars in _SHIFTS:
        earlier = np.roll(left, bars)
        overlap = np.ones(pair.rows, np.bool_)
        overlap[: max(bars, 0)] = False
        overlap[pair.rows + min(bars, 0) :] = False
        compared = overlap & ((earlier != 0) | (right != 0))
        if int(compared.sum()) >= _LEAST_BARS and float((earlier == right)[compared].mean()) >= _MATCHES:
            return _shifted(pair, bars, first_true(left != right, 0))
    return []


def _shifted(pair: Pair, bars: int, row: int) -> list[Finding]:
    first = pair.bar(row)
    column = pair.probability
    if column is not None and not column.differs.any():
        judged = ShiftedDecisions(bars, DecisionShift.OTHER_BAR_JUDGED)
        return [_finding(Cause.BAR_TIMING, 0.8, judged, first, "decision")]
    late = ShiftedDecisions(bars, DecisionShift.LATE)
    features = ShiftedDecisions(bars, DecisionShift.FEATURES)
    return [
        _finding(Cause.BAR_TIMING, 0.65, late, first, "decision"),
        _finding(Cause.FEATURE_MISALIGNMENT, 0.6, features, first, "decision"),
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


def _finding(cause: Cause, confidence: float, facts: DecisionReading, first: str, column: str) -> Finding:
    return Finding(cause, confidence, (facts,), first_bar=first, columns=(column,))
