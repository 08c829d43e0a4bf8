"""What recorded settings, and decisions that follow from them, show of the configuration; left before right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordedSetting:
    """A recorded setting at the first bar on which it differs."""

    name: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class RecordedSettings:
    """Recorded settings that differ."""

    settings: tuple[RecordedSetting, ...]


@dataclass(frozen=True, slots=True)
class ThresholdBounds:
    """Between which probabilities each side's own directions put a threshold."""

    direction: str
    left: tuple[float, float]
    right: tuple[float, float]


@dataclass(frozen=True, slots=True)
class InferredThresholds:
    """Thresholds that the sides' directions put apart, and how many bars lie between and flip."""

    thresholds: tuple[ThresholdBounds, ...]
    bars_between: int


@dataclass(frozen=True, slots=True)
class RewardMultiples:
    """Reward multiples with which expected P&L follows from probability and risk."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class StopRatio:
    """The right side's stop distance over the left's, on every bar; `recorded_equal`: the recorded multiple is one."""

    ratio: float
    recorded_equal: bool


@dataclass(frozen=True, slots=True)
class RiskFractions:
    """The fraction of the equity they were taken of that sizes usually risk."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class LeverageCaps:
    """The multiple of equity at which sizes stop, None where no cap was in use."""

    left: float | None
    right: float | None


@dataclass(frozen=True, slots=True)
class OtherGate:
    """A gate that decides otherwise on equal inputs, first at a bar, with both reasons.

    `counts_unrecorded` tells that it also reads the day's counts and losses, which the logs do not hold.
    """

    gate: str
    bar: str
    reasons: tuple[str | None, str | None]
    bars: int
    counts_unrecorded: bool


@dataclass(frozen=True, slots=True)
class OtherConfigHash:
    """Another config_hash."""


SettingReading = (
    RecordedSettings
    | InferredThresholds
    | RewardMultiples
    | StopRatio
    | RiskFractions
    | LeverageCaps
    | OtherGate
    | OtherConfigHash
)
