"""The equity behind the sizes, where it was not recorded: how the ratio of the risks runs (`exposure`).

A constant difference is money moved, a steady drift of the ratio an account that drifts, a risk that stands still an
equity that was read once, one that is back at its start a reset, one that forgets an entry a position lost.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.findings import CONFIGURATION, STATE_LOST, Finding
from hyprl.causes.signatures.exposure import Risked, finding_of, risked_of, sizing_finding
from hyprl.causes.signatures.money import Money
from hyprl.causes.signatures.pair import Bools, Floats, Pair, first_true
from hyprl.causes.signatures.untraded import before_any_trade

COSTS = (
    "Compare slippage, commission and exit settings of both sides: equity parts only where trades are filled."
)
_PERSIST = "Persist position, orders and account after each bar, and reconcile them at a restart."
_FEW, _ENOUGH = 3, 8
_STEADY = 0.95
_LONG = 100
_COSTS_OF_ONE = 1e-4
_COST_AT_MOST = 5e-3


def find(pair: Pair, money: Money) -> list[Finding]:
    """Report what the risks say of the equities, at most one trace; two findings where it has two readings."""
    seen = risked_of(pair, money)
    if seen is None:
        return []
    if seen.first < pair.untouched:
        return _drifting(seen) or _moved_money(seen) or before_any_trade(seen)
    for trace in (_standing_still, _lagging, _drifting, _reset, _moved_money, _lost_position, _stepping):
        found = trace(seen)
        if found:
            return found
    said = f"the ratio of risk moves from {seen.start} on, decisions and stops being equal"
    return [sizing_finding(seen, 0.5, said)]


def _drifting(seen: Risked) -> list[Finding]:
    ratios = seen.ratios[:_LONG]
    if len(ratios) < _ENOUGH and not (seen.first < seen.pair.untouched and len(ratios) > _FEW):
        return []
    steps = np.diff(np.log(ratios))
    usual = float(np.median(steps))
    if abs(usual) < 4.0 * seen.money.tolerance:
        return []
    if float((np.sign(steps) == np.sign(usual)).mean()) < _STEADY:
        return []
    if float(np.median(np.abs(steps - usual))) > 0.2 * abs(usual):
        return []
    said = (
        f"the ratio of risk drifts from {ratios[0]:.6g} to {ratios[-1]:.6g} in {len(ratios)} bars, by {usual:.2g} a "
        f"bar, through equal trades"
    )
    return [sizing_finding(seen, 0.9 if len(ratios) >= _ENOUGH else 0.72, said)]


def _moved_money(seen: Risked) -> list[Finding]:
    told = np.flatnonzero(seen.told[seen.rows])[:_LONG] + seen.first
    left, gap = seen.side(0)[told], (seen.side(1) - seen.side(0))[told]
    step = float(gap[0])
    noise = 10.0 * seen.money.tolerance * float(np.abs(left).max())
    alike = np.abs(gap - step) < 1e-4 * abs(step) + noise
    length = first_true(~alike, len(alike))
    if length < _ENOUGH // 2 or abs(step) < 1e-4 * abs(float(left[0])):
        return []
    since = "on every bar" if seen.first < seen.pair.untouched else f"from {seen.start} on"
    said = f"{since} the right side risks {step:+,.2f} beside the left's"
    moving = np.abs(np.diff(left[:length])) > 1e-5 * np.abs(left[1:length])
    if int(moving.sum()) >= _FEW:
        return [sizing_finding(seen, 0.85, f"{said}, whatever the equity does: money was added or taken")]
    if _is_quiet(seen):
        said += ", and no trade was filled there: money was added or taken, or a setting changed"
        return [sizing_finding(seen, 0.68, said)]
    return []


def _standing_still(seen: Risked) -> list[Finding]:
    for place, name in ((1, "right"), (0, "left")):
        mine, other = seen.side(place)[seen.rows], seen.side(1 - place)[seen.rows]
        emits = np.flatnonzero(seen.pair.emits[place][seen.rows])
        if len(emits) < 2:
            continue
        span = slice(0, int(emits[-1]) + 1)
        if _stands(mine[span], seen.money.tolerance) and not _stands(other[span], seen.money.tolerance):
            said = (
                f"from {seen.start} on the {name} side sizes from an equity that stands still through {len(emits)} "
                f"trades"
            )
            return [sizing_finding(seen, 0.9 if len(emits) > 2 else 0.75, said)]
    return []


def _stands(risk: Floats, tolerance: float) -> bool:
    """Tell whether a risk never leaves its top but downwards, as a capped size makes it."""
    risk = risk[np.isfinite(risk)]
    top = float(risk.max(initial=0.0))
    return bool(len(risk)) and float((risk > top * (1.0 - 4.0 * tolerance)).mean()) > 0.5


def _lagging(seen: Risked) -> list[Finding]:
    left, right, tolerance = seen.side(0), seen.side(1), seen.money.tolerance
    for bars in (1, 2, 3, 4, 5, 6, 7, 14):
        rows = np.arange(max(seen.first, bars), seen.stop)
        told = rows[np.abs(left[rows] / left[rows - bars] - 1.0) > tolerance][: 2 * _ENOUGH]
        moving = seen.money.moves(right)[told]
        if len(told) < _FEW or float(moving.mean()) < 0.5:
            continue
        late = np.abs(right[told] / left[told - bars] - 1.0)
        now = np.abs(right[told] / left[told] - 1.0)
        if np.nanmedian(late) < 0.05 * np.nanmedian(now):
            plural = "s" if bars > 1 else ""
            sure = 0.85 if len(told) >= _ENOUGH else 0.7
            return [
                sizing_finding(
                    seen, sure, f"the right side sizes from the left's equity of {bars} bar{plural} before"
                )
            ]
    return []


def _reset(seen: Risked) -> list[Finding]:
    first, tolerance = seen.first, seen.money.tolerance
    entries = np.flatnonzero((seen.pair.emits[0] & seen.pair.emits[1])[:first])
    if not len(entries):
        return []
    for place, name in ((1, "right"), (0, "left")):
        mine, other = seen.side(place), seen.side(1 - place)
        start = mine[np.isfinite(mine)][0]
        # flat then: back at the start; in a position: as far from the other as the start was from the entry's level
        flat = abs(mine[first] / start - 1.0) < tolerance < abs(other[first] / start - 1.0)
        due = start - other[int(entries[-1])]
        held = abs(mine[first] - other[first] - due) < max(0.02 * abs(due), _COSTS_OF_ONE * start)
        if (flat or held) and abs(due) > 10.0 * _COSTS_OF_ONE * start:
            said = f"from {seen.start} on the {name} side's cash is what it was on the first bar"
            return [finding_of(seen, STATE_LOST, 0.8, said, _PERSIST)]
    return []


def _lost_position(seen: Risked) -> list[Finding]:
    pair, first = seen.pair, seen.first
    moved = [seen.money.moves(seen.side(place)) for place in (0, 1)]
    if not _was_open(pair, moved, first):
        return []
    for place, name in ((1, "right"), (0, "left")):
        after = pair.emits[place][first:]
        until = first + first_true(after, min(len(after) - 1, 2 * _ENOUGH)) + 1
        mine, other = moved[place][first + 1 : until], moved[1 - place][first:until]
        if len(mine) and not mine.any() and other.any():
            gone = _as_before(seen, place)
            said = (
                f"from {seen.start} on the {name} side's equity stands still until its next entry, while the other's "
                f"moves with the position that both ordered: "
            )
            said += (
                "it stands where it stood before the entry, as if the position had never been"
                if gone
                else "one side lost it, or left it by another rule"
            )
            sure = 0.8 if gone and len(mine) >= _FEW else 0.6
            return [finding_of(seen, STATE_LOST, sure, said, _PERSIST)]
    return []


def _was_open(pair: Pair, moved: list[Bools], first: int) -> bool:
    near = slice(max(first - 2, 0), first)
    ordered = bool((pair.emits[0] & pair.emits[1])[near].any())
    return ordered or bool(moved[0][near].any() and moved[1][near].any())


def _stepping(seen: Risked) -> list[Finding]:
    ratios = seen.ratios
    if len(ratios) < _ENOUGH:
        return []
    changes = np.flatnonzero(np.abs(np.diff(ratios)) > seen.money.tolerance)
    if not len(changes):
        said = f"the ratio of risk steps to {ratios[0]:.6g} at {seen.start} and stays"
        return [sizing_finding(seen, 0.72, said)]
    if abs(float(ratios[0]) - 1.0) > _COST_AT_MOST and not seen.pair.emits[0][max(seen.first - 1, 0)]:
        said = f"the ratio of risk steps to {ratios[0]:.6g} at {seen.start}, more than the costs of a trade would"
        return [sizing_finding(seen, 0.6, said)]
    if len(changes) < 0.3 * len(ratios):
        said = f"the ratio of risk steps {len(changes)} times from {seen.start} on and stands between: costs of fills"
        return [finding_of(seen, CONFIGURATION, 0.55, said, COSTS)]
    return []


def _is_quiet(seen: Risked) -> bool:
    if seen.first == 0 or seen.pair.emits[0][seen.first - 1]:
        return False
    return not seen.money.moves(seen.side(0))[seen.first]


def _as_before(seen: Risked, place: int) -> bool:
    entries = np.flatnonzero((seen.pair.emits[0] & seen.pair.emits[1])[: seen.first])
    if not len(entries):
        return False
    side = seen.side(place)
    return bool(abs(side[seen.first] / side[int(entries[-1])] - 1.0) < _COSTS_OF_ONE)
