"""Sizing and equity: what sizes a position is not the same money on both sides.

Where the log holds the equity that sizing read, it is compared with the account's own. Elsewhere the risk (size times
stop distance) stands in for it. Only the time before an earlier decision, feature or trade can have changed the account
counts: an account that differs because trades did is a consequence.
"""

from __future__ import annotations

import numpy as np

from hyprl.parity.findings import CONFIGURATION, SIGNATURE, SIZING_EQUITY, STATE_LOST, Finding
from hyprl.parity.signatures.money import Money
from hyprl.parity.signatures.pair import Bools, Column, Floats, Pair, first_true

_BITS = 1e-12
_FEW = 3
_ADVICE = (
    "Size from an injected equity curve on both sides (`parity_equity`), never from a broker's balance during a "
    "replay."
)
_COSTS = (
    "Compare slippage, commission and exit settings of both sides: equity parts only where trades are filled."
)


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report an equity that sizing read elsewhere, or an account that parts before its trades do."""
    used, own = pair.column("risk_inputs.equity"), pair.column("equity")
    if used is not None and own is not None:
        direct = _other_source(pair, used, own)
        return direct or _own_account(pair, own)
    if own is not None and money is None:
        return _own_account(pair, own)
    return [] if money is None else _from_risk(pair, money)


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
            _ADVICE,
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
    reset = row > 0 and own.right[row] == own.right[0] != own.right[row - 1]
    cause, advice = (
        (STATE_LOST, "Persist the account with the position.") if reset else (SIZING_EQUITY, _ADVICE)
    )
    said = "is back at its first value" if reset else "moves without a position"
    return Finding(
        cause,
        SIGNATURE,
        0.85,
        f"from {pair.bar(row)} on the right side's equity {said}: {own.right[row]:,.2f}, the left's "
        f"{own.left[row]:,.2f}",
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
            _COSTS,
            first_bar=pair.bar(row),
            columns=("equity",),
        )
    ]


def _fills(positions: Column) -> Bools:
    turns = np.zeros(len(positions.left), np.bool_)
    turns[1:] = (positions.left[1:] != positions.left[:-1]) | (positions.right[1:] != positions.right[:-1])
    return turns


def _from_risk(pair: Pair, money: Money) -> list[Finding]:
    ratio = money.risk_ratio
    off = money.off(ratio)
    if not off.any():
        return []
    first = first_true(off, 0)
    if off[: pair.untouched].any():
        return _before_any_trade(pair, money, ratio, first)
    if first > pair.first_parted:
        return []
    return _after_trades(pair, money, ratio, first)


def _before_any_trade(pair: Pair, money: Money, ratio: Floats, first: int) -> list[Finding]:
    early = ratio[first : pair.untouched]
    early = early[np.isfinite(early)]
    finite = ratio[np.isfinite(ratio)]
    names = ("position_size", "expected_pnl")
    if np.ptp(finite) < 10.0 * money.tolerance * abs(finite[0]):
        said = f"risk is {finite[0]:.6g} times the left's on every bar, through every trade: the accounts are scaled"
        return [_finding(pair, 0.8, said, first, names)]
    if len(early) < _FEW or np.ptp(early) < 4.0 * money.tolerance * abs(early[0]):
        return _constant_at_first(pair, early, first, names)
    steps = np.diff(early)
    steady = float((np.sign(steps) == np.sign(np.median(steps))).mean()) > 0.9 and len(steps) >= 2
    if steady and np.std(steps) < 0.2 * abs(np.mean(steps)):
        said = (
            f"before any trade the ratio of risk drifts from {early[0]:.6g} to {early[-1]:.6g}, step by step"
        )
        return [_finding(pair, 0.9, said, first, names)]
    right_moves = money.moves(money.risk.right)[: pair.untouched].any()
    left_moves = money.moves(money.risk.left)[: pair.untouched].any()
    if right_moves != left_moves:
        side = "right" if right_moves else "left"
        said = f"before any trade the {side} side's equity moves with the market and the other's stands still"
        holding = f"{said}: it holds something that the other side does not know"
        return [
            _lost(pair, 0.7, holding, first, "Tell both sides what the account holds before the first bar.")
        ]
    said = f"before any trade the ratio of risk runs between {early.min():.6g} and {early.max():.6g}"
    return [_finding(pair, 0.6, said, first, names)]


def _constant_at_first(pair: Pair, early: Floats, first: int, names: tuple[str, ...]) -> list[Finding]:
    value = float(early[0])
    said = f"before any trade the risk is {value:.6g} times the left's: the risk fraction or the equity it is taken of"
    note = "Record risk_fraction and the equity that sizing read: size alone cannot tell a setting from an account."
    return [
        Finding(CONFIGURATION, SIGNATURE, 0.55, said, note, first_bar=pair.bar(first), columns=names),
        _finding(pair, 0.5, said, first, names),
    ]


def _after_trades(pair: Pair, money: Money, ratio: Floats, first: int) -> list[Finding]:
    left, right = money.risk.left, money.risk.right
    moved = [money.moves(side) for side in (left, right)]
    names = ("position_size",)
    after = slice(first, min(pair.first_parted + 1, pair.rows))
    next_entry = first + first_true(pair.emits[1][first:], pair.rows - first)
    still = not moved[1][first + 1 :].any() and moved[0][first:].any()
    if still and pair.emits[1][first:].any():
        return [
            _finding(
                pair,
                0.9,
                f"from {pair.bar(first)} on the right side sizes from an equity that stands still",
                first,
                names,
            )
        ]
    if (
        abs(right[first] / right[0] - 1.0) < money.tolerance < abs(left[first] / left[0] - 1.0)
        and moved[1][first]
    ):
        said = f"from {pair.bar(first)} on the right side's equity is what it was on the first bar"
        return [_lost(pair, 0.8, said, first, "Persist the account with the position.")]
    if _lags(left, right, after, money.tolerance):
        return [
            _finding(pair, 0.85, "the right side sizes from the equity of a bar or more before", first, names)
        ]
    for mine, other, side in ((1, 0, "right"), (0, 1, "left")):
        quiet = not moved[mine][first : next_entry + 1].any()
        if quiet and moved[other][first : next_entry + 1].sum() >= 1 and _was_moving(moved, pair, first):
            said = (
                f"from {pair.bar(first)} on the {side} side's equity stands still until its next entry while the "
                f"other's moves with a position: one side has lost the position or the order"
            )
            return [
                _lost(
                    pair, 0.72, said, first, "Persist position and orders, and reconcile them at a restart."
                )
            ]
    changes = np.flatnonzero(np.abs(np.diff(ratio[after])) > money.tolerance)
    if not len(changes):
        return [
            _finding(
                pair,
                0.72,
                f"the ratio of risk steps to {ratio[first]:.6g} at {pair.bar(first)} and stays",
                first,
                names,
            )
        ]
    if len(changes) < 0.3 * (after.stop - after.start):
        said = f"the ratio of risk steps {len(changes)} times from {pair.bar(first)} on and stands between"
        return [
            Finding(CONFIGURATION, SIGNATURE, 0.6, said, _COSTS, first_bar=pair.bar(first), columns=names)
        ]
    return [
        _finding(
            pair,
            0.6,
            f"the ratio of risk moves from {pair.bar(first)} on, decisions being equal",
            first,
            names,
        )
    ]


def _was_moving(moved: list[Bools], pair: Pair, first: int) -> bool:
    """Tell whether a position was open, or one was just ordered on both sides."""
    near = slice(max(first - 2, 0), first)
    ordered = bool((pair.emits[0] & pair.emits[1])[near].any())
    return ordered or bool(moved[0][near].any() and moved[1][near].any())


def _lags(left: Floats, right: Floats, span: slice, tolerance: float) -> bool:
    for bars in (1, 2, 3, 5, 7):
        rows = np.arange(max(span.start, bars), span.stop)
        told = rows[np.abs(left[rows] / left[rows - bars] - 1.0) > tolerance]
        if len(told) < _FEW:
            continue
        late = np.abs(right[told] / left[told - bars] - 1.0)
        now = np.abs(right[told] / left[told] - 1.0)
        if np.nanmedian(late[:20]) < 0.05 * np.nanmedian(now[:20]):
            return True
    return False


def _finding(pair: Pair, confidence: float, said: str, row: int, names: tuple[str, ...]) -> Finding:
    return Finding(
        SIZING_EQUITY, SIGNATURE, confidence, said, _ADVICE, first_bar=pair.bar(row), columns=names
    )


def _lost(pair: Pair, confidence: float, said: str, row: int, advice: str) -> Finding:
    return Finding(
        STATE_LOST, SIGNATURE, confidence, said, advice, first_bar=pair.bar(row), columns=("position_size",)
    )
