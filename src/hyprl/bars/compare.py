"""Compares bars with another vendor's, hours with hours or sessions with daily bars.

Two vendors disagree where one missed trades or revised them; which is right cannot be told from bars alone, so
the gaps are measured and shown, and nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hyprl.bars.aggregate import aggregate_minutes
from hyprl.bars.calendar import HOUR_US, day_of, known_days
from hyprl.bars.columns import RawBars, bar_source, read_raw_bars
from hyprl.bars.findings import shown_utc
from hyprl.bars.read import require_bars
from hyprl.bars.validate import session_volumes, validate
from hyprl.config import BarsConfig
from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.domain.bars import BarSeries

FIELDS = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True)
class FieldGap:
    """How far two vendors are apart in one price, in basis points of the first's, and where most."""

    field: str
    median_bp: float
    p95_bp: float
    max_bp: float
    worst_at: str
    worst_ours: float
    worst_theirs: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The gaps over the hours or sessions that both have, and how many only one has within the common span."""

    unit: str
    both: int
    only_ours: int
    only_theirs: int
    gaps: tuple[FieldGap, ...]


@dataclass(frozen=True, slots=True)
class _Prices:
    key: Int64Array
    columns: dict[str, Float64Array]


def compare_with_file(
    ours: BarSeries, path: Path, config: BarsConfig, *, timezone: str | None = None
) -> Comparison:
    """Compare with a file of minute, hourly or daily bars of the same symbol.

    Minute bars are aggregated, hourly ones validated by the config; daily ones are compared with the sessions'
    first open, extremes and last close. Raises what `read_bars` raises, and BarFileError without common bars.
    """
    raw = read_raw_bars(path, ours.symbol, timezone)
    source = bar_source(raw.source)
    days = known_days(raw.open_utc_us, lambda index: f"{raw.source}, row {raw.row[index]}")
    if len(np.unique(days)) == len(days) and len(days) > 1:
        left, right, unit = _sessions(ours), _daily(raw, days), "sessions"
    else:
        left, right, unit = _hourly(ours), _hourly(_as_hours(raw, config)), "hours"
    common, at, there = np.intersect1d(left.key, right.key, return_indices=True)
    if not len(common):
        source.fail("has no bar in common with the other file", "Compare files whose dates overlap.")
    sound = _sound(left, at) & _sound(right, there)
    if not sound.any():
        source.fail(
            "has only broken prices in common with the other file", "Run hyprl bars validate on both."
        )
    gaps = tuple(_gap(field, unit, left, right, (at[sound], there[sound])) for field in FIELDS)
    inside = [int(((side.key >= common[0]) & (side.key <= common[-1])).sum()) for side in (left, right)]
    return Comparison(unit, len(common), inside[0] - len(common), inside[1] - len(common), gaps)


def _gap(
    field: str, unit: str, left: _Prices, right: _Prices, pairs: tuple[Int64Array, Int64Array]
) -> FieldGap:
    ours, theirs = left.columns[field][pairs[0]], right.columns[field][pairs[1]]
    apart = np.abs(theirs / ours - 1.0) * 1e4
    worst = int(np.argmax(apart))
    key = int(left.key[pairs[0][worst]])
    return FieldGap(
        field=field,
        median_bp=float(np.median(apart)),
        p95_bp=float(np.percentile(apart, 95)),
        max_bp=float(apart[worst]),
        worst_at=str(day_of(key)) if unit == "sessions" else str(shown_utc(key)),
        worst_ours=float(ours[worst]),
        worst_theirs=float(theirs[worst]),
    )


def _sound(side: _Prices, at: Int64Array) -> BoolArray:
    """Where every price is finite and positive, so that a distance means something."""
    prices = np.stack([side.columns[field][at] for field in FIELDS])
    return np.asarray((np.isfinite(prices) & (prices > 0)).all(axis=0))


def _as_hours(raw: RawBars, config: BarsConfig) -> BarSeries:
    steps = np.diff(np.unique(raw.open_utc_us))
    if len(steps) and np.median(steps) < HOUR_US:
        return aggregate_minutes(raw, config).series
    series, report = validate(raw, config)
    require_bars(report)
    return series


def _hourly(series: BarSeries) -> _Prices:
    return _Prices(series.open_utc_us, {field: getattr(series, field) for field in FIELDS})


def _daily(raw: RawBars, days: Int64Array) -> _Prices:
    return _Prices(days, {field: getattr(raw, field) for field in FIELDS})


def _sessions(series: BarSeries) -> _Prices:
    sessions, begins, _ = session_volumes(series.session, series.volume)
    ends = np.append(begins[1:], len(series)) - 1
    columns = {
        "open": series.open[begins],
        "high": np.maximum.reduceat(series.high, begins),
        "low": np.minimum.reduceat(series.low, begins),
        "close": series.close[ends],
    }
    return _Prices(sessions, columns)
