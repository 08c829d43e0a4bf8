"""Stamps and missing bars: which shift of a side's timestamps makes the logs meet, and which bars a side never had.

A shift is one and the same offset at which the right side's values stand on the left side's bars. It holds for the
whole log (open against close, clock hour, zone), or for one part of the year (daylight saving). Bars that a side lacks
between its own first and last were skipped; a pattern in them is said, without one their reason stays open.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from hyprl.causes.findings import BAR_TIMING, SIGNATURE, Finding
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
_ADVICE = "Stamp every bar with its open, in UTC, on both sides, and take session hours from the exchange's calendar."
_SKIPPED = (
    "Count the bars against the exchange's calendar as they arrive: look for a consolidator, a session filter or a "
    "half-day rule that drops them."
)


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
            told = rows[column].hash() if rows.schema[column] == pl.String else rows[column]
            sides.append((rows["timestamp"].dt.epoch("us").to_numpy(), told.to_numpy()))
        if all(len(np.unique(values)) > _LEAST_BARS for _, values in sides):
            return sides[0], sides[1]
    return None


def _meets(left_at: Ints, left: Floats, right_at: Ints, right: Floats, offset: int) -> Bools:
    """Tell for each right bar whether the left one that much earlier holds its value."""
    places = np.searchsorted(left_at, right_at - offset).clip(max=len(left_at) - 1)
    found: Bools = (left_at[places] == right_at - offset) & (left[places] == right)
    return found


def _shift_finding(opens: Ints, met: Bools, unmet: Bools, offset: int) -> Finding:
    hours = offset / (60 * _MINUTE_US)
    shown = (
        f"{abs(hours):g} h" if hours % 0.5 == 0 and abs(hours) >= 1.0 else f"{abs(offset) // _MINUTE_US} min"
    )
    usual = int(np.median(np.diff(opens))) if len(opens) > 1 else 0
    first = iso_utc(int(opens[first_true(unmet, 0)]))
    share = int(met.sum()) / int(unmet.sum())
    return Finding(
        BAR_TIMING,
        SIGNATURE,
        0.97 if share > _REGULAR else 0.85,
        f"the right side's values stand {shown} {'after' if offset > 0 else 'before'} the left's on "
        f"{int(met.sum()):,} of "
        f"the {int(unmet.sum()):,} bars that do not agree: {_kind(opens, unmet, offset, usual)}",
        _ADVICE,
        first_bar=first,
        columns=("timestamp",),
        details={"offset_minutes": offset // _MINUTE_US, "bars": int(met.sum()), "share": share},
    )


def _kind(opens: Ints, unmet: Bools, offset: int, usual: int) -> str:
    summer = np.array([_is_summer(int(at)) for at in opens])
    for season, name in ((summer, "summer"), (~summer, "winter")):
        if season.any() and not season.all() and unmet[season].mean() > 0.8 and unmet[~season].mean() < 0.1:
            return f"New York's {name} time is taken for its other one (daylight saving)"
    if abs(offset) == usual:
        return "one side stamps a bar with its open, the other with its close"
    if abs(offset) < usual:
        return "one side stamps with another minute of the hour"
    return "another clock or time zone"


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
    due = "" if expected_opens is None else _due(pair.all_opens[inside], expected_opens)
    said = f"the {side} side lacks {count:,} bars between its first and last{due}"
    unknown = "; no pattern in them says whether they were skipped, not logged or not decided"
    return Finding(
        BAR_TIMING,
        SIGNATURE,
        0.6 if pattern is None else 0.85,
        said + (f": {pattern}" if pattern is not None else unknown),
        _SKIPPED,
        first_bar=iso_utc(int(pair.all_opens[first_true(inside, 0)])),
        columns=("timestamp",),
        details={"side": side, "bars": count},
    )


def _due(opens: Ints, expected: Ints) -> str:
    return f" ({int(np.isin(opens, expected).sum()):,} of them are the calendar's)"


def _pattern(pair: Pair, inside: Bools) -> str | None:
    places = np.flatnonzero(inside)
    steps = np.diff(places)
    if (
        len(places) >= _LEAST_BARS
        and float((steps == np.median(steps)).mean()) > _REGULAR
        and np.median(steps) > 1
    ):
        return f"every {_ordinal(int(np.median(steps)))} bar"
    sessions, counts = np.unique(pair.sessions, return_counts=True)
    usual = float(np.median(counts))
    hit = np.unique(pair.sessions[inside])
    hit_counts = counts[np.isin(sessions, hit)]
    whole = all(inside[pair.sessions == session].all() for session in hit)
    short = bool((hit_counts < usual).all())
    if whole and short:
        return f"all bars of {len(hit)} sessions that are shorter than most (half days)"
    if whole and len(hit) >= 1 and usual > 1:
        return f"{len(hit)} whole sessions"
    ends = np.concatenate((np.flatnonzero(np.diff(pair.sessions)), [len(inside) - 1]))
    starts = np.concatenate(([0], ends[:-1] + 1))
    half = " shorter than most (half days)" if short else ""
    for edge, name in ((ends, "last"), (starts, "first")):
        if np.isin(places, edge).all() and (len(places) >= _LEAST_BARS or short):
            return f"each the {name} bar of a session{half}"
    return None


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"
