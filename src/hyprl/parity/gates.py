"""Apply a stage's rules and give the verdict. Everything here fails closed.

A gate is kept, broken, or could not be assessed (`kept` is None) because a log lacks the column or there was
nothing to compare. A value that is NaN or infinite is never kept. A stage is broken when any gate is, else not
assessed when any gate could not be, else kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from operator import ge, gt, le, lt
from typing import Any

from hyprl.parity.rules import MICROSCOPE, YEAR, Assessment, Measured, Rule, rules_of

KEPT, BROKEN, NOT_ASSESSED = "kept", "broken", "not_assessed"
EXIT_CODES = {KEPT: 0, BROKEN: 1, NOT_ASSESSED: 3}
_COMPARE = {"<": lt, "<=": le, ">=": ge, ">": gt}


@dataclass(frozen=True, slots=True)
class Gate:
    """One rule applied. `kept` is None when it could not be assessed.

    `certain` is False when the true value may be worse. `accepted` is the baseline's value where only the baseline
    keeps the gate, else None.
    """

    stage: str
    metric: str
    comparison: str
    limit: float
    value: float | None
    kept: bool | None
    certain: bool = True
    accepted: float | None = None

    def as_json_dict(self) -> dict[str, Any]:
        """Return the documented keys and the comparison; a value that JSON cannot spell is null.

        A gate that a baseline keeps has `baselined` too, the accepted value.
        """
        from hyprl.domain.json_words import finite_or_none

        document = {
            "stage": self.stage,
            "metric": self.metric,
            "limit": self.limit,
            "comparison": self.comparison,
            "value": finite_or_none(self.value),
            "kept": self.kept,
        }
        return document if self.accepted is None else document | {"baselined": self.accepted}


def judge_span(stage: str, assessment: Assessment) -> tuple[Gate, ...]:
    """Apply every rule of a stage to one span, whatever its length. Raises ConfigError for an unknown stage."""
    wanted = dict.fromkeys(rule for rules in rules_of(stage).values() for rule in rules)
    return tuple(_apply(stage, rule, assessment, "") for rule in wanted)


def judge_windows(stage: str, year: Assessment | None, microscope: Assessment | None) -> tuple[Gate, ...]:
    """Apply a stage's rules to the windows that it names; a window that is None could not be assessed."""
    windows = {YEAR: year, MICROSCOPE: microscope}
    return tuple(
        _apply(stage, rule, windows[window], f"{window}: ")
        for window, rules in rules_of(stage).items()
        for rule in rules
    )


def verdict_of(gates: Iterable[Gate]) -> str:
    """Return `broken`, `not_assessed` or `kept`; no gates at all could not be assessed."""
    kept = [gate.kept for gate in gates]
    if False in kept:
        return BROKEN
    return NOT_ASSESSED if None in kept or not kept else KEPT


def _apply(stage: str, rule: Rule, assessment: Assessment | None, prefix: str) -> Gate:
    measured = Measured(None) if assessment is None else rule.measure(assessment)
    metric = prefix + rule.metric
    kept = _kept(rule, measured)
    return Gate(stage, metric, rule.comparison, rule.limit, measured.value, kept, measured.certain)


def _kept(rule: Rule, measured: Measured) -> bool | None:
    value = measured.value
    if value is None:
        return None
    kept = isfinite(value) and _COMPARE[rule.comparison](value, rule.limit)
    return None if kept and not measured.certain else kept
