"""Bar sources: they hand out closed bars one at a time and cannot be asked for a later one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from hyprl.domain.bars import BarSeries, ClosedBar


class BarSource(Protocol):
    """Closed bars in time order, each handed out once it is closed."""

    def __iter__(self) -> Iterator[ClosedBar]:
        """Yield the bars that are still to be decided."""


class ReplaySource:
    """Plays recorded bars as if they closed now. Only the bar that is due leaves it."""

    __slots__ = ("_first", "_series")

    def __init__(self, series: BarSeries, first: int = 0) -> None:
        self._series = series
        self._first = first

    def __iter__(self) -> Iterator[ClosedBar]:
        for index in range(self._first, len(self._series)):
            yield self._series.bar(index)
