"""Show a parity result in a terminal, 80 columns or fewer, plain where colour or Unicode is not to be had.

The reader's question comes last: the table of gates, then one line with the verdict. Computes nothing.
"""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hyprl.parity.rules import Assessment
from hyprl.parity.statistics import Statistics, ValueGap, share
from hyprl.parity.verdict import BROKEN, KEPT, Compared, Gate

_MARKS = {True: ("✓ yes", "green"), False: ("✗ no", "bold red"), None: ("? not assessed", "yellow")}
_VERDICTS = {
    KEPT: ("KEPT", "bold green", "every gate of the stage holds"),
    BROKEN: ("BROKEN", "bold red", "at least one gate does not hold"),
}
_BASELINED = ("KEPT (baselined)", "bold yellow", "no gap is larger than the baseline accepts")
_NOT_ASSESSED = (
    "NOT ASSESSED",
    "bold yellow",
    "a gate had nothing to compare",
)
_ASCII = str.maketrans({"✓": "+", "✗": "x", "…": "..", "Δ": "d", "≤": "<=", "≥": ">=", "·": "-"})


def render_parity(result: Compared, console: Console) -> None:
    """Print statistics, first difference, gates and verdict."""
    render_figures(result, console)
    console.print(plain(Text(f"Gates of stage {result.stage}", "bold"), console))
    console.print(_gates_table(result.gates, console))
    render_verdict(result, console)


def render_figures(result: Compared, console: Console) -> None:
    """Print the statistics of each window."""
    for window, assessment in result.assessments.items():
        console.print(plain(_heading(window, assessment.statistics), console))
        console.print(Padding(_statistics_table(assessment, console), (0, 0, 1, 2)))


def render_verdict(result: Compared, console: Console) -> None:
    """Print the verdict in one line."""
    word, style, meaning = _VERDICTS.get(result.verdict, _NOT_ASSESSED)
    if result.verdict == KEPT and any(gate.accepted is not None for gate in result.gates):
        word, style, meaning = _BASELINED
    console.print(plain(Text.assemble((f"{word}", style), f"  {meaning}: {_tally(result.gates)}."), console))


def _heading(window: str, statistics: Statistics) -> Text:
    span = f"{_short(statistics.first)} … {_short(statistics.last)}" if statistics.first else "no bars"
    title = "Statistics" if window == "span" else f"Statistics of the {window}"
    return Text.assemble((title, "bold"), f"  {span}")


def _statistics_table(assessment: Assessment, console: Console) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for label, value in _lines(assessment):
        table.add_row(plain(Text(label), console), plain(Text(value), console))
    return table


def _lines(assessment: Assessment) -> list[tuple[str, str]]:
    statistics = assessment.statistics
    return [
        ("bars", _bars(statistics)),
        ("coverage", _percent(assessment.coverage)),
        *_decision_lines(statistics),
        ("|Δ probability|", _probability(statistics)),
        ("|Δ expected P&L|", _gap(statistics.expected_pnl, "mean", "max")),
        ("|Δ position size|", _gap(statistics.position_size, "max", "max_relative")),
        ("|Δ risk amount|", _gap(statistics.risk_amount, "max", "max_relative")),
        ("|Δ thresholds|", _thresholds(statistics)),
        ("hashes", _hashes(statistics)),
        ("not comparable", _listed(statistics.not_comparable)),
        ("first difference", _first(statistics)),
    ]


def _bars(s: Statistics) -> str:
    kinds = ((s.both, "both"), (s.left_only, "bt only"), (s.right_only, "replay only"))
    return f"{s.rows:,}: " + ", ".join(f"{_of(count, s.rows)} {kind}" for count, kind in kinds)


def _decision_lines(s: Statistics) -> list[tuple[str, str]]:
    counts = s.decisions
    ways = (
        (counts.emitted_bt_rejected, "bt emits, replay rejects"),
        (counts.emitted_replay_rejected, "replay emits, bt rejects"),
        (counts.opposite, "both emit, directions differ"),
        (counts.undecided, "undecided"),
    )
    differing = "; ".join(f"{number:,} {way}" for number, way in ways if number)
    rejected = _percent(share(counts.emitted_bt_rejected, counts.emitted_bt))
    lines = [
        (
            "emitted by one",
            f"{_of(counts.bt_only, s.rows)} bt only, {_of(counts.replay_only, s.rows)} replay only",
        ),
        ("diverging", f"{_of(counts.diverging, s.both)} of both" + (f": {differing}" if differing else "")),
        ("combined gap", f"{_percent(s.combined_gap)} (plan's sum), {counts.differing_bars:,} bars differ"),
        (
            "bt's signals",
            f"{counts.emitted_bt_rejected:,} of {counts.emitted_bt:,} rejected by replay ({rejected})",
        ),
    ]
    if counts.direction_unknown:
        lines.append(("directions", f"{counts.direction_unknown:,} emitted bars: one log states none"))
    return lines


def _probability(s: Statistics) -> str:
    text = _gap(s.probability, "mean", "max")
    if s.share_above_1e_3 is not None:
        text += f", {_percent(s.share_above_1e_3)} above 1e-3"
    return text if s.mean_diverging is None else f"{text}, mean {s.mean_diverging:.3g} where diverging"


def _gap(gap: ValueGap, *names: str) -> str:
    if not gap.available:
        return "not in both logs"
    found = [
        f"{name.removeprefix('max_')} {getattr(gap, name):.3g}"
        for name in names
        if getattr(gap, name) is not None
    ]
    lacking = f"; {gap.missing:,} bars lack it" if gap.missing else ""
    return f"{', '.join(found) or 'nothing to compare'} over {gap.compared:,} bars{lacking}"


def _thresholds(s: Statistics) -> str:
    if s.thresholds_max is not None:
        return f"max {s.thresholds_max:.3g}"
    in_both = any(count.name in ("threshold_long", "threshold_short") for count in s.field_counts)
    return "nothing to compare" if in_both else "not in both logs"


def _hashes(s: Statistics) -> str:
    compared, differing = s.hashes
    if compared:
        return f"{differing:,} of {compared:,} unequal"
    in_both = any(count.name.endswith("hash") for count in s.field_counts)
    return "nothing to compare" if in_both else "not in both logs"


def _listed(names: tuple[str, ...]) -> str:
    if not names:
        return "none"
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"


def _first(s: Statistics) -> str:
    first = s.first_difference
    if first is None:
        return "none" if s.both else "no bar to compare"
    return f"{_short(first.timestamp)} {first.symbol} {first.field}: bt {first.bt}, replay {first.replay}"


def _gates_table(gates: tuple[Gate, ...], console: Console) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=True, padding=(0, 1, 0, 0))
    table.add_column("gate", overflow="fold")
    for name in ("limit", "value"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("kept", no_wrap=True)
    for gate in gates:
        mark, style = _MARKS[gate.kept] if gate.accepted is None else ("✓ baseline", "yellow")
        limit = f"{_symbol(gate.comparison)} {gate.limit:.6g}"
        value = "none" if gate.value is None else f"{gate.value:.6g}"
        cells = (Text(gate.metric), Text(limit), Text(value), Text(mark, style))
        table.add_row(*(plain(cell, console) for cell in cells))
    return table


def _tally(gates: tuple[Gate, ...]) -> str:
    kept = [gate.kept for gate in gates]
    accepted = sum(gate.accepted is not None for gate in gates)
    excused = f" ({accepted} only by the baseline)" if accepted else ""
    return f"{kept.count(True)} kept{excused}, {kept.count(False)} broken, {kept.count(None)} not assessed"


def _symbol(comparison: str) -> str:
    return {"<=": "≤", ">=": "≥"}.get(comparison, comparison)


def _of(part: int, whole: int) -> str:
    return f"{part:,} ({_percent(share(part, whole))})"


def _percent(value: float | None) -> str:
    return "no bars" if value is None else f"{100.0 * value:.2f} %"


def _short(timestamp: str | None) -> str:
    return (
        ""
        if timestamp is None
        else timestamp.replace("T", " ").removesuffix(":00Z") + "Z" * timestamp.endswith("Z")
    )


def plain(text: Text, console: Console) -> Text:
    """Return the text as the console can show it: in ASCII where it has no Unicode."""
    if not console.options.ascii_only:
        return text
    return Text(text.plain.translate(_ASCII).encode("ascii", "replace").decode(), text.style)
