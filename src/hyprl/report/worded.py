"""An explanation in words: what `hyprl explain` prints, writes as JSON and hands to whoever calls it from Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from hyprl.causes.findings import STATED_FROM, DivergentRun, Explanation, Finding, Location
from hyprl.domain.json_words import finite_or_none
from hyprl.report.sentences.every import word
from hyprl.report.sentences.unassessed import unassessed_line


@dataclass(frozen=True, slots=True)
class WordedFinding:
    """One cause with its evidence in words, and what to do. Shares and confidence: as in `Finding`."""

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
        return self.confidence >= STATED_FROM

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        values = {**asdict(self), "details": dict(self.details), "confident": self.confident}
        return {name: _json_value(value) for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class WordedLocation:
    """Where two logs part. None everywhere: they do not."""

    first_bar: str | None
    symbol: str | None
    step: str | None
    column: str | None
    bars_by_step: Mapping[str, int]
    runs: tuple[DivergentRun, ...]
    left_missing: int
    right_missing: int
    mismatching: int
    not_assessed: tuple[str, ...]

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "first_bar": self.first_bar,
            "symbol": self.symbol,
            "stage": self.step,
            "column": self.column,
            "bars_by_stage": dict(self.bars_by_step),
            "runs": [asdict(run) for run in self.runs],
            "left_missing": self.left_missing,
            "right_missing": self.right_missing,
            "mismatching": self.mismatching,
            "not_assessed": list(self.not_assessed),
        }


@dataclass(frozen=True, slots=True)
class WordedExplanation:
    """Where, and the findings ranked, the likeliest cause first. `residual` is the share that nothing explains."""

    location: WordedLocation
    findings: tuple[WordedFinding, ...]
    residual: float | None = None
    not_assessed: tuple[str, ...] = ()

    @property
    def top(self) -> WordedFinding | None:
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


def worded(explanation: Explanation) -> WordedExplanation:
    """Put an explanation into words."""
    return WordedExplanation(
        worded_location(explanation.location),
        tuple(worded_finding(finding) for finding in explanation.findings),
        explanation.residual,
        tuple(unassessed_line(item) for item in explanation.not_assessed),
    )


def worded_finding(finding: Finding) -> WordedFinding:
    """Put a finding into words: what was measured first, then what the logs show, each thing once."""
    measured = [] if finding.swap is None else [word(finding.swap)]
    read = [word(reading) for reading in finding.readings]
    first, *more = [*measured, *read]
    details = dict(first.details)
    if measured and read:
        details["signature"] = dict(read[0].details)
    return WordedFinding(
        str(finding.cause),
        str(finding.kind),
        finding.confidence,
        "; ".join((first.evidence, *(item.evidence for item in more if item.evidence != first.evidence))),
        next((item.advice for item in (first, *more) if item.advice), ""),
        finding.share_of_gap,
        finding.share_of_probability,
        finding.first_bar,
        finding.columns,
        details,
    )


def worded_location(location: Location) -> WordedLocation:
    """Put a place into words."""
    return WordedLocation(
        location.first_bar,
        location.symbol,
        None if location.step is None else str(location.step),
        location.column,
        {str(step): bars for step, bars in location.bars_by_step.items()},
        location.runs,
        location.left_missing,
        location.right_missing,
        location.mismatching,
        tuple(unassessed_line(item) for item in location.not_assessed),
    )


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
    if isinstance(value, StrEnum):
        return str(value)
    return finite_or_none(value)
