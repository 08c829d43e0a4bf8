"""What an ATR, or a stop distance that is one, shows of bars that are not in the log; `level` is its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CappedAverage:
    """On every bar the right side's level is off as a Wilder average of this length begun so many bars before."""

    level: str
    length: int
    bars_before: int
    bars: int


@dataclass(frozen=True, slots=True)
class LevelOnGrid:
    """A side's level lies on multiples of `step`, or has float16 values (None)."""

    level: str
    side: str
    step: float | None
    bars: int


@dataclass(frozen=True, slots=True)
class DatedLevelRatio:
    """A constant ratio of the levels that holds until a bar and then runs to 1."""

    level: str
    until: str
    ratio: float
    bars: int


@dataclass(frozen=True, slots=True)
class RepeatedRanges:
    """Of the true ranges that differ so many are those of the bar before."""

    level: str
    repeated: int
    differing: int


@dataclass(frozen=True, slots=True)
class RoundedRanges:
    """True ranges that differ both ways, on this share of the bars, and hardly ever by more than `most`."""

    level: str
    share: float
    most: float
    bars: int


@dataclass(frozen=True, slots=True)
class NarrowerRanges:
    """A side's true ranges are the smaller ones on this share of the bars, by `usual` of the other's."""

    level: str
    side: str
    share: float
    usual: float
    bars: int


@dataclass(frozen=True, slots=True)
class ManyOtherRanges:
    """True ranges that differ on nearly every bar, in the median by `usual` of the left one."""

    level: str
    usual: float
    bars: int


@dataclass(frozen=True, slots=True)
class FewOtherRanges:
    """An average of this length takes in another true range on single bars."""

    level: str
    length: int
    bars: int


LevelReading = (
    CappedAverage
    | LevelOnGrid
    | DatedLevelRatio
    | RepeatedRanges
    | RoundedRanges
    | NarrowerRanges
    | ManyOtherRanges
    | FewOtherRanges
)
