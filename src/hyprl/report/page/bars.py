"""The worst bars, each opening to its fields side by side."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from hyprl.parity.diff import BOTH, LEFT_ONLY
from hyprl.parity.worst import FieldPair, WorstBar, decided
from hyprl.report.page.markup import Markup, el, join
from hyprl.report.page.numbers import brief, clipped, count, counted, exact, instant

_HASH_LETTERS = 12
MOST_FIELDS = 120


def bars_list(bars: Sequence[WorstBar], differing: int) -> Markup:
    """Return the bars; `differing` is how many the diff has in all."""
    if not bars:
        return el("p", "No bar differs in any compared field.")
    shown = (
        f"{count(len(bars))} of {counted(differing, 'differing bar')}; the earliest first, then the worst."
    )
    return join(
        (
            el("p", f"{shown} Values are complete: each reads back to the same bits."),
            (_bar(bar) for bar in bars),
        )
    )


def bar_id(bar: WorstBar) -> str:
    """Return the anchor of a bar."""
    return f"bar-{bar.row}"


def _bar(bar: WorstBar) -> Markup:
    gap = bar.abs_diff_probability
    parts = [
        el("time", instant(bar.timestamp), datetime=bar.timestamp),
        el("span", clipped(bar.symbol), class_="symbol"),
        el("span", outcome(bar), class_="outcome differs" if bar.decision_differs else "outcome"),
        el("span", f"|Δp| {brief(gap)}" if gap is not None and isfinite(gap) else "no |Δp|", class_="gap"),
        el("span", counted(bar.unequal, "field") if bar.merge == BOTH else "one side", class_="quiet fields"),
    ]
    return el("details", el("summary", parts), _table(bar), id=bar_id(bar), class_="bar")


def outcome(bar: WorstBar) -> str:
    """Return what the sides decided: `long → reject`, or which side lacks the bar."""
    if bar.merge != BOTH:
        return "backtest only" if bar.merge == LEFT_ONLY else "replay only"
    values = {pair.name: (pair.bt, pair.replay) for pair in bar.fields}
    return " → ".join(_in_words(values, side) for side in (0, 1))


def _in_words(values: dict[str, tuple[object, object]], side: int) -> str:
    nothing = (None, None)
    decision, direction, reason = (
        values.get(name, nothing)[side] for name in ("decision", "direction", "reason")
    )
    return spoken(decision, direction, reason)


def spoken(decision: object, direction: object, reason: object) -> str:
    """Return a decision in words: `long`, `reject (threshold)`, `reject short (trend)`."""
    word = decided(decision, direction)
    if word != "reject":
        return word
    way = f" {direction}" if direction in ("long", "short") else ""
    return f"{word}{way} ({clipped(reason)})" if reason else word + way


def _table(bar: WorstBar) -> Markup:
    names = ("field", "backtest", "replay", "|Δ|")
    head = el("tr", (el("th", name, scope="col") for name in names))
    ordered = sorted(bar.fields, key=lambda pair: pair.differs is not True)
    rows = [_row(bar, pair) for pair in ordered[:MOST_FIELDS]]
    left_out = len(ordered) - MOST_FIELDS
    rest = f"; {counted(left_out, 'more field')} in the diff" if left_out > 0 else ""
    caption = el("caption", f"{clipped(bar.symbol)} {instant(bar.timestamp)}: what differs comes first{rest}")
    table = el("table", caption, el("thead", head), el("tbody", rows), class_="pairs")
    return el(
        "div",
        table,
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=f"Fields of {instant(bar.timestamp)}",
    )


def _row(bar: WorstBar, pair: FieldPair) -> Markup:
    style = "differs" if pair.differs else "alone" if pair.differs is None else "same"
    cells = [_cell(pair.name, value, absent) for value, absent in _sides(bar, pair)]
    return el("tr", el("th", pair.name, scope="row"), cells, el("td", _gap(pair)), class_=style)


def _sides(bar: WorstBar, pair: FieldPair) -> tuple[tuple[object, bool], tuple[object, bool]]:
    paired = bar.merge == BOTH
    left, right = paired or bar.merge == LEFT_ONLY, paired or bar.merge != LEFT_ONLY
    return (pair.bt, not left), (pair.replay, not right)


def _cell(name: str, value: object, absent: bool) -> Markup:
    if absent:
        return el("td", "no bar", class_="quiet")
    if name.endswith("hash") and isinstance(value, str) and len(value) > _HASH_LETTERS:
        return el("td", el("code", value[:_HASH_LETTERS] + "…", title=value))
    return el("td", exact(value), class_="quiet" if value is None else None)


def _gap(pair: FieldPair) -> str:
    numbers = [value for value in (pair.bt, pair.replay) if isinstance(value, int | float)]
    if len(numbers) != 2 or any(isinstance(value, bool) for value in (pair.bt, pair.replay)):
        return "differs" if pair.differs else ""
    gap = abs(float(numbers[0]) - float(numbers[1]))
    return (
        "differs"
        if gap == 0.0 and pair.differs
        else brief(gap)
        if isfinite(gap) and gap
        else ""
        if gap == 0.0
        else str(gap)
    )
