"""The equity behind the sizes, where it was not recorded: read from what each side risked on each bar.

Risk is a fraction of equity, so the ratio of the risks is the ratio of the equities as long as both size alike. Only
bars count on which both stops stand equally far (elsewhere a capped size distorts the ratio), and after the first trade
only those before stops or decisions part: what follows a different trade is a consequence. A constant difference is
money moved, a steady drift of the ratio an account that drifts, a risk that stands still an equity that was read once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.parity.findings import CONFIGURATION, SIGNATURE, SIZING_EQUITY, STATE_LOST, Finding
from hyprl.parity.signatures.money import Money
from hyprl.parity.signatures.pair import Bools, Floats, Pair, first_true

ADVICE = (
    "Size from an injected equity curve on both sides (`parity_equity`), not from a balance read at the time."
)
COSTS = (
    "Compare slippage, commission and exit settings of both sides: equity parts only where trades are filled."
)
_PERSIST = "Persist position, orders and account after each bar, and reconcile them at a restart."
_FEW, _ENOUGH = 3, 8
_STEADY = 0.95
_LONG = 100
_COSTS_OF_ONE = 1e-4


@dataclass(frozen=True)
class Risked:
    """The usable part of what both sides risked: bars up to `stop`, where `told`; `first` is the first that is off."""

    pair: Pair
    money: Money
    ratio: Floats
    told: Bools
    off: Bools
    first: int
    stop: int

    @property
    def rows(self) -> slice:
        """The bars from the first that is off to the last that is no consequence."""
        return slice(self.first, self.stop)

    def side(self, place: int) -> Floats:
        """Return the risk of the left (0) or right (1) side."""
        return self.money.risk.right if place else self.money.risk.left


def find(pair: Pair, money: Money) -> list[Finding]:
    """Report what the risks say of the equities, at most one trace; two findings where it has two readings."""
    seen = None if _exits_differ(money) else _seen(pair, money)
    if seen is None:
        return []
    if seen.first < pair.untouched:
        return _drifting(seen) or _moved_money(seen) or _before_any_trade(seen)
    for trace in (_standing_still, _lagging, _drifting, _reset, _moved_money, _lost_position, _stepping):
        found = trace(seen)
        if found:
            return found
    said = f"the ratio of risk moves from {_at(seen)} on, decisions and stops being equal"
    return [_sizing(seen, 0.5, said)]


def _seen(pair: Pair, money: Money) -> Risked | None:
    stops_part = money.off(money.stop_ratio)
    told = np.isfinite(money.risk_ratio) & ~stops_part
    off = told & money.off(money.risk_ratio)
    if not off.any():
        return None
    first = first_true(off, 0)
    stop = min(pair.first_parted + 1, pair.rows)
    entered = first_true(pair.emits[0] | pair.emits[1], pair.rows)
    parted = np.flatnonzero(stops_part)
    later = parted[parted >= entered]
    if len(later):
        stop = min(stop, int(later[0]) + 1)
    if first >= max(stop, pair.untouched):
        return None
    return Risked(pair, money, money.risk_ratio, told, off, first, max(stop, pair.untouched))


def _at(seen: Risked) -> str:
    return seen.pair.bar(seen.first)


def _ratios(seen: Risked) -> Floats:
    return seen.ratio[seen.rows][seen.told[seen.rows]]


def _still(seen: Risked, place: int) -> Bools:
    """Bars whose risk is that of the bar before or after: no position and no cap."""
    moves = seen.money.moves(seen.side(place))
    still = ~moves
    still[:-1] |= ~moves[1:]
    still[0] = len(moves) > 1 and not moves[1]
    return still


def _drifting(seen: Risked) -> list[Finding]:
    ratios = _ratios(seen)[:_LONG]
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
    return [_sizing(seen, 0.9 if len(ratios) >= _ENOUGH else 0.72, said)]


def _moved_money(seen: Risked) -> list[Finding]:
    told = np.flatnonzero(seen.told[seen.rows])[:_LONG] + seen.first
    left, gap = seen.side(0)[told], (seen.side(1) - seen.side(0))[told]
    step = float(gap[0])
    noise = 10.0 * seen.money.tolerance * float(np.abs(left).max())
    alike = np.abs(gap - step) < 1e-4 * abs(step) + noise
    length = first_true(~alike, len(alike))
    if length < _ENOUGH // 2 or abs(step) < 1e-4 * abs(float(left[0])):
        return []
    since = "on every bar" if seen.first < seen.pair.untouched else f"from {_at(seen)} on"
    said = f"{since} the right side risks {step:+,.2f} beside the left's"
    moving = np.abs(np.diff(left[:length])) > 1e-5 * np.abs(left[1:length])
    if int(moving.sum()) >= _FEW:
        return [_sizing(seen, 0.85, f"{said}, whatever the equity does: money was added or taken")]
    if _is_quiet(seen):
        said += ", and no trade was filled there: money was added or taken, or a setting changed"
        return [_sizing(seen, 0.68, said)]
    return []


def _before_any_trade(seen: Risked) -> list[Finding]:
    still = _still(seen, 0) & _still(seen, 1) & seen.told
    early = seen.ratio[still & (np.arange(len(still)) < seen.pair.untouched)]
    if len(early) and np.ptp(early) < 4.0 * seen.money.tolerance * abs(float(early[0])):
        return _constant(seen, float(early[0]))
    return _foreign_holding(seen)


def _constant(seen: Risked, value: float) -> list[Finding]:
    if abs(value - 1.0) <= 4.0 * seen.money.tolerance:
        return []
    traded = seen.ratio[seen.told & (np.arange(len(seen.told)) >= seen.pair.untouched)]
    if len(traded) > 4 * _ENOUGH and np.ptp(traded) < 10.0 * seen.money.tolerance * abs(value):
        return [
            _sizing(
                seen,
                0.8,
                f"risk is {value:.6g} times the left's through every trade: the accounts are scaled",
            )
        ]
    said = f"before any trade the risk is {value:.6g} times the left's: the risk fraction, or the equity it is taken of"
    note = "Record risk_fraction and the equity that sizing read: size alone cannot tell a setting from an account."
    return [_finding(seen, CONFIGURATION, 0.55, said, note), _sizing(seen, 0.5, said)]


def _foreign_holding(seen: Risked) -> list[Finding]:
    rows = slice(0, seen.pair.untouched)
    still = [_still(seen, place)[rows] & seen.told[rows] for place in (0, 1)]
    for place, name in ((1, "right"), (0, "left")):
        quiet = still[1 - place]
        if int(quiet.sum()) >= _FEW and not (quiet & still[place]).any():
            said = (
                f"before any trade the {name} side's equity moves from bar to bar and the other's stands "
                f"still: it holds "
                f"something that the other side does not know"
            )
            sure = 0.72 if int(quiet.sum()) >= _ENOUGH else 0.6
            return [
                _finding(seen, STATE_LOST, sure, said, "Tell both sides what the account holds at the start.")
            ]
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
                f"from {_at(seen)} on the {name} side sizes from an equity that stands still through {len(emits)} "
                f"trades"
            )
            return [_sizing(seen, 0.9 if len(emits) > 2 else 0.75, said)]
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
                _sizing(
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
            said = f"from {_at(seen)} on the {name} side's cash is what it was on the first bar"
            return [_finding(seen, STATE_LOST, 0.8, said, _PERSIST)]
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
                f"from {_at(seen)} on the {name} side's equity stands still until its next entry, while the other's "
                f"moves with the position that both ordered: "
            )
            said += (
                "it stands where it stood before the entry, as if the position had never been"
                if gone
                else "one side lost it, or left it by another rule"
            )
            sure = 0.8 if gone and len(mine) >= _FEW else 0.6
            return [_finding(seen, STATE_LOST, sure, said, _PERSIST)]
    return []


def _was_open(pair: Pair, moved: list[Bools], first: int) -> bool:
    near = slice(max(first - 2, 0), first)
    ordered = bool((pair.emits[0] & pair.emits[1])[near].any())
    return ordered or bool(moved[0][near].any() and moved[1][near].any())


def _stepping(seen: Risked) -> list[Finding]:
    ratios = _ratios(seen)
    if len(ratios) < _ENOUGH:
        return []
    changes = np.flatnonzero(np.abs(np.diff(ratios)) > seen.money.tolerance)
    if not len(changes):
        said = f"the ratio of risk steps to {ratios[0]:.6g} at {_at(seen)} and stays"
        return [_sizing(seen, 0.72, said)]
    if len(changes) < 0.3 * len(ratios):
        said = f"the ratio of risk steps {len(changes)} times from {_at(seen)} on and stands between: costs of fills"
        return [_finding(seen, CONFIGURATION, 0.55, said, COSTS)]
    return []


def _sizing(seen: Risked, confidence: float, said: str) -> Finding:
    return _finding(seen, SIZING_EQUITY, confidence, said, ADVICE)


def _finding(seen: Risked, cause: str, confidence: float, said: str, advice: str) -> Finding:
    return Finding(
        cause,
        SIGNATURE,
        confidence,
        said,
        advice,
        first_bar=_at(seen),
        columns=("position_size", "expected_pnl"),
    )


def _exits_differ(money: Money) -> bool:
    left, right = money.multiples
    return left is not None and right is not None and abs(left - right) > 1e-3


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
