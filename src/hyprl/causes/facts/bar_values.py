"""What the values of bars show, where both logs hold them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Adjustment(Enum):
    """What a constant ratio of prices or volumes looks like."""

    SPLIT = auto()
    DIVIDEND = auto()
    VOLUME = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class OtherBarHashes:
    """Bars of which only the hash is recorded, and differs."""

    bars: int


@dataclass(frozen=True, slots=True)
class AdjustedBars:
    """Columns at one ratio to the left side's, up to `last_bar`, or over the whole span (None)."""

    columns: tuple[str, ...]
    ratio: float
    bars: int
    last_bar: str | None
    adjustment: Adjustment


@dataclass(frozen=True, slots=True)
class UnfinishedBars:
    """A side's ranges lie inside the other's, on this share of the bars, with this share of the volume."""

    side: str
    share: float
    volume_share: float


@dataclass(frozen=True, slots=True)
class RevisedBars:
    """Bars that differ in these columns; `are_most` tells that it is no few of them."""

    bars: int
    share: float
    columns: tuple[str, ...]
    largest_relative: float
    are_most: bool = False


BarReading = OtherBarHashes | AdjustedBars | UnfinishedBars | RevisedBars
