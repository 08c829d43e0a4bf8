"""What an explanation is made of: where two engines part, and which causes explain how much of the gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
import polars as pl

from hyprl.domain.json_words import finite_or_none

# The nine causes: the plan's five, and four that field reports add.
FEATURE_MISALIGNMENT = "feature_misalignment"
WARMUP = "warmup"
MODEL_PATH = "model_path"
SIZING_EQUITY = "sizing_equity"
FLOATING_POINT = "floating_point"
DATA_REVISION = "data_revision"
BAR_TIMING = "bar_timing"
CONFIGURATION = "configuration"
STATE_LOST = "state_lost"
CAUSES = (
    FEATURE_MISALIGNMENT,
    WARMUP,
    MODEL_PATH,
    SIZING_EQUITY,
    FLOATING_POINT,
    DATA_REVISION,
    BAR_TIMING,
    CONFIGURATION,
    STATE_LOST,
)

# The order in which a bar is decided; the first that differs is where the engines part at this bar.
STAGES = ("bars", "features", "model", "probability", "gates", "decision", "size", "ev")

COUNTERFACTUAL = "counterfactual"
SIGNATURE = "signature"

# Decides a run again with some factors of the left side replaced by the right side's; returns a signal log.
Redecide = Callable[[frozenset[str]], pl.DataFrame]

# What can be swapped between the sides: rows and their times, bar values, what happened to the features
# (another row, values of another kind, a cold start, a narrower number format, a lost state), the model, the
# constants, the equity that sizing read, the account where it does not follow from the side's own decisions.
TIMING = "timing"
BARS = "bars"
FEATURES = "features"
COLD_START = "cold_start"
PRECISION = "precision"
RESTART = "restart"
MODEL = "model"
PARAMETERS = "parameters"
EQUITY = "equity"
STATE = "state"
FACTORS = (TIMING, BARS, FEATURES, COLD_START, PRECISION, RESTART, MODEL, PARAMETERS, EQUITY, STATE)


@dataclass(frozen=True, slots=True)
class FactorFacts:
    """What is known of one factor before anything is decided again: its cause and how the sides differ in it.

    `certain` is false where the difference was estimated rather than read from the logs; `is_inherited` is true where
    what led to it lies before the logs.
    """

    cause: str
    evidence: str
    advice: str = ""
    first_bar: str | None = None
    columns: tuple[str, ...] = ()
    certain: bool = True
    is_inherited: bool = False


@runtime_checkable
class Redecision(Protocol):
    """A Redecide that knows which factors differ between its sides (`facts`; all others change nothing)."""

    @property
    def facts(self) -> Mapping[str, FactorFacts]:
        """Return the factors in which the sides differ."""

    def __call__(self, factors: frozenset[str]) -> pl.DataFrame:
        """Return the left log with these factors taken from the right side."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause with its evidence. Shares are fractions of the whole gap, None where they cannot be measured.

    `confidence` runs from 0 to 1; a finding is stated as the cause only where `confident` is true.
    """

    cause: str
    kind: str  # counterfactual | signature
    confidence: float
    evidence: str
    advice: str
    share_of_gap: float | None = None
    share_of_probability: float | None = None
    first_bar: str | None = None
    columns: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def confident(self) -> bool:
        """Tell whether the evidence is strong enough to name the cause."""
        return self.confidence >= 0.7

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        values = {**asdict(self), "details": dict(self.details), "confident": self.confident}
        return {name: _json_value(value) for name, value in values.items()}


def _json_value(value: Any) -> Any:
    # JSON knows neither NaN nor infinity, nor the numbers of numpy that details may hold.
    if isinstance(value, Mapping):
        return {str(key): _json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_json_value(item) for item in value]
    if isinstance(value, np.ndarray):
        return _json_value(value.tolist())
    if isinstance(value, np.generic):
        return _json_value(value.item())
    return finite_or_none(value)


@dataclass(frozen=True, slots=True)
class DivergentRun:
    """Consecutive bars that differ: ISO 8601 opens of the first and the last, and how many."""

    start: str
    end: str
    bars: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where two logs part. None everywhere: they do not."""

    first_bar: str | None
    symbol: str | None
    stage: str | None
    column: str | None
    bars_by_stage: Mapping[str, int]
    runs: tuple[DivergentRun, ...]
    left_missing: int
    right_missing: int
    mismatching: int
    not_assessed: tuple[str, ...]

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {**asdict(self), "bars_by_stage": dict(self.bars_by_stage)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where, and the findings ranked, the likeliest cause first. `residual` is the share that nothing explains."""

    location: Location
    findings: tuple[Finding, ...]
    residual: float | None = None
    not_assessed: tuple[str, ...] = ()

    @property
    def top(self) -> Finding | None:
        """Return the likeliest cause if its evidence is strong enough to name it."""
        return self.findings[0] if self.findings and self.findings[0].confident else None

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "location": self.location.as_json_dict(),
            "findings": [finding.as_json_dict() for finding in self.findings],
            "residual": self.residual,
            "not_assessed": list(self.not_assessed),
        }
