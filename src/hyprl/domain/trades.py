"""A finished trade and where a run begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hyprl.domain.bars import BarSeries


class Trade(NamedTuple):
    """One round trip. Bars are counted from the window's first; `pnl` is after commission, in account currency."""

    entry_bar: int
    exit_bar: int
    side: int
    size: float
    entry_price: float
    exit_price: float
    pnl: float
    exit_kind: int


@dataclass(frozen=True, slots=True)
class RunWindow:
    """The bars of a run: those before index `start` only warm up, those from it on are decided."""

    series: BarSeries
    start: int

    @property
    def length(self) -> int:
        """Return how many bars are decided."""
        return len(self.series) - self.start

    @property
    def evaluated(self) -> BarSeries:
        """Return the bars that are decided."""
        return self.series.slice(self.start, len(self.series))
