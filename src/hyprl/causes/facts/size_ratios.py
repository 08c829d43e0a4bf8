"""What the ratio of two sizes shows, right over left; `column` is the size or the risk amount."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class DriftingSizes:
    """A ratio that drifts."""

    column: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class SizeFactor:
    """One ratio on so many of all bars, or on each before the first trade (None); as a setting or as other equity."""

    column: str
    factor: float
    bars: tuple[int, int] | None
    as_setting: bool


class SizesPart(Enum):
    """When sizes are off first."""

    BEFORE_DECISIONS = auto()  # before the first decision differs
    BEFORE_TRADES = auto()  # before any trade could have moved the account
    ON_EQUAL_DECISIONS = auto()  # and no decision ever differs


@dataclass(frozen=True, slots=True)
class OffSizes:
    """A ratio between two bounds where it is off 1."""

    column: str
    when: SizesPart
    lowest: float
    highest: float


class OtherRanges(Enum):
    """What stands behind sizes that are off as an average of ranges is."""

    UNFINISHED_BARS = auto()
    ROUNDING = auto()
    OTHER_PRICES = auto()


@dataclass(frozen=True, slots=True)
class SizesOfOtherRanges:
    """So many of all bars are off, in the median by `median`; a step keeps `kept` of the one before (None: no fade)."""

    column: str
    off: int
    bars: int
    median: float
    kept: float | None
    ranges: OtherRanges


SizeReading = DriftingSizes | SizeFactor | OffSizes | SizesOfOtherRanges
