"""What sizes and decisions alone can say, in a log that holds nothing from which more could be read back.

Decisions that part at one probability have another threshold; decisions that stand some bars later were taken, or
written, late; others that part on equal probabilities part by a gate or by a position. Sizes: `bare_sizes`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hyprl.causes.findings import (
    BAR_TIMING,
    CONFIGURATION,
    FEATURE_MISALIGNMENT,
    SIGNATURE,
    STATE_LOST,
    Finding,
)
from hyprl.causes.signatures import bare_sizes
from hyprl.causes.signatures.money import Money
from hyprl.causes.signatures.pair import Bools, Ints, Pair, first_true
from hyprl.causes.signatures.thresholds import ADVICE as ONE_CONFIG
from hyprl.logs.vocabulary import LONG, SHORT

_LEAST_BARS = 6
_MATCHES = 0.95
_SHIFTS = (1, -1, 2, -2, 3, -3)
_RARE = 0.2
_RECORD_STATE = (
    "Record `reason` and `position_open` with each decision: they tell a gate from a lost position."
)
_LATE = "See whether one side decides, or logs, on the bar after: record the probability on both sides."


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
        *(bare_sizes.find(pair) if money is None else []),
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
    said = f"on equal probabilities {alone:,} of {either:,} signals are one side's alone, by no threshold"
    lost = _finding(
        STATE_LOST,
        0.55,
        f"{said}: a position or an order that one side forgot",
        first,
        "decision",
        _RECORD_STATE,
    )
    rule = _finding(
        CONFIGURATION,
        0.5,
        f"{said}: another gate, exit or cap",
        first,
        "decision",
        f"{ONE_CONFIG} {_RECORD_STATE}",
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


def _finding(cause: str, confidence: float, evidence: str, first: str, column: str, advice: str) -> Finding:
    return Finding(cause, SIGNATURE, confidence, evidence, advice, first_bar=first, columns=(column,))
