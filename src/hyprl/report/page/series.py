"""The rows of a diff as points to draw: one for each bar, or for each of 2,000 intervals when there are more bars.

An interval is drawn by its worst bar, so that thinning never hides a divergence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.domain.instants import moment_of
from hyprl.logs.vocabulary import EMIT, LONG, SHORT
from hyprl.parity import fields
from hyprl.parity.diff import BOTH, side_columns
from hyprl.parity.worst import decisions_differ, probability_gaps

MOST_POINTS = 2_000
WIDTH = 1_000.0  # the drawing's own units, stretched to the page


@dataclass(frozen=True, slots=True)
class Lane:
    """One side's emitted signals by point: which way, `other` where the log states no direction."""

    long: BoolArray
    short: BoolArray
    other: BoolArray


@dataclass(frozen=True, slots=True)
class Series:
    """Points in time order. `rows` are the diff's rows that stand for them, `x` runs from 0 to WIDTH.

    `gap` is the largest |Δ probability|, NaN where none could be computed; `lacking` marks points with a bar whose
    probability is needed and absent on a side; `lanes` are backtest's and replay's.
    """

    rows: Int64Array
    starts: Int64Array
    x: Float64Array
    gap: Float64Array
    differs: BoolArray
    alone: BoolArray
    lacking: BoolArray
    lanes: tuple[Lane, Lane]
    thinned: bool

    def __len__(self) -> int:
        return len(self.rows)


def series_of(diff: pl.DataFrame) -> Series:
    """Return the points of a diff, in the diff's order; an empty diff has none."""
    instants = (diff["timestamp"].rank("dense").cast(pl.Int64) - 1).to_numpy()
    number = int(instants[-1]) + 1 if len(instants) else 0
    thinned = number > MOST_POINTS
    bucket = instants * MOST_POINTS // number if thinned else instants
    starts = np.flatnonzero(np.diff(bucket, prepend=-1)).astype(np.int64)
    gap, differs = probability_gaps(diff), decisions_differ(diff)
    return Series(
        rows=_worst(bucket, gap, differs),
        starts=starts,
        x=np.linspace(0.0, WIDTH, len(starts)) if len(starts) > 1 else np.full(len(starts), WIDTH / 2),
        gap=_largest(gap, starts),
        differs=_any(differs, starts),
        alone=_any((diff["_merge"] != BOTH).to_numpy(), starts),
        lacking=_any(_lacks_probability(diff), starts),
        lanes=(_lane(diff, 0, starts), _lane(diff, 1, starts)),
        thinned=thinned,
    )


def instants_of(diff: pl.DataFrame, rows: Int64Array) -> list[datetime]:
    """Return the bar opens of these rows, UTC."""
    micros = diff["timestamp"].dt.epoch("us").to_numpy()[rows]
    return [moment_of(us) for us in micros]


def column(diff: pl.DataFrame, name: str) -> Float64Array | None:
    """Return a numeric column as float64 with NaN for missing; None if the diff has no such numbers."""
    dtype = diff.schema.get(name)
    if dtype is None or not dtype.is_numeric():
        return None
    return diff[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _worst(bucket: Int64Array, gap: Float64Array, differs: BoolArray) -> Int64Array:
    order = np.lexsort((np.nan_to_num(gap, nan=-1.0, posinf=np.inf), differs, bucket))
    last = np.flatnonzero(np.diff(bucket[order], append=-1))
    return order[last].astype(np.int64)


def _largest(gap: Float64Array, starts: Int64Array) -> Float64Array:
    if not len(starts):
        return np.empty(0)
    worst = np.maximum.reduceat(np.nan_to_num(gap, nan=-1.0, posinf=np.inf), starts)
    return np.where(worst < 0.0, np.nan, worst)


def _any(mask: BoolArray, starts: Int64Array) -> BoolArray:
    return np.logical_or.reduceat(mask, starts) if len(starts) else np.empty(0, dtype=np.bool_)


def _lacks_probability(diff: pl.DataFrame) -> BoolArray:
    lacks = np.zeros(diff.height, dtype=np.bool_)
    columns = side_columns("probability_up")
    if not all(name in diff.columns and diff.schema[name].is_numeric() for name in columns):
        return lacks
    paired = diff.filter(pl.col("_merge") == BOTH)
    needed = fields.needs_value(paired, "probability_up") & ~fields.has_both(paired, "probability_up")
    lacks[(diff["_merge"] == BOTH).to_numpy()] = needed
    return lacks


def _lane(diff: pl.DataFrame, side: int, starts: Int64Array) -> Lane:
    decision, direction = side_columns("decision")[side], side_columns("direction")[side]
    emits = pl.col(decision).eq_missing(EMIT)
    way = pl.col(direction) if direction in diff.columns else pl.lit(None, dtype=pl.String)
    kinds = diff.select(
        long=emits & way.eq_missing(LONG),
        short=emits & way.eq_missing(SHORT),
        other=emits & ~way.is_in([LONG, SHORT]).fill_null(False),
    )
    return Lane(*(_any(kinds[name].to_numpy(), starts) for name in ("long", "short", "other")))
