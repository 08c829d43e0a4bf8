"""Load two signal logs for a comparison: maps, the calendar that they name, both sides on the same bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path

import numpy as np
import polars as pl

from hyprl.bars.calendar import session_hours, whole_grid
from hyprl.domain.bars import Int64Array
from hyprl.logs.bar_times import BarGrid
from hyprl.logs.frames import as_polars
from hyprl.logs.load import SignalLog, load_signal_log, log_of_frame
from hyprl.logs.logmap import LogMap, MapSource, load_log_map
from hyprl.logs.pairing import LogPair, needs_calendar, pair_logs

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MapChoice:
    """Which map reads each side: a ready name, a file or a table; None reads a log as docs/parity.md says.

    `settings` are KEY=VALUE that override a key of both.
    """

    left: MapSource = None
    right: MapSource = None
    settings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, both: MapSource, left: MapSource, right: MapSource, settings: Sequence[str] = ()
    ) -> MapChoice:
        """Let a side's own map go before the one of both."""
        own = (both if left is None else left, both if right is None else right)
        return cls(*own, tuple(settings))

    def load(self) -> tuple[LogMap, LogMap]:
        """Return both maps. Raises ConfigError."""
        return load_log_map(self.left, self.settings), load_log_map(self.right, self.settings)


def load_pair(
    left: object, right: object, choice: MapChoice | None = None, calendar: str | None = None
) -> LogPair:
    """Load two logs through their maps and bring them to the same bars; `calendar` is None or XNYS.

    A log is a path or a frame of any library that narwhals knows. Raises SignalLogError, TraceError or ConfigError.
    """
    maps = (choice or MapChoice()).load()
    logs = [_load(left, maps[0], "the left log"), _load(right, maps[1], "the right log")]
    return pair_logs(logs[0], logs[1], calendar_bars(calendar, *maps))


def _load(log: object, log_map: LogMap, where: str) -> SignalLog:
    if isinstance(log, str | PathLike):
        return load_signal_log(Path(log), log_map)
    return log_of_frame(as_polars(log, where), where, log_map)


def calendar_bars(calendar: str | None, *maps: LogMap) -> BarGrid | None:
    """Return the XNYS bars when the user or a map names them."""
    if calendar is None and not needs_calendar(*maps):
        return None
    grid = whole_grid()
    return BarGrid("XNYS", grid.open_utc_us, grid.close_utc_us)


def expected_opens(frames: Sequence[pl.DataFrame]) -> Int64Array:
    """Return the XNYS bar opens, µs UTC, from the first to the last bar of the logs; empty for empty logs."""
    stamps = pl.concat([frame["timestamp"] for frame in frames]).dt.epoch("us")
    if stamps.is_empty():
        return np.empty(0, dtype=np.int64)
    return opens_between(int(stamps.min()), int(stamps.max()))  # type: ignore[arg-type]


def opens_between(first_utc_us: int, last_utc_us: int) -> Int64Array:
    """Return the XNYS bar opens, µs UTC, from `first_utc_us` to `last_utc_us`, both included."""
    edge = timedelta(days=1)  # a UTC date and its exchange date differ by at most one
    dates = [(_EPOCH + timedelta(microseconds=stamp)).date() for stamp in (first_utc_us, last_utc_us)]
    return session_hours(dates[0] - edge, dates[1] + edge).between(first_utc_us, last_utc_us + 1).open_utc_us
