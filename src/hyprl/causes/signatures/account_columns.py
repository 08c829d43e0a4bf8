"""Read account columns for a state that one side lost: each side's are checked against its own decisions.

A count goes back, an entry was ordered by nobody, an order was never filled. Without the columns, what equity does on
the bars around the first decision that differs.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.account import (
    AccountBreak,
    AccountReading,
    BrokenAccount,
    ForgottenPosition,
    OtherExits,
    SilentInPosition,
    SilentWhileFlat,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.pair import Bools, Floats, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money

_EXIT_SETTINGS = ("risk_inputs.atr_multiplier", "risk_inputs.reward_multiple")


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report an account that does not follow from its own decisions, or positions left otherwise."""
    return _inconsistent(pair) or _exits(pair) or _without_columns(pair, money)


def _inconsistent(pair: Pair) -> list[Finding]:
    if pair.has_holes:
        return []
    for place, side in ((1, "right"), (0, "left")):
        mine, other = _breaks(pair, place), _breaks(pair, 1 - place)
        for broken, where in mine.items():
            only = where & ~other.get(broken, np.zeros_like(where))
            if only.any():
                return [_break_finding(pair, side, broken, only)]
    return []


def _breaks(pair: Pair, place: int) -> dict[AccountBreak, Bools]:
    emits = pair.emits[place]
    before = np.concatenate(([False], emits[:-1]))
    found: dict[AccountBreak, Bools] = {}
    position = _side(pair, "account.position_open", place)
    if position is not None:
        held = np.concatenate(([0.0], position[:-1]))
        found[AccountBreak.POSITION_NEVER_ORDERED] = (position == 1.0) & (held == 0.0) & ~before
    since = _side(pair, "account.bars_since_entry", place, required=False)
    if since is not None:
        last = np.concatenate(([since[0]], since[:-1]))
        forgot = np.isfinite(last) & ~np.isfinite(since)
        late = np.isfinite(since) & np.isfinite(last) & (since > last + 1.0)
        unfilled = before & ~(since == 0.0)
        unfilled[0] = False
        found[AccountBreak.ENTRY_FORGOTTEN] = forgot | late
        found[AccountBreak.ORDER_NEVER_FILLED] = unfilled
    trades = _side(pair, "account.trades_today", place)
    if trades is not None and len(pair.sessions) == pair.rows and pair.rows:
        same = np.concatenate(([False], np.diff(pair.sessions) == 0))
        found[AccountBreak.TRADES_COUNTED_DOWN] = same & (trades < np.concatenate(([0.0], trades[:-1])))
    return found


def _side(pair: Pair, name: str, place: int, *, required: bool = True) -> Floats | None:
    column = pair.column(name)
    if column is None or (required and not column.both.all()):
        return None
    return column.left if place == 0 else column.right


def _break_finding(pair: Pair, side: str, broken: AccountBreak, where: Bools) -> Finding:
    first = pair.bar(first_true(where, 0))
    return Finding(
        Cause.STATE_LOST,
        0.95,
        (BrokenAccount(side, broken, first, int(where.sum())),),
        first_bar=first,
        columns=("account.position_open", "account.bars_since_entry"),
    )


def _exits(pair: Pair) -> list[Finding]:
    """Positions entered together and left apart: rarely, one was forgotten; as a rule, exits are set differently."""
    column, since = pair.column("account.position_open"), pair.column("account.bars_since_entry")
    if any(name in pair.names and not pair.is_equal(name) for name in _EXIT_SETTINGS):
        return []  # other exits follow from other settings
    if column is None or since is None or pair.features_part.any() or pair.bars_part.any() or pair.has_holes:
        return []
    together = (since.left == since.right) & since.both
    apart = together & column.differs
    entries = int(((since.left == 0.0) & together).sum())
    parted = apart & ~np.concatenate(([False], apart[:-1]))
    times = int(parted.sum())
    if not times or first_true(parted, 0) > pair.first_parted:
        return []
    row = first_true(parted, 0)
    first = pair.bar(row)
    if times > max(2, 0.1 * entries):
        return [_finding(pair, Cause.CONFIGURATION, 0.85, OtherExits(times, entries, first), first)]
    side = "right" if column.left[row] else "left"
    return [_finding(pair, Cause.STATE_LOST, 0.88, ForgottenPosition(side, first, times, entries), first)]


def _without_columns(pair: Pair, money: Money | None) -> list[Finding]:
    """Decisions that part on equal probabilities, in a log without account and reasons."""
    column = pair.probability
    if column is None or money is None or pair.has_holes or pair.words("reason") is not None:
        return []
    row = pair.first_parted
    if row >= pair.rows or column.differs.any() or money.off(money.stop_ratio).any():
        return []
    if money.off(money.risk_ratio)[:row].any() or pair.parted[row] != (
        pair.emits[0][row] != pair.emits[1][row]
    ):
        return []
    words = pair.words("direction")
    if words is None or (words[0] != words[1]).any():
        return []
    emitting = 0 if pair.emits[0][row] else 1
    rejecting = (money.risk.right, money.risk.left)[emitting]
    if money.moves(rejecting)[row + 1 : row + 2].any():
        side = ("right", "left")[emitting]
        return [_finding(pair, Cause.STATE_LOST, 0.6, SilentInPosition(side, pair.bar(row)), pair.bar(row))]
    return [_finding(pair, Cause.CONFIGURATION, 0.65, SilentWhileFlat(pair.bar(row)), pair.bar(row))]


def _finding(pair: Pair, cause: Cause, confidence: float, facts: AccountReading, first: str) -> Finding:
    columns = ("account.position_open",) if "account.position_open" in pair.names else ("decision",)
    return Finding(cause, confidence, (facts,), first_bar=first, columns=columns)
