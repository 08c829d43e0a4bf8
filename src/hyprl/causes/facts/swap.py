"""What deciding a run again with parts of the other side has measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hyprl.causes.facts.differences import Difference


class Gap(StrEnum):
    """The three gaps between two logs that are shared out."""

    COMBINED = "combined_gap"
    PROBABILITY = "mean_abs_diff_probability_up"
    SIZE = "max_abs_diff_position_size"


@dataclass(frozen=True, slots=True)
class OpenedGap:
    """The gap of which the factors explain most, and two shares of it.

    `opens` is what the largest of the factors opens in the left run alone, of the gap as recorded; `closes` what
    putting the left side's back closes, of what all factors open.
    """

    gap: Gap
    opens: float
    closes: float


@dataclass(frozen=True, slots=True)
class SwapFacts:
    """Factors of one cause, swapped: the gaps that each opens alone, and what is left of the recorded ones.

    `differences` says how the sides differ in these factors, where that is known. `closes` and `residual` are shares,
    `residual` None where there is no such gap. `unreproduced` is the share of a recorded gap, the largest of the
    three, that remains when every factor is taken from the right side. `most` is None where no gap was recorded.
    """

    factors: tuple[str, ...]
    differences: tuple[Difference, ...]
    share_of_size: float | None
    alone: Mapping[str, Mapping[Gap, float]]
    closes: Mapping[Gap, float]
    recorded: Mapping[Gap, float]
    residual: Mapping[Gap, float | None]
    unreproduced: float
    most: OpenedGap | None
