"""Sizing and equity: what sizes a position is not the same money on both sides.

Where the log holds the equity that sizing read, it is compared with the account's own. Elsewhere the risk (size times
stop distance) stands in for it. Only the time before an earlier decision, feature or trade can have changed the account
counts: an account that differs because trades did is a consequence.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.findings import CONFIGURATION, SIGNATURE, SIZING_EQUITY, STATE_LOST, Finding
from hyprl.causes.signatures import risked
from hyprl.causes.signatures.exposure import ADVICE
from hyprl.causes.signatures.money import Money
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true
from hyprl.causes.signatures.risked import COSTS

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
    return [] if money is None else risked.find(pair, money)


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
    return [
        Finding(
            SIZING_EQUITY,
            SIGNATURE,
            0.95,
            f"on {int(where.sum()):,} bars sizing read an equity that is not the account's own in the same way on both "
            f"sides: {shape_of(ratio[where], used.right[where])}",
            ADVICE,
            first_bar=pair.bar(first),
            columns=("risk_inputs.equity", "position_size"),
            details={"first_ratio": float(ratio[where][0]), "last_ratio": float(ratio[where][-1])},
        )
    ]


def shape_of(ratio: Floats, right: Floats) -> str:
    """Say in words how a ratio of equities runs."""
    first, last = float(ratio[0]), float(ratio[-1])
    if len(right) > _FEW and float(np.ptp(right)) <= _BITS * abs(float(right[0])):
        return f"the right side's stands still at {right[0]:,.2f}"
    if float(np.ptp(ratio)) < 1e-9 * abs(first):
        return f"a constant ratio of {first:.6g}"
    steps = np.diff(ratio)
    if len(steps) > _FEW and float((np.sign(steps) == np.sign(last - first)).mean()) > 0.95:
        return f"a ratio that drifts from {first:.6g} to {last:.6g}"
    return f"a ratio between {ratio.min():.6g} and {ratio.max():.6g}"


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
        SIZING_EQUITY,
        SIGNATURE,
        0.9,
        f"the accounts differ before the first trade: {own.left[0]:,.2f} left, {own.right[0]:,.2f} "
        f"right, ratio {ratio:.6g}",
        "Start both sides from the same equity.",
        first_bar=pair.bar(0),
        columns=("equity",),
        details={"ratio": ratio},
    )


def _moved_money(pair: Pair, own: Column, row: int) -> Finding:
    left, right = (row > 0 and side[row] == side[0] != side[row - 1] for side in (own.left, own.right))
    reset, name = left or right, "left" if left and not right else "right"
    cause, advice = (
        (STATE_LOST, "Persist the account with the position.") if reset else (SIZING_EQUITY, ADVICE)
    )
    said = "is back at its first value" if reset else "moves without a position"
    return Finding(
        cause,
        SIGNATURE,
        0.85,
        f"from {pair.bar(row)} on the {name} side's equity {said}: {own.left[row]:,.2f} left, "
        f"{own.right[row]:,.2f} right",
        advice,
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
    told = moved[: until + 1]
    if not told.any() or not events[: until + 1][told].mean() > 0.5:
        return []
    return [
        Finding(
            CONFIGURATION,
            SIGNATURE,
            0.85,
            f"equity parts at {pair.bar(row)}, where both sides fill a trade, and then again at fills: costs or exit "
            f"prices differ",
            COSTS,
            first_bar=pair.bar(row),
            columns=("equity",),
        )
    ]


def _fills(positions: Column) -> Bools:
    turns = np.zeros(len(positions.left), np.bool_)
    turns[1:] = (positions.left[1:] != positions.left[:-1]) | (positions.right[1:] != positions.right[:-1])
    return turns
