"""Read timestamps: which shift of a side's makes the logs meet, and which bars a side never had.

A shift is one and the same offset at which the right side's values stand on the left side's bars. It holds for the
whole log (open against close, clock hour, zone), or for one part of the year (daylight saving). Bars that a side lacks
between its own first and last were skipped; without a pattern in them their reason stays open.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from hyprl.causes.cause import Cause
from hyprl.causes.facts.stamps import (
    EveryNthBar,
    MissingBars,
    SessionEdges,
    ShiftedStamps,
    StampShift,
    WholeSessions,
)
from hyprl.causes.findings import Finding, Standing
from hyprl.causes.signatures.pair import Bools, Floats, Ints, Pair, first_true
from hyprl.domain.instants import iso_utc, moment_of
from hyprl.parity.diff import LEFT_ONLY, RIGHT_ONLY, side_columns

_MINUTE_US = 60_000_000
_STEP_US, _FARTHEST = 15 * _MINUTE_US, 96
_LEAST_BARS = 6
_MEETS = 0.6
_REGULAR = 0.9
_MOST_ROWS = 50_000
_KEYS = ("probability_up", "bar.close", "close", "bar_hash", "feature_hash", "expected_pnl", "position_size")


def find(pair: Pair, expected_opens: Ints | None = None) -> list[Finding]:
    """Report a shift of stamps, else bars that one side lacks in its midst."""
    shifted = _shift(pair)
    return [shifted] if shifted is not None else _missing(pair, expected_opens)


def _shift(pair: Pair) -> Finding | None:
    values = _values(pair)
    if values is None or not any(side.any() for side in pair.lacking):
        return None
    (left_at, left), (right_at, right) = values
    unmet = ~_meets(left_at, left, right_at, right, 0)
    if int(unmet.sum()) < _LEAST_BARS:
        return None
    offsets = [step * _STEP_US for step in range(-_FARTHEST, _FARTHEST + 1) if step]
    met = {offset: _meets(left_at, left, right_at, right, offset) & unmet for offset in offsets}
    offset = max(offsets, key=lambda at: (int(met[at].sum()), -abs(at)))
    share = int(met[offset].sum()) / int(unmet.sum())
    if share < _MEETS or int(met[offset].sum()) < _LEAST_BARS:
        return None
    return _shift_finding(right_at, met[offset], unmet, offset)


def _values(pair: Pair) -> tuple[tuple[Ints, Floats], tuple[Ints, Floats]] | None:
    for name in _KEYS:
        if name not in pair.names:
            continue
        sides = []
        for column, absent in zip(side_columns(name), (RIGHT_ONLY, LEFT_ONLY), strict=True):
            rows = pair.diff.filter((pl.col("_merge") != absent) & pl.col(column).is_not_null()).head(
                _MOST_ROWS
            )
            values = rows[column].hash() if rows.schema[column] == pl.String else rows[column]
            sides.append((rows["timestamp"].dt.epoch("us").to_numpy(), values.to_numpy()))
        if all(len(np.unique(values)) > _LEAST_BARS for _, values in sides):
            return sides[0], sides[1]
    return None


def _meets(left_at: Ints, left: Floats, right_at: Ints, right: Floats, offset: int) -> Bools:
    """Tell for each right bar whether the left one that much earlier holds its value."""
    places = np.searchsorted(left_at, right_at - offset).clip(max=len(left_at) - 1)
    found: Bools = (left_at[places] == right_at - offset) & (left[places] == right)
    return found


def _shift_finding(opens: Ints, met: Bools, unmet: Bools, offset: int) -> Finding:
    usual = int(np.median(np.diff(opens))) if len(opens) > 1 else 0
    facts = ShiftedStamps(offset, int(met.sum()), int(unmet.sum()), _looks_like(opens, unmet, offset, usual))
    return Finding(
        Cause.BAR_TIMING,
        0.97 if facts.met / facts.unmet > _REGULAR else 0.85,
        (facts,),
        first_bar=iso_utc(int(opens[first_true(unmet, 0)])),
        columns=("timestamp",),
        standing=Standing.ALONE,
    )


def _looks_like(opens: Ints, unmet: Bools, offset: int, usual: int) -> StampShift:
    summer = np.array([_is_summer(int(at)) for at in opens])
    for season, shift in ((summer, StampShift.SUMMER_TIME), (~summer, StampShift.WINTER_TIME)):
        if season.any() and not season.all() and unmet[season].mean() > 0.8 and unmet[~season].mean() < 0.1:
            return shift
    if abs(offset) == usual:
        return StampShift.OPEN_FOR_CLOSE
    return StampShift.OTHER_MINUTE if abs(offset) < usual else StampShift.OTHER_CLOCK


def _is_summer(utc_us: int) -> bool:
    moment = moment_of(utc_us).astimezone(ZoneInfo("America/New_York"))
    return bool(moment.dst())


def _missing(pair: Pair, expected_opens: Ints | None) -> list[Finding]:
    found = []
    for lacking, side in zip(pair.lacking, ("left", "right"), strict=True):
        finding = _holes(pair, lacking, side, expected_opens)
        if finding is not None:
            found.append(finding)
    return found


def _holes(pair: Pair, lacking: Bools, side: str, expected_opens: Ints | None) -> Finding | None:
    present = np.flatnonzero(~lacking)
    if not len(present):
        return None
    inside = lacking.copy()
    inside[: present[0]] = False
    inside[present[-1] + 1 :] = False
    count = int(inside.sum())
    if not count:
        return None
    pattern = _pattern(pair, inside)
    opens = pair.all_opens[inside]
    due = None if expected_opens is None else int(np.isin(opens, expected_opens).sum())
    return Finding(
        Cause.BAR_TIMING,
        0.6 if pattern is None else 0.85,
        (MissingBars(side, count, due, pattern),),
        first_bar=iso_utc(int(opens[0])),
        columns=("timestamp",),
    )


def _pattern(pair: Pair, inside: Bools) -> EveryNthBar | WholeSessions | SessionEdges | None:
    places = np.flatnonzero(inside)
    steps = np.diff(places)
    if (
        len(places) >= _LEAST_BARS
        and float((steps == np.median(steps)).mean()) > _REGULAR
        and np.median(steps) > 1
    ):
        return EveryNthBar(int(np.median(steps)))
    sessions, counts = np.unique(pair.sessions, return_counts=True)
    usual = float(np.median(counts))
    hit = np.unique(pair.sessions[inside])
    hit_counts = counts[np.isin(sessions, hit)]
    whole = all(inside[pair.sessions == session].all() for session in hit)
    short = bool((hit_counts < usual).all())
    if whole and (short or (len(hit) >= 1 and usual > 1)):
        return WholeSessions(len(hit), short)
    ends = np.concatenate((np.flatnonzero(np.diff(pair.sessions)), [len(inside) - 1]))
    starts = np.concatenate(([0], ends[:-1] + 1))
    for edge, is_first in ((ends, False), (starts, True)):
        if np.isin(places, edge).all() and (len(places) >= _LEAST_BARS or short):
            return SessionEdges(is_first, short)
    return None
