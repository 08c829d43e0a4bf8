"""Show the fault lab's scoreboard in a terminal. Takes its JSON document; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

LONGEST_MISS = 200
_HEADINGS = {
    "first bar and stage": "bar and\nstage",
    "top cause": "top\ncause",
    "both causes of a pair": "both of\na pair",
    "false alarms": "false\nalarms",
    "top cause, plain log": "plain log:\ntop cause",
    "causes stated on a control, plain log": "plain log:\nalarms",
}
_KEPT = {True: "[green]yes[/]", False: "[bold red]no[/]", None: "-"}


def render_scoreboard(document: Mapping[str, Any], console: Console) -> None:
    """Print one line per score, by symbol and over all, then every miss by name."""
    scores: Sequence[Mapping[str, Any]] = document["scores"]
    table = Table(box=None, pad_edge=False, title="Fault lab", title_justify="left")
    table.add_column()
    for score in scores:
        table.add_column(_HEADINGS.get(score["name"], score["name"]), justify="right", no_wrap=True)
    for symbol, own in document["symbols"].items():
        table.add_row(symbol, *map(_counted, own))
    table.add_row("[bold]all[/]", *map(_counted, scores))
    table.add_row("share", *map(_share, scores))
    table.add_row("must be", *map(_limit, scores))
    table.add_row("kept", *(_KEPT[score["kept"]] for score in scores))
    console.print(table)
    for item in document["without_effect"]:
        why = "no effect on these bars" if item["reason"] is None else "cannot be planted here"
        console.print(f"  {why}: {item['symbol']} {item['case']}", markup=False)
    misses = document["misses"]
    if misses:
        console.print(f"[bold]{len(misses)} misses and remarks[/]")
    for miss in misses:
        line = f"  {miss['symbol']} {miss['case']}: {miss['miss']}"
        console.print(escape(line if len(line) <= LONGEST_MISS else line[: LONGEST_MISS - 2] + " …"))


def _counted(score: Mapping[str, Any]) -> str:
    return f"{score['hits']}/{score['cases']}" if score["cases"] else "-"


def _share(score: Mapping[str, Any]) -> str:
    return "" if score["share"] is None or score["comparison"] == "<=" else f"{100.0 * score['share']:.1f} %"


def _limit(score: Mapping[str, Any]) -> str:
    return f"{score['limit']:g}" if score["comparison"] == "<=" else f"{100.0 * score['limit']:g} %"
