"""Compare two logs and judge them by the rules of a stage. Everything here fails closed.

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

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.logs.log import LogPair
from hyprl.parity.diff import BOTH, diff_logs
from hyprl.parity.rules import MICROSCOPE, YEAR, Assessment, Measured, Rule, rules_of
from hyprl.parity.statistics import compute_statistics, share

KEPT, BROKEN, NOT_ASSESSED = "kept", "broken", "not_assessed"
EXIT_CODES = {KEPT: 0, BROKEN: 1, NOT_ASSESSED: 3}
_COMPARE = {"<": lt, "<=": le, ">=": ge, ">": gt}
_MOST_SYMBOLS = 3  # named in a headline


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


@dataclass(frozen=True, slots=True)
class Compared:
    """A finished comparison. `assessments` are by window name, or under `span` for logs without windows."""

    stage: str
    verdict: str
    gates: tuple[Gate, ...]
    assessments: dict[str, Assessment]

    @property
    def main(self) -> Assessment:
        """The assessment whose statistics head the report: the year, or the only one."""
        return self.assessments.get(YEAR) or next(iter(self.assessments.values()))

    @property
    def subject(self) -> str:
        """The symbols in a few words."""
        symbols = self.main.symbols
        rest = len(symbols) - _MOST_SYMBOLS
        return ", ".join(symbols[:_MOST_SYMBOLS]) + (f" and {rest} more" if rest > 0 else "") or "no symbol"

    @property
    def exit_code(self) -> int:
        """0 kept, 1 broken, 3 not assessed."""
        return EXIT_CODES[self.verdict]

    def as_json_dict(self) -> dict[str, Any]:
        """Return verdict, stage, span, statistics, gates, and the statistics of each window when there are several.

        `baselined` names the gates that only a baseline keeps; it is there only when there are any.
        """
        from hyprl.parity.as_json import statistics_json

        statistics = statistics_json(self.main.statistics)
        document = {
            "verdict": self.verdict,
            "stage": self.stage,
            "span": statistics["span"],
            "coverage": self.main.coverage,
            "statistics": statistics,
            "gates": [gate.as_json_dict() for gate in self.gates],
        }
        baselined = [gate.metric for gate in self.gates if gate.accepted is not None]
        if baselined:
            document["baselined"] = baselined
        if len(self.assessments) > 1:
            document["windows"] = {
                name: {"coverage": item.coverage, "statistics": statistics_json(item.statistics)}
                for name, item in self.assessments.items()
            }
        return document


def compare(pair: LogPair, stage: str, expected_opens: Int64Array | None = None) -> Compared:
    """Judge two logs over whatever span they have, every rule of the stage applied to it.

    `expected_opens` are the calendar's bar opens, µs UTC; without them coverage is of the union of both sides' bars.
    Raises SignalLogError for logs that cannot be joined, ConfigError for an unknown stage.
    """
    assessment = assess(pair, expected_opens)
    gates = judge_span(stage, assessment)
    return Compared(stage, verdict_of(gates), gates, {"span": assessment})


def compare_windows(stage: str, year: Assessment | None, microscope: Assessment | None) -> Compared:
    """Judge our own engines: each rule on the window that the stage names. At least one window must be given."""
    gates = judge_windows(stage, year, microscope)
    windows = {YEAR: year, MICROSCOPE: microscope}
    given = {name: item for name, item in windows.items() if item is not None}
    return Compared(stage, verdict_of(gates), gates, given)


def assess(pair: LogPair, expected_opens: Int64Array | None = None) -> Assessment:
    """Join and measure two logs of one window; see `compare` for the arguments and errors."""
    diff = diff_logs(pair.left.frame, pair.right.frame)
    coverage = Coverage(expected_opens)
    coverage.add(diff.filter(pl.col("_merge") == BOTH))
    return Assessment(diff, compute_statistics(diff), coverage.share(diff.height, diff["symbol"].n_unique()))


class Coverage:
    """Counts, part by part, the expected bars that both logs have."""

    def __init__(self, expected_opens: Int64Array | None) -> None:
        self._opens = (
            None if expected_opens is None else np.unique(np.asarray(expected_opens, dtype=np.int64))
        )
        self._found = 0

    def add(self, paired: pl.DataFrame) -> None:
        """Count the bars of one part, all of them in both logs."""
        if self._opens is None:
            self._found += paired.height
        else:
            opens = paired["timestamp"].dt.epoch("us").to_numpy()
            self._found += int(np.isin(opens, self._opens).sum())

    def share(self, rows: int, symbols: int) -> float | None:
        """Return the share of the calendar's bars of each symbol, without a calendar of the bars of either log."""
        return share(self._found, rows if self._opens is None else len(self._opens) * max(symbols, 1))


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
