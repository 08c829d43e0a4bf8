"""What the parity lab says of one case, set against what was planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hyprl.causes.steps import STEPS, DecisionStep
from hyprl.domain.instants import iso_utc
from hyprl.errors import HyprLError
from hyprl.lab.explainer import explained, explained_plainly
from hyprl.lab.plants import Planted
from hyprl.logs.log import LogPair, TraceLog
from hyprl.parity.verdict import BROKEN, compare
from hyprl.report.worded import WordedExplanation

FAULT, CONTROL, PAIR = "fault", "control", "pair"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was planted: `causes` in the order of their plants; bar (ISO 8601) and step where it must first show.

    `without_effect` names the plants that changed nothing on these bars.
    """

    kind: str
    name: str
    causes: tuple[str, ...] = ()
    first_bar: str | None = None
    step: DecisionStep | None = None
    without_effect: tuple[str, ...] = ()

    @property
    def has_effect(self) -> bool:
        """Tell whether every plant handed out something else than the healthy component."""
        return not self.without_effect


@dataclass(frozen=True, slots=True)
class Answer:
    """What an explanation says. `causes` ranked, the likeliest first; `stated` those that it is confident of."""

    first_bar: str | None = None
    step: str | None = None
    column: str | None = None
    causes: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    evidence: str = ""

    @classmethod
    def of(cls, explanation: WordedExplanation) -> Answer:
        """Read an explanation."""
        where, findings = explanation.location, explanation.findings
        return cls(
            where.first_bar,
            where.step,
            where.column,
            tuple(dict.fromkeys(finding.cause for finding in findings)),
            tuple(dict.fromkeys(finding.cause for finding in findings if finding.confident)),
            findings[0].evidence if findings else "",
        )

    @property
    def top(self) -> str | None:
        """Return the cause ranked first."""
        return self.causes[0] if self.causes else None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case on one symbol. `plain` is what signatures alone make of a plain bot's columns."""

    symbol: str
    expected: Expectation
    broken: bool = False
    answer: Answer = field(default_factory=Answer)
    plain: Answer = field(default_factory=Answer)
    seconds: float = 0.0
    error: str | None = None

    @property
    def counts(self) -> bool:
        """Tell whether there is something to find, or for a control to keep silent about."""
        return self.expected.has_effect

    @property
    def located(self) -> bool:
        """Tell whether the first diverging bar and its step are right."""
        return self.located_bar and self.answer.step == self.expected.step

    @property
    def located_bar(self) -> bool:
        """Tell whether the first diverging bar is right."""
        return self.error is None and _instant(self.answer.first_bar) == _instant(self.expected.first_bar)

    @property
    def named(self) -> bool:
        """Tell whether the cause is ranked first, or for a pair whether both causes are stated."""
        if self.expected.kind == PAIR:
            return set(self.expected.causes) <= set(self.answer.stated)
        return self.answer.top in self.expected.causes

    @property
    def wrongly_stated(self) -> tuple[str, ...]:
        """Return the causes stated with confidence that nobody planted."""
        return tuple(cause for cause in self.answer.stated if cause not in self.expected.causes)

    @property
    def false_alarm(self) -> bool:
        """Tell whether a control did not stay silent."""
        alarmed = self.broken or self.answer.first_bar is not None or bool(self.answer.stated)
        return self.expected.kind == CONTROL and (alarmed or self.error is not None)

    @property
    def plain_alarm(self) -> bool:
        """Tell whether signatures alone state a cause on a control."""
        return self.expected.kind == CONTROL and bool(self.plain.stated)

    @property
    def plain_visible(self) -> bool:
        """Tell whether a plain bot's columns differ at all."""
        return self.plain.first_bar is not None


def expectation(kind: str, name: str, planted: Sequence[Planted]) -> Expectation:
    """Gather the truth that the plants noted; ask for it after the run."""
    silent = tuple(p.fault.name for p in planted if p.truth.first_open_utc_us is None)
    places = [
        (p.truth.first_open_utc_us, STEPS.index(p.truth.step or p.fault.step))
        for p in planted
        if p.truth.first_open_utc_us is not None
    ]
    causes = tuple(p.fault.cause for p in planted)
    if not places:
        return Expectation(kind, name, causes, without_effect=silent)
    first, place = min(places)
    shown = iso_utc(first)
    return Expectation(kind, name, causes, shown, STEPS[place], silent)


def judge(symbol: str, expected: Expectation, left: TraceLog, right: TraceLog) -> CaseResult:
    """Compare and explain two logs, once with all that they hold and once with a plain bot's columns."""
    try:
        compared = compare(LogPair(left, right), "exact")
        broken = compared.verdict == BROKEN
        answer = Answer.of(explained(left, right, compared.main.diff))
        plain = Answer.of(explained_plainly(left, right))
    except HyprLError as error:
        return CaseResult(symbol, expected, error=str(error))
    return CaseResult(symbol, expected, broken, answer, plain)


def _instant(shown: str | None) -> datetime | None:
    return None if shown is None else datetime.fromisoformat(shown)
