"""Shows how many bars of history a cold start needs: a table for people, JSON for scripts. Computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Needed:
    """Bars of history that a cold start needs; None where even the longest history tried does not suffice.

    `for_number` is where the value first exists; `within[t]` where the error stays at or below tolerance t (relative
    for features, absolute for the probability), `equal` where there is none; of the decision `equal` alone counts.
    """

    name: str
    for_number: int
    within: dict[float, int | None]
    equal: int | None

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "name": self.name,
            "for_number": self.for_number,
            **{f"within_{tolerance:g}": bars for tolerance, bars in self.within.items()},
            "equal": self.equal,
        }


@dataclass(frozen=True, slots=True)
class WarmupReport:
    """What was measured, over how many bars, with how much history behind the first of them."""

    rows: tuple[Needed, ...]
    anchors: int
    longest_history: int

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "anchors": self.anchors,
            "longest_history": self.longest_history,
            "rows": [row.as_json_dict() for row in self.rows],
        }


def show_warmup(subject: str, report: WarmupReport, console: Console) -> None:
    """Print the table and how to read it."""
    console.print(subject)
    console.print(_table(report))
    console.print(
        f"Cold starts at {report.anchors} bars of the window, with up to {report.longest_history} bars before each.\n"
        "Features: relative error. Probability: absolute. Decision: direction and reason of a flat account.\n"
        "Or start from a snapshot (FeatureFrameSnapshot, `hyprl replay --state`): it goes on to the bit."
    )


def _table(report: WarmupReport) -> Table:
    from rich.table import Table

    table = Table(title="Bars of history that a cold start needs", title_justify="left")
    for name in ("", "a number", "≤ 1e-6", "≤ 1e-12", "equal"):
        table.add_column(name, justify="right" if name else "left")
    for row in report.rows:
        if row.name == DECISION:
            table.add_section()
            table.add_row("decision (none flipped)", str(row.for_number), "", "", _bars(row.equal, report))
        else:
            bars = (*row.within.values(), row.equal)
            table.add_row(row.name, str(row.for_number), *(_bars(needed, report) for needed in bars))
    return table


def _bars(needed: int | None, report: WarmupReport) -> str:
    return f"> {report.longest_history}" if needed is None else str(needed)
