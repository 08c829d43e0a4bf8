"""What the one side decided against what the other did, as a table of counts."""

from __future__ import annotations

from collections import Counter

import polars as pl

from hyprl.parity.diff import side_columns
from hyprl.parity.worst import decided
from hyprl.report.page.markup import Markup, el, join
from hyprl.report.page.numbers import clipped, count, counted

_ORDER = ("long", "short", "emit", "reject", "undecided", "no bar")
_MOST_REASONS = 6


def decision_matrix(diff: pl.DataFrame) -> Markup:
    """Return the table, backtest down and replay across, and the reasons given where only one side emits."""
    pairs = decision_pairs(diff)
    words = [word for word in _ORDER if any(word in pair for pair in pairs)]
    head = el(
        "tr", el("th", "backtest ↓ replay →", scope="col"), (el("th", word, scope="col") for word in words)
    )
    rows = [_row(word, words, pairs) for word in words]
    table = (
        el("table", el("thead", head), el("tbody", rows), class_="matrix")
        if words
        else el("p", "There is no bar.")
    )
    return join(
        (el("div", table, class_="scroll"), el("ul", _agreeing(diff), _reasons(diff), class_="notes"))
    )


def decision_pairs(diff: pl.DataFrame) -> Counter[tuple[str, str]]:
    """Count the bars by what both sides decided."""
    names = [name for field in ("decision", "direction") for name in side_columns(field)]
    present = [name for name in names if name in diff.columns]
    counts: Counter[tuple[str, str]] = Counter()
    for values in diff.group_by("_merge", *present).len().iter_rows(named=True):
        counts[_word(values, 0), _word(values, 1)] += values["len"]
    return counts


def _word(values: dict[str, object], side: int) -> str:
    if values["_merge"] == ("right_only", "left_only")[side]:
        return "no bar"
    return decided(*(values.get(side_columns(field)[side]) for field in ("decision", "direction")))


def _row(word: str, words: list[str], pairs: Counter[tuple[str, str]]) -> Markup:
    cells = []
    for other in words:
        number = pairs[word, other]
        style = "same" if word == other else "other" if number else "zero"
        cells.append(el("td", count(number), class_=style))
    return el("tr", el("th", word, scope="row"), cells)


def _agreeing(diff: pl.DataFrame) -> Markup | None:
    same = (
        pl.col("decision_bt").eq_missing(pl.col("decision_replay"))
        & ~pl.col("bt_only")
        & ~pl.col("replay_only")
    )
    number = diff.filter(same & ~pl.col("decision_match").fill_null(True)).height
    if not number:
        return None
    return el("li", f"Decision equal, directions not: {counted(number, 'bar')}, counted as differing.")


def _reasons(diff: pl.DataFrame) -> list[Markup]:
    sentences = []
    for flag, name, side in (("bt_only", "the replay", 1), ("replay_only", "the backtest", 0)):
        column = side_columns("reason")[side]
        if diff.schema.get(column) != pl.String:
            continue
        given = Counter(diff.filter(pl.col(flag))[column].fill_null("no bar or no reason").to_list())
        if given:
            listed = ", ".join(
                f"{clipped(reason)} {count(n)}" for reason, n in given.most_common(_MOST_REASONS)
            )
            sentences.append(el("li", f"Where only the other side emits, {name} says: {listed}."))
    return sentences
