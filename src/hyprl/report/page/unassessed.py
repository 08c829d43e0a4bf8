"""What the comparison could not tell, and what would have to be recorded to tell it."""

from __future__ import annotations

from hyprl.parity.statistics import Statistics, ValueGap
from hyprl.parity.verdict import Compared
from hyprl.report.page.content import PageContent
from hyprl.report.page.markup import Markup, el
from hyprl.report.page.numbers import clipped, counted, percent
from hyprl.report.page.verdict import gate_title

_ADVICE = "Record them on both sides under one name and type."


def unassessed(content: PageContent) -> Markup:
    """Return the list; it says so when everything could be assessed."""
    items = [
        *_gates(content.result),
        *_statistics(content.result.main.statistics),
        *_coverage(content.result),
    ]
    if content.explanation is not None:
        items += [*content.explanation.location.not_assessed, *content.explanation.not_assessed]
    if not items:
        return el("p", "Everything that the stage asks for could be assessed.")
    return el("ul", (el("li", item) for item in dict.fromkeys(items)), class_="notes")


def _gates(result: Compared) -> list[str]:
    return [
        f"Gate “{gate_title(gate)}” had nothing to compare or no certain value."
        for gate in result.gates
        if gate.kept is None
    ]


def _statistics(s: Statistics) -> list[str]:
    items = []
    if s.not_comparable:
        items.append(
            f"On one side only, or of two types: {clipped(', '.join(s.not_comparable), 2_000)}. {_ADVICE}"
        )
    gaps = (
        ("probability", s.probability),
        ("expected P&L", s.expected_pnl),
        ("position size", s.position_size),
    )
    items += [text for name, gap in (*gaps, ("risk amount", s.risk_amount)) for text in _missing(name, gap)]
    counts = s.decisions
    if counts.undecided:
        items.append(f"Undecided on a side, the decision is blank: {counted(counts.undecided, 'bar')}.")
    if counts.direction_unknown:
        items.append(
            f"No direction in one log, so perhaps opposite: {counted(counts.direction_unknown, 'emitted bar')}."
        )
    if not any(count.name.endswith("hash") for count in s.field_counts):
        items.append("No column of hashes in both logs, so equal inputs cannot be told from equal outputs.")
    return items


def _missing(name: str, gap: ValueGap) -> list[str]:
    if not gap.available:
        return [f"The {name} is not a number in both logs."]
    return [f"No {name} on a side (NaN or missing): {counted(gap.missing, 'bar')}."] if gap.missing else []


def _coverage(result: Compared) -> list[str]:
    found = result.main.coverage
    if found is None:
        return ["Coverage: there is no bar to expect."]
    return [f"{percent(1.0 - found)} of the expected bars are not in both logs."] if found < 1.0 else []
