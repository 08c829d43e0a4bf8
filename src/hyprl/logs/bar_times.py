"""Move each row's instant to the open of the bar that it was decided on: close stamps, fills, the bars of a calendar.

The bars come as arrays, because the judge reads no calendar: from the caller (XNYS), from the other log, or, on a
continuous market, from the bar length alone (bars open at whole multiples of it since 1970, UTC).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hyprl.domain.arrays import BoolArray, Int64Array
from hyprl.domain.instants import iso_utc
from hyprl.errors import ConfigError, SignalLogError
from hyprl.logs.logmap import LogMap


@dataclass(frozen=True, slots=True)
class BarGrid:
    """Bars in time order: opens and closes as microseconds UTC, equally long. `name` says whose they are.

    A grid that is not `complete` may lack bars: it was taken from a log. Where `before_gap`, the close is the latest
    that it can be: the bar may be shorter, as the last of a session is.
    """

    name: str
    open_us: Int64Array
    close_us: Int64Array
    complete: bool = True
    before_gap: BoolArray | None = None


def grid_of_log(frame: pl.DataFrame, where: str) -> BarGrid:
    """Take the bars from a log that has a row for each: a bar ends where the next begins, or after the usual time."""
    opens = frame["timestamp"].unique().sort().dt.epoch("us").to_numpy()
    if len(opens) < 2:
        return BarGrid(where, opens, opens + 1, complete=False)
    spacing = np.diff(opens)
    lengths, counts = np.unique(spacing, return_counts=True)
    usual = lengths[np.argmax(counts)]
    before_gap = np.append(spacing > usual, True)
    closes = np.where(before_gap, opens + usual, np.append(opens[1:], 0))
    return BarGrid(where, opens, closes, complete=False, before_gap=before_gap)


def to_bar_opens(frame: pl.DataFrame, log_map: LogMap, grid: BarGrid | None, where: str) -> pl.DataFrame:
    """Return a normalised log whose timestamps are the opens of the bars that were decided.

    Raises ConfigError when that needs bars and there are none, SignalLogError for a row that is of no bar.
    """
    if log_map.stamp == "open" and not log_map.snap and not log_map.fill_delay_bars:
        return frame
    instants = frame["timestamp"].dt.epoch("us").to_numpy()
    opens = _by_length(instants, log_map, where) if grid is None else _on_grid(instants, log_map, grid, where)
    moved = pl.Series("timestamp", opens).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return frame.with_columns(moved)


def _on_grid(instants: Int64Array, log_map: LogMap, grid: BarGrid, where: str) -> Int64Array:
    index, inside = _places(instants, log_map, grid)
    earlier = index - log_map.fill_delay_bars
    placed = inside & (earlier >= 0)
    if not grid.complete and 2 * int(placed.sum()) >= len(placed):
        # Another log need not have every bar: what it cannot place stays at its own time and shows as one-sided.
        return np.where(placed, grid.open_us[np.where(placed, earlier, 0)], instants)
    _refuse(~inside, instants, where, f"is of no bar of {grid.name} (read as the {_stamp(log_map)} of a bar)")
    _refuse(~placed, instants, where, f"was decided before the first bar of {grid.name}")
    return grid.open_us[earlier]


def _places(instants: Int64Array, log_map: LogMap, grid: BarGrid) -> tuple[Int64Array, BoolArray]:
    closed, count = log_map.stamp == "close", len(grid.open_us)
    if not count:
        return np.zeros(len(instants), np.int64), np.zeros(len(instants), np.bool_)
    edges = grid.close_us if closed else grid.open_us
    exact = closed or not log_map.snap
    index = np.searchsorted(edges, instants, side="left" if exact else "right") - (0 if exact else 1)
    place = np.clip(index, 0, count - 1)
    starts, ends = grid.open_us[place], grid.close_us[place]
    if not log_map.snap:
        found = edges[place] == instants
        if closed and grid.before_gap is not None:
            found |= grid.before_gap[place] & (starts < instants) & (instants <= ends)
    elif closed:
        found = (starts < instants) & (instants <= ends)
    else:
        found = (starts <= instants) & (instants < ends)
    inside: BoolArray = found & (index >= 0) & (index < count)
    return index, inside


def _by_length(instants: Int64Array, log_map: LogMap, where: str) -> Int64Array:
    length = log_map.bar_us
    if length is None:
        raise ConfigError(
            "needs the bars to tell which bar a row was decided on",
            where=where,
            remedy="Give --calendar XNYS, or --set bar=1h (and --set calendar=continuous where no market closes).",
        )
    if log_map.calendar is None and log_map.fill_delay_bars:
        raise ConfigError(
            "needs a calendar: the bar before a fill may lie before a night or a weekend",
            where=where,
            remedy="Give --calendar XNYS, or --set calendar=continuous for a market that never closes.",
        )
    opens = instants - (length if log_map.stamp == "close" else 0)
    if log_map.snap:
        # A close belongs to the bar that ends there, an open to the one that begins there.
        opens = (
            -(-instants // length) * length - length if log_map.stamp == "close" else opens // length * length
        )
    elif log_map.calendar is not None:
        _refuse(opens % length != 0, instants, where, f"is no {_stamp(log_map)} of a {log_map.bar} bar")
    moved: Int64Array = opens - log_map.fill_delay_bars * length
    return moved


def _stamp(log_map: LogMap) -> str:
    return f"inside ({log_map.stamp})" if log_map.snap else log_map.stamp


def _refuse(bad: BoolArray, instants: Int64Array, where: str, fact: str) -> None:
    if not bad.any():
        return
    row = int(np.argmax(bad))
    more = f" (and {int(bad.sum()) - 1} more rows)" if bad.sum() > 1 else ""
    raise SignalLogError(
        f"row {row + 1}: {iso_utc(int(instants[row]))} {fact}{more}",
        where=where,
        remedy="Say in the map how the log is stamped: stamp, snap, timezone, calendar, fill_delay_bars.",
    )
