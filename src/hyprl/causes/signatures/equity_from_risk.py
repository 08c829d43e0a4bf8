"""Read the ratio of the risks for the equity behind the sizes, where that was not recorded.

A constant difference is money moved, a steady drift of the ratio an account that drifts, a risk that stands still an
equity that was read once, one that is back at its start a reset, one that forgets an entry a position lost.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.equity import (
    CashAtItsStart,
    DriftingRisk,
    EquityReading,
    EquityWithoutPosition,
    LaggingRisk,
    MovingRisk,
    RiskOffset,
    RiskStep,
    RiskSteps,
    StandingRisk,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.equity_before_trades import before_any_trade
from hyprl.causes.signatures.pair import Bools, Floats, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money
from hyprl.causes.signatures.risk_ratios import Risks, finding_of, risks_of

_FEW, _ENOUGH = 3, 8
_STEADY = 0.95
_LONG = 100
_COSTS_OF_ONE = 1e-4
_COST_AT_MOST = 5e-3


def find(pair: Pair, money: Money) -> list[Finding]:
    """Report what the risks say of the equities, at most one trace; two findings where it has two readings."""
    risks = risks_of(pair, money)
    if risks is None:
        return []
    if risks.first < pair.untouched:
        return _drifting(risks) or _moved_money(risks) or before_any_trade(risks)
    for trace in (_standing_still, _lagging, _drifting, _reset, _moved_money, _lost_position, _stepping):
        found = trace(risks)
        if found:
            return found
    return [_sizing(risks, 0.5, MovingRisk(risks.start))]


def _sizing(risks: Risks, confidence: float, facts: EquityReading) -> Finding:
    return finding_of(risks, Cause.SIZING_EQUITY, confidence, facts)


def _drifting(risks: Risks) -> list[Finding]:
    ratios = risks.ratios[:_LONG]
    if len(ratios) < _ENOUGH and not (risks.first < risks.pair.untouched and len(ratios) > _FEW):
        return []
    steps = np.diff(np.log(ratios))
    usual = float(np.median(steps))
    if abs(usual) < 4.0 * risks.money.tolerance:
        return []
    if float((np.sign(steps) == np.sign(usual)).mean()) < _STEADY:
        return []
    if float(np.median(np.abs(steps - usual))) > 0.2 * abs(usual):
        return []
    drift = DriftingRisk(float(ratios[0]), float(ratios[-1]), len(ratios), usual)
    return [_sizing(risks, 0.9 if len(ratios) >= _ENOUGH else 0.72, drift)]


def _moved_money(risks: Risks) -> list[Finding]:
    rows = np.flatnonzero(risks.usable[risks.rows])[:_LONG] + risks.first
    left, gap = risks.side(0)[rows], (risks.side(1) - risks.side(0))[rows]
    step = float(gap[0])
    noise = 10.0 * risks.money.tolerance * float(np.abs(left).max())
    same = np.abs(gap - step) < 1e-4 * abs(step) + noise
    length = first_true(~same, len(same))
    if length < _ENOUGH // 2 or abs(step) < 1e-4 * abs(float(left[0])):
        return []
    since = None if risks.first < risks.pair.untouched else risks.start
    moving = np.abs(np.diff(left[:length])) > 1e-5 * np.abs(left[1:length])
    if int(moving.sum()) >= _FEW:
        return [_sizing(risks, 0.85, RiskOffset(step, since, through_trades=True))]
    if _is_quiet(risks):
        return [_sizing(risks, 0.68, RiskOffset(step, since, through_trades=False))]
    return []


def _standing_still(risks: Risks) -> list[Finding]:
    for place, side in ((1, "right"), (0, "left")):
        mine, other = risks.side(place)[risks.rows], risks.side(1 - place)[risks.rows]
        emits = np.flatnonzero(risks.pair.emits[place][risks.rows])
        if len(emits) < 2:
            continue
        span = slice(0, int(emits[-1]) + 1)
        if _stands(mine[span], risks.money.tolerance) and not _stands(other[span], risks.money.tolerance):
            facts = StandingRisk(side, risks.start, len(emits))
            return [_sizing(risks, 0.9 if len(emits) > 2 else 0.75, facts)]
    return []


def _stands(risk: Floats, tolerance: float) -> bool:
    """Tell whether a risk never leaves its top but downwards, as a capped size makes it."""
    risk = risk[np.isfinite(risk)]
    top = float(risk.max(initial=0.0))
    return bool(len(risk)) and float((risk > top * (1.0 - 4.0 * tolerance)).mean()) > 0.5


def _lagging(risks: Risks) -> list[Finding]:
    left, right, tolerance = risks.side(0), risks.side(1), risks.money.tolerance
    for bars in (1, 2, 3, 4, 5, 6, 7, 14):
        rows = np.arange(max(risks.first, bars), risks.stop)
        moved = rows[np.abs(left[rows] / left[rows - bars] - 1.0) > tolerance][: 2 * _ENOUGH]
        moving = risks.money.moves(right)[moved]
        if len(moved) < _FEW or float(moving.mean()) < 0.5:
            continue
        late = np.abs(right[moved] / left[moved - bars] - 1.0)
        now = np.abs(right[moved] / left[moved] - 1.0)
        if np.nanmedian(late) < 0.05 * np.nanmedian(now):
            confidence = 0.85 if len(moved) >= _ENOUGH else 0.7
            return [_sizing(risks, confidence, LaggingRisk(bars))]
    return []


def _reset(risks: Risks) -> list[Finding]:
    first, tolerance = risks.first, risks.money.tolerance
    entries = np.flatnonzero((risks.pair.emits[0] & risks.pair.emits[1])[:first])
    if not len(entries):
        return []
    for place, side in ((1, "right"), (0, "left")):
        mine, other = risks.side(place), risks.side(1 - place)
        start = mine[np.isfinite(mine)][0]
        # flat then: back at the start; in a position: as far from the other as the start was from the entry's level
        flat = abs(mine[first] / start - 1.0) < tolerance < abs(other[first] / start - 1.0)
        due = start - other[int(entries[-1])]
        held = abs(mine[first] - other[first] - due) < max(0.02 * abs(due), _COSTS_OF_ONE * start)
        if (flat or held) and abs(due) > 10.0 * _COSTS_OF_ONE * start:
            return [finding_of(risks, Cause.STATE_LOST, 0.8, CashAtItsStart(side, risks.start))]
    return []


def _lost_position(risks: Risks) -> list[Finding]:
    pair, first = risks.pair, risks.first
    moved = [risks.money.moves(risks.side(place)) for place in (0, 1)]
    if not _was_open(pair, moved, first):
        return []
    for place, side in ((1, "right"), (0, "left")):
        after = pair.emits[place][first:]
        until = first + first_true(after, min(len(after) - 1, 2 * _ENOUGH)) + 1
        mine, other = moved[place][first + 1 : until], moved[1 - place][first:until]
        if len(mine) and not mine.any() and other.any():
            gone = _as_before(risks, place)
            confidence = 0.8 if gone and len(mine) >= _FEW else 0.6
            facts = EquityWithoutPosition(side, risks.start, as_before_entry=gone)
            return [finding_of(risks, Cause.STATE_LOST, confidence, facts)]
    return []


def _was_open(pair: Pair, moved: list[Bools], first: int) -> bool:
    near = slice(max(first - 2, 0), first)
    ordered = bool((pair.emits[0] & pair.emits[1])[near].any())
    return ordered or bool(moved[0][near].any() and moved[1][near].any())


def _stepping(risks: Risks) -> list[Finding]:
    ratios = risks.ratios
    if len(ratios) < _ENOUGH:
        return []
    changes = np.flatnonzero(np.abs(np.diff(ratios)) > risks.money.tolerance)
    first = float(ratios[0])
    if not len(changes):
        return [_sizing(risks, 0.72, RiskStep(first, risks.start, stays=True))]
    if abs(first - 1.0) > _COST_AT_MOST and not risks.pair.emits[0][max(risks.first - 1, 0)]:
        return [_sizing(risks, 0.6, RiskStep(first, risks.start, stays=False))]
    if len(changes) < 0.3 * len(ratios):
        return [finding_of(risks, Cause.CONFIGURATION, 0.55, RiskSteps(len(changes), risks.start))]
    return []


def _is_quiet(risks: Risks) -> bool:
    if risks.first == 0 or risks.pair.emits[0][risks.first - 1]:
        return False
    return not risks.money.moves(risks.side(0))[risks.first]


def _as_before(risks: Risks, place: int) -> bool:
    entries = np.flatnonzero((risks.pair.emits[0] & risks.pair.emits[1])[: risks.first])
    if not len(entries):
        return False
    side = risks.side(place)
    return bool(abs(side[risks.first] / side[int(entries[-1])] - 1.0) < _COSTS_OF_ONE)
