"""What decisions alone show, or decisions on equal probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class SignalsOfOneSide:
    """On equal probabilities `alone` of `either` side's signals are one side's; as a lost state or as another rule."""

    alone: int
    either: int
    as_lost_state: bool


@dataclass(frozen=True, slots=True)
class StricterThreshold:
    """A side refuses signals up to `low` and takes them from `high`; on so many bars it alone refuses."""

    side: str
    direction: str
    low: float
    high: float
    bars: int


class DecisionShift(Enum):
    """How decisions of another bar are read."""

    OTHER_BAR_JUDGED = auto()  # the probabilities are equal
    LATE = auto()
    FEATURES = auto()


@dataclass(frozen=True, slots=True)
class ShiftedDecisions:
    """The right side's decisions are the left's of so many bars earlier."""

    bars: int
    shift: DecisionShift


DecisionReading = SignalsOfOneSide | StricterThreshold | ShiftedDecisions
