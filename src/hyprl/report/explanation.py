"""Show an explanation in a terminal, 80 columns or fewer: the verdict and the figures, where, why, what stays open.

Causes that are certain come first, under their own heading; what is only possible is listed as that. Computes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hyprl.domain.json_words import finite_or_none
from hyprl.parity.verdict import Compared
from hyprl.report.terminal import plain, render_figures, render_verdict
from hyprl.report.worded import WordedExplanation, WordedFinding, WordedLocation

_MOST_RUNS, _MOST_COLUMNS, _MOST_OPEN = 3, 6, 12


def render_explanation(result: Compared, explanation: WordedExplanation, console: Console) -> None:
    """Print verdict and figures, the place, the causes and what could not be assessed."""
    render_verdict(result, console)
    console.print()
    render_figures(result, console)
    if explanation.location.first_bar is None:
        _line(console, Text("The logs do not part in anything that both hold; there is nothing to explain."))
    else:
        _heading(console, "Where they part")
        _table(console, _where(explanation.location))
        _causes(explanation, console)
    _open(explanation, console)


def render_causes(explanation: WordedExplanation, console: Console) -> None:
    """Print where two engines part and the stated causes with their shares, two or three lines each."""
    where = explanation.location
    _heading(console, "Causes")
    _line(console, Text(f"  first at {_stamp(where.first_bar)}, stage {where.step}, column {where.column}"))
    stated = [finding for finding in explanation.findings if finding.confident]
    if not stated:
        _line(console, Text("  no cause is shown with certainty by what the traces hold", "yellow"))
    for number, finding in enumerate(stated, start=1):
        cause = finding.cause.replace("_", " ")
        _line(console, Text.assemble(f"  {number}. ", (cause, "bold"), f"  {_shares(finding)}"))
        evidence = finding.evidence.partition("; ")[0]
        console.print(Padding(plain(Text(_safe(evidence), "dim"), console), (0, 0, 0, 5)), soft_wrap=False)
    console.print()


def _where(location: WordedLocation) -> list[tuple[str, str]]:
    place = f"{_stamp(location.first_bar)} {location.symbol}, stage {location.step}, column {location.column}"
    steps = ", ".join(f"{name} {count:,}" for name, count in location.bars_by_step.items())
    longest = sorted(location.runs, key=lambda run: -run.bars)[:_MOST_RUNS]
    runs = "; ".join(f"{run.bars:,} from {_stamp(run.start)}" for run in longest)
    more = "" if len(location.runs) <= _MOST_RUNS else f", the longest: {runs}"
    missing = f"{location.left_missing:,} missing left, {location.right_missing:,} missing right"
    return [
        ("first", place),
        ("bars", f"{location.mismatching:,} differ, {missing}"),
        ("first stage", steps),
        ("runs", f"{len(location.runs):,} of divergence{more or ': ' + runs}"),
    ]


def _causes(explanation: WordedExplanation, console: Console) -> None:
    stated = [finding for finding in explanation.findings if finding.confident]
    possible = [finding for finding in explanation.findings if not finding.confident]
    _heading(console, "Causes")
    if not stated:
        _line(console, Text("No cause is shown with certainty by what the logs hold.", "yellow"))
    for number, finding in enumerate(stated, start=1):
        _finding(console, finding, f"{number}. ")
    residual = finite_or_none(explanation.residual)
    if residual is not None:
        _line(console, Text(f"Of the combined gap {_percent(residual)} remain unexplained."))
    if possible:
        _heading(console, "Possible, but not certain enough to name")
        for finding in possible:
            _finding(console, finding, "- ")


def _finding(console: Console, finding: WordedFinding, mark: str) -> None:
    head = Text.assemble(mark, (finding.cause.replace("_", " "), "bold"), f"  {_shares(finding)}")
    _line(console, head)
    rows = [("evidence", finding.evidence)]
    if finding.first_bar is not None:
        rows.append(("first", _stamp(finding.first_bar)))
    if finding.columns:
        rows.append(("columns", _listed(finding.columns, _MOST_COLUMNS)))
    if finding.advice:
        rows.append(("to do", finding.advice))
    _table(console, rows)


def _shares(finding: WordedFinding) -> str:
    measured = ((finding.share_of_gap, "the combined gap"), (finding.share_of_probability, "mean |Δp|"))
    finite = [(finite_or_none(share), name) for share, name in measured]
    shares = [f"{_percent(share)} of {name}" for share, name in finite if share is not None]
    return ", ".join((*shares, f"confidence {finding.confidence:.2f} ({finding.kind})"))


def _open(explanation: WordedExplanation, console: Console) -> None:
    lines = dict.fromkeys((*explanation.location.not_assessed, *explanation.not_assessed))
    if not lines:
        return
    _heading(console, "Not assessed, and what to record for it")
    for line in list(lines)[:_MOST_OPEN]:
        console.print(Padding(plain(Text(f"- {_safe(line)}"), console), (0, 0, 0, 2)))
    if len(lines) > _MOST_OPEN:
        _line(console, Text(f"  and {len(lines) - _MOST_OPEN} more"))


def _heading(console: Console, title: str) -> None:
    console.print(plain(Text(title, "bold"), console))


def _line(console: Console, text: Text) -> None:
    console.print(plain(text, console))


def _table(console: Console, rows: Sequence[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(plain(Text(label), console), plain(Text(_safe(value)), console))
    console.print(Padding(table, (0, 0, 1, 2)))


def _listed(names: Sequence[str], most: int) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


def _stamp(shown: str | None) -> str:
    if shown is None:
        return ""
    return shown.replace("T", " ").replace(":00Z", "Z")


def _safe(text: str) -> str:
    """Return the text without characters that could steer a terminal: symbols and columns come from a log."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
