"""What was compared: origin, run and hashes of bars, features, model and config on both sides."""

from __future__ import annotations

from hashlib import sha256

import polars as pl

from hyprl.parity.diff import BOTH, side_columns
from hyprl.report.page.content import PageContent
from hyprl.report.page.markup import Markup, el, join
from hyprl.report.page.numbers import count, counted

_HASHES = {
    "bar_hash": "bars",
    "feature_hash": "features",
    "model_params_hash": "model",
    "config_hash": "config",
}
_SHOWN = 16


def identity(content: PageContent) -> Markup:
    """Return the table of both sides and the facts that hold for both."""
    diff = content.result.main.diff
    rows = [_plain("log", (content.sides[0].origin, content.sides[1].origin))]
    names = dict.fromkeys((*content.sides[0].facts, *content.sides[1].facts))
    rows += [
        _plain(name, tuple(side.facts.get(name, "not stated") for side in content.sides)) for name in names
    ]
    rows += [_hash_row(diff, column, words) for column, words in _HASHES.items()]
    head = el(
        "tr",
        el("th", "", scope="col"),
        (el("th", side.name, scope="col") for side in content.sides),
        el("th", "equal", scope="col"),
    )
    table = el("table", el("thead", head), el("tbody", rows), class_="identity")
    facts = el(
        "dl",
        (el("div", el("dt", name), el("dd", el("code", value))) for name, value in content.facts),
        class_="facts",
    )
    return join(
        (
            el("div", table, class_="scroll", tabindex="0", role="region", aria_label="Identity"),
            facts if content.facts else None,
        )
    )


def digest(values: pl.Series) -> str:
    """Return one value where all are the same, else the SHA-256 of all of them in order."""
    spelled = values.cast(pl.String).fill_null("missing").to_list()
    distinct = set(spelled)
    return spelled[0] if len(distinct) == 1 else sha256("\n".join(spelled).encode()).hexdigest()


def _plain(name: str, values: tuple[str, ...]) -> Markup:
    return el("tr", el("th", name, scope="row"), (el("td", el("code", value)) for value in values), el("td"))


def _hash_row(diff: pl.DataFrame, column: str, words: str) -> Markup:
    sides = side_columns(column)
    paired = diff.filter(pl.col("_merge") == BOTH)
    cells = [_digest_cell(paired, side) for side in sides]
    return el("tr", el("th", words, scope="row"), cells, el("td", _equal(paired, sides)))


def _digest_cell(paired: pl.DataFrame, side: str) -> Markup:
    if side not in paired.columns or paired.is_empty():
        return el("td", "not recorded", class_="quiet")
    whole = digest(paired[side])
    note = f" over {counted(paired.height, 'bar')}" if paired[side].n_unique() > 1 else ""
    return el("td", el("code", whole[:_SHOWN] + ("…" if len(whole) > _SHOWN else ""), title=whole), note)


def _equal(paired: pl.DataFrame, sides: tuple[str, str]) -> str:
    if paired.is_empty() or not all(side in paired.columns for side in sides):
        return "cannot be told"
    same = int((paired[sides[0]].cast(pl.String) == paired[sides[1]].cast(pl.String)).fill_null(False).sum())
    return "✓ all" if same == paired.height else f"✗ {count(same)} of {count(paired.height)}"
