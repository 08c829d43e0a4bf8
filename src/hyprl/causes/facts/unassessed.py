"""What two logs did not let anybody compare."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hyprl.causes.steps import DecisionStep


class Holders(StrEnum):
    """Which logs have columns of a step."""

    NEITHER = "neither"
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"  # each has some, but none that the other has too


@dataclass(frozen=True, slots=True)
class UncomparedStep:
    """A step of the decision of which no column is in both logs."""

    step: DecisionStep
    holders: Holders


@dataclass(frozen=True, slots=True)
class UnknownColumns:
    """Columns in both logs that belong to no step."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExcusedBars:
    """Bars on which both sides reject for want of data and have no values."""

    bars: int


@dataclass(frozen=True, slots=True)
class ValuesMissingOnBoth:
    """On how many bars a value that was due is on neither side, column by column."""

    bars_by_column: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SharesNotMeasured:
    """Nothing was decided again; `error` says why, None where the logs are no two traces."""

    error: str | None = None


Unassessed = UncomparedStep | UnknownColumns | ExcusedBars | ValuesMissingOnBoth | SharesNotMeasured
