"""Read recorded equity: whether what sizes a position is the same money on both sides.

Where the log holds the equity that sizing read, it is compared with the account's own. Elsewhere the risk (size times
stop distance) stands in for it. Only the time before an earlier decision, feature or trade can have changed the account
counts: an account that differs because trades did is a consequence.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.equity import (
    ConstantRatio,
    DriftingRatio,
    EquityJump,
    EquityPartsAtFills,
    OtherEquitySource,
    OtherInitialAccount,
    RatioCourse,
    StandingEquity,
    VaryingRatio,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures import equity_from_risk
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money

_BITS = 1e-12
_FEW = 3


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report an equity that sizing read elsewhere, or an account that parts before its trades do."""
    used, own = pair.column("risk_inputs.equity"), pair.column("equity")
    if used is not None and own is not None:
        direct = _other_source(pair, used, own)
        return direct or _own_account(pair, own)
    if own is not None and money is None:
        return _own_account(pair, own)
    return [] if money is None else equity_from_risk.find(pair, money)


def _other_source(pair: Pair, used: Column, own: Column) -> list[Finding]:
    both = used.both & own.both & (own.left != 0.0) & (own.right != 0.0)
    parts = [
        np.divide(a, b, out=np.ones_like(a), where=both)
        for a, b in ((used.left, own.left), (used.right, own.right))
    ]
    where = both & (np.abs(parts[0] - parts[1]) > _BITS) & used.differs
    if not where.any():
        return []
    ratio = np.divide(parts[1], parts[0], out=np.ones_like(parts[0]), where=parts[0] != 0.0)
    first = first_true(where, 0)
    ratio, read = ratio[where], used.right[where]
    facts = OtherEquitySource(int(where.sum()), _course_of(ratio, read), float(ratio[0]), float(ratio[-1]))
    return [
        Finding(
            Cause.SIZING_EQUITY,
            0.95,
            (facts,),
            first_bar=pair.bar(first),
            columns=("risk_inputs.equity", "position_size"),
        )
    ]


def _course_of(ratio: Floats, right: Floats) -> RatioCourse:
    first, last = float(ratio[0]), float(ratio[-1])
    if len(right) > _FEW and float(np.ptp(right)) <= _BITS * abs(float(right[0])):
        return StandingEquity(float(right[0]))
    if float(np.ptp(ratio)) < 1e-9 * abs(first):
        return ConstantRatio(first)
    steps = np.diff(ratio)
    if len(steps) > _FEW and float((np.sign(steps) == np.sign(last - first)).mean()) > 0.95:
        return DriftingRatio(first, last)
    return VaryingRatio(float(ratio.min()), float(ratio.max()))


def _own_account(pair: Pair, own: Column) -> list[Finding]:
    where = own.differs & own.both
    if not where.any():
        return []
    first = first_true(where, 0)
    if first > pair.first_parted:
        return []
    positions = pair.column("account.position_open")
    if first < pair.untouched and first == 0:
        return [] if _holds(positions, first) else [_initial(pair, own)]
    if positions is None or pair.features_part[: first + 1].any() or _sizes_part(pair, first):
        return []
    if _flat(positions, first):
        return [_moved_money(pair, own, first)]
    return _costs(pair, own, positions, first)


def _sizes_part(pair: Pair, before: int) -> bool:
    size = pair.column("position_size")
    return size is not None and bool(size.differs[:before].any())


def _holds(positions: Column | None, row: int) -> bool:
    return positions is not None and bool(positions.left[row] or positions.right[row])


def _flat(positions: Column, row: int) -> bool:
    near = slice(max(row - 1, 0), row + 1)
    return not (positions.left[near].any() or positions.right[near].any())


def _initial(pair: Pair, own: Column) -> Finding:
    ratio = float(own.right[0] / own.left[0]) if own.left[0] else float("nan")
    return Finding(
        Cause.SIZING_EQUITY,
        0.9,
        (OtherInitialAccount(float(own.left[0]), float(own.right[0]), ratio),),
        first_bar=pair.bar(0),
        columns=("equity",),
    )


def _moved_money(pair: Pair, own: Column, row: int) -> Finding:
    left, right = (row > 0 and side[row] == side[0] != side[row - 1] for side in (own.left, own.right))
    reset, side = left or right, "left" if left and not right else "right"
    facts = EquityJump(side, pair.bar(row), float(own.left[row]), float(own.right[row]), is_reset=bool(reset))
    return Finding(
        Cause.STATE_LOST if reset else Cause.SIZING_EQUITY,
        0.85,
        (facts,),
        first_bar=pair.bar(row),
        columns=("equity",),
    )


def _costs(pair: Pair, own: Column, positions: Column, row: int) -> list[Finding]:
    if not (positions.left[: row + 1] == positions.right[: row + 1]).all():
        return []
    ratio = np.divide(own.right, own.left, out=np.ones_like(own.left), where=own.both & (own.left != 0.0))
    events = _fills(positions)
    until = pair.first_parted
    moved = np.zeros(pair.rows, np.bool_)
    moved[1:] = np.abs(np.diff(ratio)) > 1e-9
    moved = moved[: until + 1]
    if not moved.any() or not events[: until + 1][moved].mean() > 0.5:
        return []
    return [
        Finding(
            Cause.CONFIGURATION,
            0.85,
            (EquityPartsAtFills(pair.bar(row)),),
            first_bar=pair.bar(row),
            columns=("equity",),
        )
    ]


def _fills(positions: Column) -> Bools:
    turns = np.zeros(len(positions.left), np.bool_)
    turns[1:] = (positions.left[1:] != positions.left[:-1]) | (positions.right[1:] != positions.right[:-1])
    return turns
