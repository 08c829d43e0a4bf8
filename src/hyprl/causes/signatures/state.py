"""State lost: what one side knew and after a restart no longer knows.

Frozen: a side repeats its values while the other's move. Account columns are checked for each side against its own
decisions: a count that goes back, an entry that nobody ordered, an order that was never filled.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.findings import CONFIGURATION, SIGNATURE, STATE_LOST, Finding
from hyprl.causes.signatures.money import Money
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true
from hyprl.causes.signatures.rounding import narrow_step

_LEAST_FROZEN = 4
_EXIT_SETTINGS = ("risk_inputs.atr_multiplier", "risk_inputs.reward_multiple")
_RESTART = (
    "Persist position, orders, counters and feature states after each bar, and reconcile them at a restart."
)
_EXITS = "Compare reward multiple, trailing stop, slippage and stop rules of both sides."


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report frozen values, and an account that does not follow from its own decisions."""
    return [*frozen(pair), *(_inconsistent(pair) or _exits(pair) or _blind_decisions(pair, money))]


def frozen(pair: Pair) -> list[Finding]:
    """Report a side that repeats its values while the other's move."""
    columns = [column for column in pair.features if column.varies]
    columns = columns or ([] if pair.probability is None else [pair.probability])
    columns = [
        column for column in columns if narrow_step(column) is None
    ]  # rounded values repeat themselves
    for side in ("right", "left"):
        held = [(column, *_longest_hold(column, side)) for column in columns]
        held = [item for item in held if item[2] >= _LEAST_FROZEN and item[0].varies]
        if held and 2 * len(held) >= len([column for column in columns if column.differs.any()]):
            return [_frozen_finding(pair, side, held)]
    return []


def _longest_hold(column: Column, side: str) -> tuple[int, int]:
    mine, other = (column.right, column.left) if side == "right" else (column.left, column.right)
    still = np.zeros(len(mine) + 1, np.bool_)
    still[1:-1] = (mine[1:] == mine[:-1]) & (other[1:] != other[:-1])
    if column.name == "probability_up":
        still[1:-1] &= (mine[1:] > 0.0) & (mine[1:] < 1.0)  # 0 and 1 are where it saturates
    edges = np.flatnonzero(np.diff(np.concatenate(([False], still)).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    if not len(stops):
        return 0, 0
    longest = int((stops - starts[: len(stops)]).argmax())
    return int(starts[longest]), int(stops[longest] - starts[longest])


def _frozen_finding(pair: Pair, side: str, held: list[tuple[Column, int, int]]) -> Finding:
    column, start, length = max(held, key=lambda item: item[2])
    names = tuple(item[0].name for item in held)
    shown = ", ".join(name.removeprefix("indicator.") for name in names[:4]) + (
        " …" if len(names) > 4 else ""
    )
    return Finding(
        STATE_LOST,
        SIGNATURE,
        0.93 if length >= 2 * _LEAST_FROZEN else 0.8,
        f"the {side} side's {shown} stand still for {length:,} bars from {pair.bar(start)} on, "
        f"while the other side's move",
        "Restart the feature store with its state, and alarm on a feature that repeats itself.",
        first_bar=pair.bar(start),
        columns=names,
        details={"bars": length, "column": column.name},
    )


def _inconsistent(pair: Pair) -> list[Finding]:
    if pair.has_holes:
        return []
    for place, side in ((1, "right"), (0, "left")):
        mine, other = _breaks(pair, place), _breaks(pair, 1 - place)
        for said, where in mine.items():
            only = where & ~other.get(said, np.zeros_like(where))
            if only.any():
                return [_break_finding(pair, side, said, only)]
    return []


def _breaks(pair: Pair, place: int) -> dict[str, Bools]:
    emits = pair.emits[place]
    before = np.concatenate(([False], emits[:-1]))
    found: dict[str, Bools] = {}
    position = _side(pair, "account.position_open", place)
    if position is not None:
        held = np.concatenate(([0.0], position[:-1]))
        found["holds a position that it never ordered"] = (position == 1.0) & (held == 0.0) & ~before
    since = _side(pair, "account.bars_since_entry", place, required=False)
    if since is not None:
        last = np.concatenate(([since[0]], since[:-1]))
        forgot = np.isfinite(last) & ~np.isfinite(since)
        late = np.isfinite(since) & np.isfinite(last) & (since > last + 1.0)
        unfilled = before & ~(since == 0.0)
        unfilled[0] = False
        found["no longer knows its last entry"] = forgot | late
        found["never filled its own order"] = unfilled
    trades = _side(pair, "account.trades_today", place)
    if trades is not None and len(pair.sessions) == pair.rows and pair.rows:
        same = np.concatenate(([False], np.diff(pair.sessions) == 0))
        found["counts fewer trades than before on the same day"] = same & (
            trades < np.concatenate(([0.0], trades[:-1]))
        )
    return found


def _side(pair: Pair, name: str, place: int, *, required: bool = True) -> Floats | None:
    column = pair.column(name)
    if column is None or (required and not column.both.all()):
        return None
    return column.left if place == 0 else column.right


def _break_finding(pair: Pair, side: str, said: str, where: Bools) -> Finding:
    row = first_true(where, 0)
    times = int(where.sum())
    return Finding(
        STATE_LOST,
        SIGNATURE,
        0.95,
        f"at {pair.bar(row)} the {side} side "
        f"{said}{f' ({times:,} times in all)' if times > 1 else ''}; the other side does "
        f"not",
        _RESTART,
        first_bar=pair.bar(row),
        columns=("account.position_open", "account.bars_since_entry"),
        details={"times": times},
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
    if times > max(2, 0.1 * entries):
        said = f"{times} of {entries} positions entered together are left on another bar, first at {pair.bar(row)}"
        return [_finding(pair, CONFIGURATION, 0.85, f"{said}: exits are set differently", _EXITS, row)]
    side = "right" if column.left[row] else "left"
    said = f"at {pair.bar(row)} the {side} side is flat and the other still holds what both entered"
    return [_finding(pair, STATE_LOST, 0.88, f"{said} ({times} of {entries} positions)", _RESTART, row)]


def _blind_decisions(pair: Pair, money: Money | None) -> list[Finding]:
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
        said = f"at {pair.bar(row)} only one side signals; the {side} side, which does not, is in a position"
        return [_finding(pair, STATE_LOST, 0.6, said, _RESTART, row)]
    said = f"at {pair.bar(row)} both sides see the same probability and neither holds a position, and only one signals"
    return [
        _finding(
            pair,
            CONFIGURATION,
            0.65,
            f"{said}: a gate is set differently",
            "Record the reason of each decision.",
            row,
        )
    ]


def _finding(pair: Pair, cause: str, confidence: float, said: str, advice: str, row: int) -> Finding:
    return Finding(
        cause,
        SIGNATURE,
        confidence,
        said,
        advice,
        first_bar=pair.bar(row),
        columns=("account.position_open",) if "account.position_open" in pair.names else ("decision",),
    )
