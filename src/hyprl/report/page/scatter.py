"""Backtest probability against replay probability: on the diagonal where the engines agree."""

from __future__ import annotations

import numpy as np
import polars as pl

from hyprl.domain.arrays import Float64Array
from hyprl.parity.diff import side_columns
from hyprl.report.page.markup import Markup, el
from hyprl.report.page.numbers import counted
from hyprl.report.page.plot import EXTENT, Key, dots, legend, level, panel
from hyprl.report.page.scales import Linear, Tick, linear
from hyprl.report.page.series import Series, column


def scatter(diff: pl.DataFrame, series: Series) -> Markup:
    """Return the figure, or a sentence where the logs have no probabilities in common."""
    found = paired_probabilities(diff, series)
    if found is None:
        return el(
            "figure", el("figcaption", el("p", "No bar has a probability on both sides.")), class_="chart"
        )
    bt, replay = found
    both = np.isfinite(bt) & np.isfinite(replay)
    scale = linear([*bt[both].tolist(), *replay[both].tolist()])
    ticks = scale.ticks()
    caption = f"Replay against backtest, {counted(int(both.sum()), 'bar')}; on the diagonal they are equal."
    if series.thinned:
        caption += " Each interval is drawn by its worst bar."
    return el(
        "figure",
        el("figcaption", el("p", caption)),
        legend((Key("dot", "same decision"), Key("differs", "decisions differ"), *_threshold_keys(diff))),
        _square(diff, series, (bt, replay), scale),
        _x_axis(ticks),
        class_="chart square",
        id="chart-scatter",
        data_chart="scatter",
    )


def paired_probabilities(diff: pl.DataFrame, series: Series) -> tuple[Float64Array, Float64Array] | None:
    """Return both sides' probabilities at the points, NaN where unknown; None if no point has both."""
    columns = [column(diff, name) for name in side_columns("probability_up")]
    if columns[0] is None or columns[1] is None:
        return None
    bt, replay = columns[0][series.rows], columns[1][series.rows]
    return (bt, replay) if (np.isfinite(bt) & np.isfinite(replay)).any() else None


def places(values: tuple[Float64Array, Float64Array]) -> list[tuple[float, float] | None]:
    """Return (x, height) of each point in the square as `dots` takes them; None where a side has no value."""
    bt, replay = values
    both = np.isfinite(bt) & np.isfinite(replay)
    scale = linear([*bt[both].tolist(), *replay[both].tolist()])
    return [
        (EXTENT * scale.at(left), scale.at(right)) if has else None
        for left, right, has in zip(bt.tolist(), replay.tolist(), both.tolist(), strict=True)
    ]


def _square(
    diff: pl.DataFrame, series: Series, values: tuple[Float64Array, Float64Array], scale: Linear
) -> Markup:
    points = list(zip(places(values), series.differs.tolist(), strict=True))
    drawing = [
        el("line", x1="0", y1=int(EXTENT), x2=int(EXTENT), y2="0", class_="diagonal"),
        *(_crosshair(scale, value) for value in _thresholds(diff)),
        dots((point for point, differs in points if point is not None and not differs), "dot"),
        dots((point for point, differs in points if point is not None and differs), "differs"),
    ]
    ticks = scale.ticks()
    label = "Scatter of replay probability (upwards) against backtest probability (to the right), with the diagonal."
    return panel(drawing, label=label, y=ticks, lines=[tick.at for tick in ticks], style="quadrant")


def _crosshair(scale: Linear, value: float) -> Markup | None:
    if not scale.low < value < scale.high:
        return None
    x = f"{EXTENT * scale.at(value):.1f}"
    upright = el("line", x1=x, x2=x, y1="0", y2=int(EXTENT), class_="threshold")
    return Markup(upright + level(scale.at(value), "threshold"))


def _thresholds(diff: pl.DataFrame) -> list[float]:
    found = []
    for name in ("threshold_long", "threshold_short"):
        values = column(diff, side_columns(name)[0])
        both = values[np.isfinite(values)] if values is not None else np.empty(0)
        if len(both) and both.min() == both.max():
            found.append(float(both[0]))
    return found


def _threshold_keys(diff: pl.DataFrame) -> list[Key]:
    return [Key("threshold", "thresholds")] if _thresholds(diff) else []


def _x_axis(ticks: list[Tick]) -> Markup:
    words = [
        el("text", tick.label, x=f"{100.0 * tick.at:.2f}%", y="50%", text_anchor="middle") for tick in ticks
    ]
    title = el("text", "backtest →", x="100%", y="96%", text_anchor="end", class_="quiet")
    side = el("span", "↑ replay", class_="quiet")
    return el("div", side, el("svg", words, title, class_="labels", aria_hidden="true"), class_="panel time")
