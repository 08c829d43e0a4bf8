"""What timestamps and missing bars show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class StampShift(Enum):
    """What a shift of stamps looks like."""

    SUMMER_TIME = auto()  # New York's summer alone
    WINTER_TIME = auto()  # New York's winter alone
    OPEN_FOR_CLOSE = auto()  # by one bar
    OTHER_MINUTE = auto()  # by less than one bar
    OTHER_CLOCK = auto()


@dataclass(frozen=True, slots=True)
class ShiftedStamps:
    """The right side's values stand so much later than the left's on `met` of the bars that do not agree."""

    offset_us: int
    met: int
    unmet: int
    shift: StampShift


@dataclass(frozen=True, slots=True)
class EveryNthBar:
    """Missing bars at one distance."""

    distance: int


@dataclass(frozen=True, slots=True)
class WholeSessions:
    """Missing bars that make up whole sessions; `are_short`: each shorter than most."""

    sessions: int
    are_short: bool


@dataclass(frozen=True, slots=True)
class SessionEdges:
    """Missing bars that are each the first, or each the last, of a session; `are_short`: shorter than most."""

    is_first: bool
    are_short: bool


@dataclass(frozen=True, slots=True)
class MissingBars:
    """Bars that a side lacks between its own first and last. `due` are the calendar's, None where none was asked."""

    side: str
    bars: int
    due: int | None
    pattern: EveryNthBar | WholeSessions | SessionEdges | None


StampReading = ShiftedStamps | MissingBars
