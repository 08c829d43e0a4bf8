"""Where sizing equity comes from: the engine's own account, a map by bar, or an account that differs from its own.

A side that sizes from its own simulated account has no equity of its own to hand over: what differs there follows
from earlier decisions. Another account is handed over as its ratio to the side's own, so that it stays itself when
the decisions before it change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.domain.arrays import Int64Array
from hyprl.redecide.sequences import NOWHERE
from hyprl.redecide.sides import Side


@dataclass(frozen=True, slots=True)
class EquitySource:
    """Sizing equity of each row of a sequence. `sizing` is None for the engine's own account."""

    initial: float
    own: list[float]
    sizing: list[float] | None
    absolute: bool

    def at(self, row: int, account_equity: float) -> float:
        """Return what sizes an entry on this row, in account currency."""
        if self.sizing is None:
            return account_equity
        sizing, own = self.sizing[row], self.own[row]
        if sizing != sizing:
            return account_equity
        if self.absolute or account_equity == own or not own > 0.0:
            return sizing
        return account_equity * (sizing / own)


def equity_source(side: Side, rows: Int64Array) -> EquitySource:
    """Return a side's source for a sequence whose rows are these of the side (or NOWHERE)."""
    if not is_external(side):
        return EquitySource(side.initial_equity, [], None, False)
    there = rows != NOWHERE
    pick = np.where(there, rows, 0)
    sizing = np.where(there, side.sizing_equity[pick], np.nan)
    return EquitySource(
        side.initial_equity, side.equity[pick].tolist(), sizing.tolist(), side.equity_injected
    )


def is_external(side: Side) -> bool:
    """Tell whether a side sized from anything but its own account."""
    recorded = np.isfinite(side.equity) & np.isfinite(side.sizing_equity)
    return side.equity_injected or bool((side.sizing_equity != side.equity)[recorded].any())


def same_source(left: Side, right: Side, left_of: Int64Array) -> bool:
    """Tell whether both sides size alike: from their own account of one size, or from the same equities."""
    if left.initial_equity != right.initial_equity or is_external(left) != is_external(right):
        return False
    if not is_external(left):
        return True
    there = left_of != NOWHERE
    a, b = left.sizing_equity[left_of[there]], right.sizing_equity[there]
    if left.equity_injected and right.equity_injected:
        return np.array_equal(a, b, equal_nan=True)
    ratios = a / left.equity[left_of[there]], b / right.equity[there]
    return np.allclose(*ratios, rtol=1e-12, atol=0.0, equal_nan=True)
