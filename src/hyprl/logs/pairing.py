"""Bring two mapped logs to one set of bars: times to opens, then what an event-only log leaves unsaid.

An event-only log (trades, orders) has rows only for what was done. A bar that it does not mention is a reject only if
its map says `absent = "reject"`, the log is not empty, and something else defines the bars: the other log, or a
calendar. Otherwise the bar stays absent, and the diff counts it as one-sided.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.errors import ConfigError
from hyprl.logs.bar_times import BarGrid, grid_of_log, to_bar_opens
from hyprl.logs.log import Log, LogPair
from hyprl.logs.logmap import CONTINUOUS, LogMap
from hyprl.logs.normalise import refuse_repeats
from hyprl.logs.vocabulary import KEYS, NO_DIRECTION, REJECT

_MOST_BARS = 20_000_000


def pair_logs(left: Log, right: Log, calendar: BarGrid | None = None) -> LogPair:
    """Apply the time and event rules of both logs' maps. `calendar` has the XNYS bars, where a map or the user asks.

    Raises ConfigError when a map needs bars that nothing defines, SignalLogError for a row that is of no bar.
    """
    if left.log_map == right.log_map == LogMap():
        return LogPair(left, right, (*left.notes, *right.notes))
    first, second = (right, left) if _is_events(left) and not _is_events(right) else (left, right)
    moved = _moved(first, None, second, calendar)
    other = _moved(second, None if _is_events(moved) else moved, first, calendar)
    sides = (moved, other) if first is left else (other, moved)
    filled = [_filled(side, sides[1 - place], calendar) for place, side in enumerate(sides)]
    of_maps = [f"{log.path}: {log.log_map.note}" for log in (left, right) if log.log_map.note]
    notes = [*left.notes, *right.notes, *of_maps, *(note for _, found in filled for note in found)]
    return LogPair(filled[0][0], filled[1][0], tuple(dict.fromkeys(notes)))


def _is_events(log: Log) -> bool:
    return log.log_map.rows == "events"


def _moved(log: Log, bars: Log | None, other: Log, calendar: BarGrid | None) -> Log:
    log_map, where = log.log_map, str(log.path)
    if calendar is not None and log_map.calendar != CONTINUOUS:
        frame = to_bar_opens(log.frame, log_map, calendar, where)
    elif log_map.calendar == CONTINUOUS:
        frame = to_bar_opens(log.frame, log_map, None, where)
    elif bars is not None and (log_map.fill_delay_bars or log_map.bar_us is None):
        frame = _moved_by_symbol(log, bars)
    elif _is_events(log) and _is_events(other) and log_map.bar_us is None and not log_map.snap:
        frame = _unmoved(log, other)
    else:
        frame = to_bar_opens(log.frame, log_map, None, where)
    refuse_repeats(frame, where)
    return replace(log, frame=frame)


def _moved_by_symbol(log: Log, bars: Log) -> pl.DataFrame:
    parts = []
    for frame in log.frame.partition_by("symbol", maintain_order=True):
        symbol = frame["symbol"][0]
        theirs = bars.frame.filter(pl.col("symbol") == symbol)
        grid = grid_of_log(theirs, f"{symbol} in {bars.path}")
        parts.append(to_bar_opens(frame, log.log_map, grid, str(log.path)) if theirs.height else frame)
    return pl.concat(parts) if parts else log.frame


def _unmoved(log: Log, other: Log) -> pl.DataFrame:
    mine, theirs = ((item.log_map.stamp, item.log_map.fill_delay_bars) for item in (log, other))
    if mine != theirs:
        raise ConfigError(
            "both logs hold events only, stamped differently, and nothing says which bars there are",
            where=str(log.path),
            remedy="Give --calendar XNYS, or --set calendar=continuous --set bar=1h for a market that never closes.",
        )
    return log.frame


def _filled(log: Log, other: Log, calendar: BarGrid | None) -> tuple[Log, list[str]]:
    if not _is_events(log):
        return log, []
    if log.log_map.absent != "reject":
        return log, [f"{log.path}: events only; a bar that it does not mention is absent, not rejected"]
    if log.frame.height == 0:
        return log, [f"{log.path}: no event at all; nothing was filled in"]
    bars, whose = _bars_for(log, other, calendar)
    if bars is None:
        fact = "no calendar or full log says which bars there were, so only bars with an event are compared"
        return log, [f"{log.path}: events only; {fact}"]
    mentioned = log.frame.select(KEYS)
    absent = bars.join(mentioned, on=KEYS, how="anti").with_columns(pl.lit(REJECT).alias("decision"))
    if "direction" in log.frame.columns:
        absent = absent.with_columns(pl.lit(NO_DIRECTION).alias("direction"))
    frame = pl.concat([log.frame, absent], how="diagonal").sort(KEYS)
    note = f"{log.path}: events only; {absent.height:,} bars of {whose} without one are read as rejects"
    return replace(log, frame=frame), [note]


def _bars_for(log: Log, other: Log, calendar: BarGrid | None) -> tuple[pl.DataFrame | None, str]:
    symbols = log.frame.select("symbol").unique()
    if not _is_events(other):
        return other.frame.select(KEYS).join(symbols, on="symbol", how="semi"), str(other.path)
    stamps = pl.concat([log.frame["timestamp"], other.frame["timestamp"]]).dt.epoch("us")
    first, last = int(stamps.min()), int(stamps.max())  # type: ignore[arg-type]
    opens = _opens_between(first, last, log.log_map, calendar)
    if opens is None:
        return None, ""
    column = pl.Series("timestamp", opens).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    name = "the calendar, from the first event of both logs to the last,"
    return pl.DataFrame([column]).join(symbols, how="cross").select(KEYS), name


def _opens_between(first: int, last: int, log_map: LogMap, calendar: BarGrid | None) -> Int64Array | None:
    if log_map.calendar == CONTINUOUS and log_map.bar_us is not None:
        length = log_map.bar_us
        if (last - first) // length > _MOST_BARS:
            raise ConfigError(
                f"would have {(last - first) // length:,} bars of {log_map.bar}",
                where="the logs' span",
                remedy="Correct the timestamps of the logs, or `bar` in the map.",
            )
        return np.arange(-(-first // length) * length, last + 1, length, dtype=np.int64)
    if calendar is None:
        return None
    low, high = np.searchsorted(calendar.open_us, [first, last + 1], side="left")
    return calendar.open_us[low:high]
