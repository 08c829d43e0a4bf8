"""Shows what validation, aggregation and comparison found in bars, line by line. Computes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hyprl.bars.findings import RULE_MEANINGS, RuleFinding, ValidationReport, shown_utc

if TYPE_CHECKING:
    from rich.table import Table

    from hyprl.bars.aggregate import MinuteReport
    from hyprl.bars.compare import Comparison

_MOST_PARTIAL = 5
_MOST_NOTES = 3


def validation_lines(report: ValidationReport) -> Iterator[str]:
    """Yield the verdict, the coverage and the splits that were applied; `rule_lines` says the rest."""
    verdict = "accepted" if report.accepted else "refused"
    yield f"{report.source} {report.symbol}: {verdict}, {report.bars_kept} of {report.bars_read} bars kept"
    first, last = shown_utc(report.first_open_utc_us), shown_utc(report.last_open_utc_us)
    expected, present = report.slots_expected, report.slots_present
    share = f" ({present / expected:.2%})" if expected else ""
    yield f"{first or '-'} to {last or '-'}: {present} of {expected} session hours present{share}"
    for split in report.splits:
        yield f"split applied: {split}"


def minute_lines(minutes: MinuteReport) -> Iterator[str]:
    """Yield what became of the minutes; `rule_lines` says which rules they broke."""
    yield (
        f"{minutes.bars_read} bars of {minutes.interval_minutes} minutes read, "
        f"{minutes.outside_session} outside the session ignored, {len(minutes.partial)} hours partial"
    )
    for hour in minutes.partial[:_MOST_PARTIAL]:
        yield f"  {shown_utc(hour.open_utc_us)}: {hour.parts} of {hour.parts_expected}"
    if minutes.unfinished is not None:
        yield f"left out, not closed when the file ends: {shown_utc(minutes.unfinished.open_utc_us)}"


def rule_lines(findings: Sequence[RuleFinding]) -> Iterator[str]:
    """Yield one line for each rule, in columns."""
    for finding in findings:
        rule, policy, count, seen = _cells(finding)
        yield f"{rule:<19} {policy:<7} {count:>7}  {seen}".rstrip()


def rules_table(findings: Sequence[RuleFinding]) -> Table:
    """Return the rules as a table for a terminal: refused ones in red, broken ones in yellow."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("rule", "policy", "bars", "seen"):
        table.add_column(heading, justify="right" if heading == "bars" else "left")
    for finding in findings:
        style = "red" if finding.refused else "yellow" if finding.count else "dim"
        table.add_row(*_cells(finding), style=style)
    return table


def comparison_lines(result: Comparison, ours: str, theirs: str) -> Iterator[str]:
    """Yield how far two vendors' prices are apart; `ours` and `theirs` name the files."""
    yield (
        f"{result.both} {result.unit} in both; in the common span {result.only_ours} only in {ours}, "
        f"{result.only_theirs} only in {theirs}"
    )
    yield "price  median bp   95 % bp    max bp  worst"
    for gap in result.gaps:
        yield (
            f"{gap.field:<5} {gap.median_bp:10.2f} {gap.p95_bp:9.2f} {gap.max_bp:9.2f}  "
            f"{gap.worst_at}: {gap.worst_ours:.6g} against {gap.worst_theirs:.6g}"
        )


def _cells(finding: RuleFinding) -> tuple[str, str, str, str]:
    if not finding.count:
        return finding.rule, finding.policy, "0", ""
    row = int(finding.rows[0])
    first = f"first {shown_utc(int(finding.open_utc_us[0]))}{f', row {row}' if row else ''}"
    notes = "; ".join(finding.notes[:_MOST_NOTES])
    meaning = notes or RULE_MEANINGS[finding.rule]
    return finding.rule, finding.policy, str(finding.count), f"{meaning}; {first}"
