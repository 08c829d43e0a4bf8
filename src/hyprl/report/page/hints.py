"""What the page's script shows when a chart is pointed at or walked with the arrow keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.domain.instants import ISO_UTC_FORMAT
from hyprl.parity.diff import side_columns
from hyprl.parity.worst import WorstBar
from hyprl.report.page.bars import bar_id, spoken
from hyprl.report.page.equity import MOST_SYMBOLS, curves_of, thinned_rows
from hyprl.report.page.numbers import brief, clipped, instant
from hyprl.report.page.plot import EXTENT
from hyprl.report.page.scatter import paired_probabilities, places
from hyprl.report.page.series import Series


def hints(diff: pl.DataFrame, series: Series, worst: tuple[WorstBar, ...]) -> dict[str, Any]:
    """Return JSON values: for each chart the points' places (x, and y from the top, of 1,000), texts, and marks.

    `marks` are the points at which decisions differ; `bars` the anchors of the bars listed on the page, by point.
    """
    texts = _texts(diff, series.rows)
    anchors = {bar.row: bar_id(bar) for bar in worst}
    opened = {str(n): anchors[row] for n, row in enumerate(series.rows.tolist()) if row in anchors}
    marks = np.flatnonzero(series.differs).tolist()
    charts: dict[str, Any] = {
        "time": {"x": _rounded(series.x.tolist()), "texts": texts, "marks": marks, "bars": opened}
    }
    probabilities = paired_probabilities(diff, series)
    if probabilities is not None:
        charts["scatter"] = _scatter(places(probabilities), marks, opened)
    return {"charts": charts | _equity(diff)}


def _scatter(
    found: list[tuple[float, float] | None], marks: list[int], opened: dict[str, str]
) -> dict[str, Any]:
    y = [None if place is None else round(EXTENT - EXTENT * place[1], 1) for place in found]
    x = [None if place is None else round(place[0], 1) for place in found]
    return {"x": x, "y": y, "like": "time", "marks": marks, "bars": opened}


def _equity(diff: pl.DataFrame) -> dict[str, Any]:
    charts = {}
    for number, symbol in enumerate(diff["symbol"].unique().sort().to_list()[:MOST_SYMBOLS]):
        rows = thinned_rows(diff, symbol)
        curves = curves_of(diff, rows)
        if not curves:
            continue
        values = {name: curve.tolist() for name, curve in curves.items()}
        lines = [
            "\n".join((stamp, *(f"{name} {curve[n]:,.2f}" for name, curve in values.items())))
            for n, stamp in enumerate(_stamps(diff, rows))
        ]
        step = EXTENT / max(1, len(rows) - 1)
        charts[f"equity-{number}"] = {"x": _rounded([n * step for n in range(len(rows))]), "texts": lines}
    return charts


def _texts(diff: pl.DataFrame, rows: Int64Array) -> list[str]:
    names = [
        n for field in ("decision", "direction", "reason", "probability_up") for n in side_columns(field)
    ]
    shown = diff[rows].select(
        "symbol",
        "_merge",
        "abs_diff_probability_up"
        if "abs_diff_probability_up" in diff.columns
        else pl.lit(None).alias("abs_diff_probability_up"),
        *(n for n in names if n in diff.columns),
    )
    stamps = _stamps(diff, rows)
    return [_text(stamp, row) for stamp, row in zip(stamps, shown.iter_rows(named=True), strict=True)]


def _text(stamp: str, row: dict[str, Any]) -> str:
    lines = [f"{stamp} {clipped(row['symbol'])}"]
    for place, (name, absent) in enumerate((("backtest", "right_only"), ("replay", "left_only"))):
        lines.append(f"{name} {'has no bar' if row['_merge'] == absent else _side(row, place)}")
    gap = row["abs_diff_probability_up"]
    return "\n".join(lines if gap is None else [*lines, f"|Δp| {brief(gap)}"])


def _side(row: dict[str, Any], place: int) -> str:
    decision, direction, reason, probability = (
        row.get(side_columns(field)[place]) for field in ("decision", "direction", "reason", "probability_up")
    )
    said = spoken(decision, direction, reason)
    return f"{brief(probability)} {said}" if isinstance(probability, int | float) else said


def _stamps(diff: pl.DataFrame, rows: Int64Array) -> list[str]:
    stamps = diff["timestamp"].gather(rows).dt.strftime(ISO_UTC_FORMAT).to_list()
    return [instant(stamp) for stamp in stamps]


def _rounded(values: list[float]) -> list[float]:
    return [round(value, 1) for value in values]
