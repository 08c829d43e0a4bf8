"""The year on one axis: |Δ probability| above, what each side emitted below, divergences marked in both."""

from __future__ import annotations

from math import isnan

import numpy as np
import polars as pl

from hyprl.domain.arrays import BoolArray
from hyprl.parity.verdict import Compared
from hyprl.report.page.markup import Markup, el
from hyprl.report.page.numbers import brief, count, counted
from hyprl.report.page.plot import Key, dots, legend, level, panel, strokes, time_axis
from hyprl.report.page.scales import Decades, Tick, decades, time_ticks
from hyprl.report.page.series import Lane, Series, instants_of

# Heights of the three lanes' middles, and half a lane's reach.
_LANES, _REACH = (0.83, 0.5, 0.17), 0.15


def timeline(result: Compared, series: Series) -> Markup:
    """Return the figure; it says so where nothing differs or no probability can be compared."""
    diff = result.main.diff
    ticks = time_ticks(instants_of(diff, series.rows)) if len(series) else []
    return el(
        "figure",
        el("figcaption", el("p", _sentence(result, series))),
        legend(_keys(result, series)),
        _gaps(result, series),
        _decisions(diff, series),
        time_axis(ticks),
        class_="chart",
        id="chart-time",
        data_chart="time",
    )


def probability_limit(result: Compared) -> float | None:
    """Return the limit that the stage sets for the largest |Δ probability|, if it sets one."""
    limits = [gate.limit for gate in result.gates if gate.metric.endswith("max_abs_diff_probability_up")]
    return limits[0] if limits else None


def _sentence(result: Compared, series: Series) -> str:
    statistics = result.main.statistics
    gap, bars = statistics.probability, statistics.decisions.differing_bars
    if not gap.available or gap.max is None:
        drawn = "No bar has a probability in both logs, so |Δ probability| cannot be drawn."
    elif gap.max == 0.0:
        drawn = f"The probability is the same on all {counted(gap.compared, 'bar')} compared."
    else:
        over = counted(gap.compared, "bar")
        drawn = f"Largest {brief(gap.max)}, mean {brief(gap.mean)} over {over}; logarithmic scale."
    thinned = f" Each of {count(len(series))} intervals is drawn by its worst bar." if series.thinned else ""
    return f"{drawn} Decisions differ on {count(bars)} of {counted(statistics.rows, 'bar')}.{thinned}"


def _keys(result: Compared, series: Series) -> list[Key]:
    limit = probability_limit(result)
    keys = [Key("gap-dot", "|Δ probability|")]
    if limit is not None:
        keys += [Key("gap-dot over", "above the limit")] * bool((series.gap > limit).any())
        keys.append(Key("limit", f"limit {brief(limit)}"))
    if series.lacking.any():
        keys.append(Key("lacking", "no probability on a side"))
    keys += [Key("bt", "backtest emits"), Key("replay", "replay emits"), Key("differs", "decisions differ")]
    return [*keys, Key("alone", "bar on one side only")] if series.alone.any() else keys


def _gaps(result: Compared, series: Series) -> Markup:
    limit = probability_limit(result)
    positive = [value for value in series.gap.tolist() if value > 0.0]
    scale = decades(positive, at_least=() if limit is None else (limit,))
    ticks = scale.ticks()
    above = series.gap > (np.inf if limit is None else limit)
    drawing = [
        _dots(series, ~above, scale, "gap-dot"),
        _dots(series, above, scale, "gap-dot over"),
        None if limit is None else level(scale.at(limit), "limit"),
        dots(((x, 0.985) for x in series.x[series.lacking]), "lacking"),
        _dots(series, series.differs, scale, "differs"),
    ]
    largest = max(positive, default=0.0)
    label = f"Absolute probability difference by bar; the largest is {brief(largest)}."
    return panel(drawing, label=label, y=ticks, lines=[tick.at for tick in ticks], style="tall")


def _dots(series: Series, mask: BoolArray, scale: Decades, style: str) -> Markup | None:
    points = zip(series.x[mask].tolist(), series.gap[mask].tolist(), strict=True)
    return dots(((x, scale.at(gap)) for x, gap in points if not isnan(gap)), style)


def _decisions(diff: pl.DataFrame, series: Series) -> Markup:
    top, middle, bottom = _LANES
    drawing = [
        level(top, "rail"),
        level(middle, "rail"),
        *_lane(series, series.lanes[0], top, "bt"),
        *_lane(series, series.lanes[1], middle, "replay"),
        strokes(series.x[series.alone & ~series.differs], bottom - _REACH, bottom + _REACH, "tick alone"),
        strokes(series.x[series.differs], bottom - _REACH, bottom + _REACH, "tick differs"),
    ]
    names = [Tick(at, name) for at, name in zip(_LANES, ("backtest", "replay", "differ"), strict=True)]
    label = f"Emitted signals of both sides by bar; decisions differ at {int(series.differs.sum())} places."
    return panel(drawing, label=label, y=names, style="lanes")


def _lane(series: Series, lane: Lane, middle: float, style: str) -> list[Markup | None]:
    return [
        strokes(series.x[lane.long], middle, middle + _REACH, f"tick {style}"),
        strokes(series.x[lane.short], middle - _REACH, middle, f"tick {style}"),
        strokes(series.x[lane.other], middle - _REACH, middle + _REACH, f"tick {style}"),
    ]
