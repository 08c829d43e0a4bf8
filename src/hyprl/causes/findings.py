"""What an explanation is made of: where two engines part, and which causes explain how much of the gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import polars as pl

from hyprl.causes.cause import Cause
from hyprl.causes.facts.differences import Difference
from hyprl.causes.facts.every import Reading
from hyprl.causes.facts.swap import SwapFacts
from hyprl.causes.facts.unassessed import Unassessed
from hyprl.causes.steps import DecisionStep

# From here on a finding is stated as the cause. The bar is low enough for a single clear pattern (0.72 and more) and
# above whatever leaves a second reading open (0.5 to 0.68).
STATED_FROM = 0.7

# Decides a run again with some factors of the left side replaced by the right side's; returns a signal log.
Redecide = Callable[[frozenset[str]], pl.DataFrame]


class EvidenceKind(StrEnum):
    """How a finding came about: by deciding again, or read off the logs."""

    COUNTERFACTUAL = "counterfactual"
    SIGNATURE = "signature"


class Standing(StrEnum):
    """What a finding means for the others of its pair of logs."""

    FIRM = "firm"
    OPEN = "open"  # columns differ in no way that is known: not stated beside a confident finding
    SUSPICION = (
        "suspicion"  # rests on which columns differ, not on how: dropped beside a firm finding on columns
    )
    ALONE = "alone"  # explains whatever follows: nothing is looked for beside it


@dataclass(frozen=True, slots=True)
class FactorFacts:
    """What is known of one factor before anything is decided again: its cause and how the sides differ in it.

    `certain` is false where the difference was estimated rather than read from the logs; `is_inherited` is true where
    what led to it lies before the logs.
    """

    cause: Cause
    difference: Difference
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

    `swap` is what deciding again has measured; `readings` what the logs show, the strongest first. `confidence` runs
    from 0 to 1; a finding is stated as the cause only where `confident` is true.
    """

    cause: Cause
    confidence: float
    readings: tuple[Reading, ...] = ()
    swap: SwapFacts | None = None
    share_of_gap: float | None = None
    share_of_probability: float | None = None
    first_bar: str | None = None
    columns: tuple[str, ...] = ()
    standing: Standing = Standing.FIRM

    @property
    def kind(self) -> EvidenceKind:
        """Tell how it came about."""
        return EvidenceKind.SIGNATURE if self.swap is None else EvidenceKind.COUNTERFACTUAL

    @property
    def share_of_size(self) -> float | None:
        """Return the share of the largest |Δsize|, None where nothing was measured."""
        return None if self.swap is None else self.swap.share_of_size

    @property
    def confident(self) -> bool:
        """Tell whether the evidence is strong enough to name the cause."""
        return self.confidence >= STATED_FROM


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
    step: DecisionStep | None
    column: str | None
    bars_by_step: Mapping[DecisionStep, int]
    runs: tuple[DivergentRun, ...]
    left_missing: int
    right_missing: int
    mismatching: int
    not_assessed: tuple[Unassessed, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where, and the findings ranked, the likeliest cause first. `residual` is the share that nothing explains."""

    location: Location
    findings: tuple[Finding, ...]
    residual: float | None = None
    not_assessed: tuple[Unassessed, ...] = ()

    @property
    def top(self) -> Finding | None:
        """Return the likeliest cause if its evidence is strong enough to name it."""
        return self.findings[0] if self.findings and self.findings[0].confident else None
