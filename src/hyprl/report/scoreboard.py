"""Show the fault lab's scoreboard in a terminal. Takes its JSON document; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

LONGEST_MISS = 200
_KEPT = {True: "[green]yes[/]", False: "[bold red]no[/]", None: "-"}


def render_scoreboard(document: Mapping[str, Any], console: Console) -> None:
    """Print one line per score, by symbol and over all, then every miss by name."""
    symbols: Mapping[str, Sequence[Mapping[str, Any]]] = document["symbols"]
    table = Table(box=None, pad_edge=False, title="Fault lab", title_justify="left")
    table.add_column("score")
    for name in (*symbols, "all", "limit", "kept"):
        table.add_column(name, justify="right")
    for place, score in enumerate(document["scores"]):
        cells = [_counted(scores[place]) for scores in symbols.values()]
        table.add_row(score["name"], *cells, _counted(score), _limit(score), _KEPT[score["kept"]])
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
    if not score["cases"]:
        return "-"
    if score["comparison"] == "<=":
        return f"{score['hits']} of {score['cases']}"
    return f"{score['hits']}/{score['cases']} {100.0 * score['share']:.1f} %"


def _limit(score: Mapping[str, Any]) -> str:
    sign, limit = score["comparison"], score["limit"]
    return f"{sign} {limit:g}" if sign == "<=" else f"{sign} {100.0 * limit:g} %"
