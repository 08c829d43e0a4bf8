"""What probabilities and the features that they follow from show of the model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """Log-odds of the right side as a line of the left side's."""

    slope: float
    level: float


@dataclass(frozen=True, slots=True)
class OtherProbabilities:
    """Bars with equal features and other probabilities, from `since` on (None: the first bar).

    `hash_differs` is None where no hash of the model was recorded; `line` None where the log-odds follow none.
    """

    bars: int
    mean_gap: float
    since: str | None
    hash_differs: bool | None
    line: Line | None


@dataclass(frozen=True, slots=True)
class OtherSolution:
    """Weights solved for one side miss the other's probabilities, on its own features, by `mean_missed`.

    `mean_gap` is by how much the probabilities differ in all.
    """

    solved: str
    missed: str
    mean_missed: float
    mean_gap: float


@dataclass(frozen=True, slots=True)
class OtherCalibration:
    """Probabilities that are a function of the other side's on every bar: a line of log-odds, or rising (None)."""

    line: Line | None


@dataclass(frozen=True, slots=True)
class OtherModelHash:
    """Another model_params_hash."""


ModelReading = OtherProbabilities | OtherSolution | OtherCalibration | OtherModelHash
