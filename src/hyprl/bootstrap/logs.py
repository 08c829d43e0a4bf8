"""Load two signal logs for a comparison: maps, the calendar that they name, both sides on the same bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from hyprl.bars.calendar import session_hours, whole_grid
from hyprl.domain.bars import Int64Array
from hyprl.parity.bar_times import BarGrid
from hyprl.parity.load import load_signal_log
from hyprl.parity.logmap import LogMap, load_log_map
from hyprl.parity.pairing import LogPair, needs_calendar, pair_logs


@dataclass(frozen=True, slots=True)
class MapChoice:
    """Which map reads each side: a ready name or a file; None reads a log as docs/parity.md says.

    `settings` are KEY=VALUE that override a key of both.
    """

    left: str | None = None
    right: str | None = None
    settings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, both: str | None, left: str | None, right: str | None, settings: Sequence[str] = ()
    ) -> MapChoice:
        """Let a side's own map go before the one of both."""
        return cls(left or both, right or both, tuple(settings))

    def load(self) -> tuple[LogMap, LogMap]:
        """Return both maps. Raises ConfigError."""
        return load_log_map(self.left, self.settings), load_log_map(self.right, self.settings)


def load_pair(
    left: Path, right: Path, choice: MapChoice | None = None, calendar: str | None = None
) -> LogPair:
    """Load two logs through their maps and bring them to the same bars; `calendar` is None or XNYS.

    Raises SignalLogError, TraceError or ConfigError.
    """
    maps = (choice or MapChoice()).load()
    logs = [load_signal_log(path, log_map) for path, log_map in zip((left, right), maps, strict=True)]
    return pair_logs(logs[0], logs[1], calendar_bars(calendar, *maps))


def calendar_bars(calendar: str | None, *maps: LogMap) -> BarGrid | None:
    """Return the XNYS bars when the user or a map names them."""
    if calendar is None and not needs_calendar(*maps):
        return None
    grid = whole_grid()
    return BarGrid("XNYS", grid.open_utc_us, grid.close_utc_us)


def expected_opens(frames: Sequence[pl.DataFrame]) -> Int64Array:
    """Return the XNYS bar opens, µs UTC, from the first to the last bar of the logs; empty for empty logs."""
    stamps = pl.concat([frame["timestamp"] for frame in frames])
    first, last = stamps.min(), stamps.max()
    if first is None or last is None:
        return np.empty(0, dtype=np.int64)
    edge = timedelta(days=1)  # a UTC date and its exchange date differ by at most one
    grid = session_hours(first.date() - edge, last.date() + edge)  # type: ignore[union-attr]
    ends = stamps.dt.epoch("us")
    return grid.between(int(ends.min()), int(ends.max()) + 1).open_utc_us  # type: ignore[arg-type]
