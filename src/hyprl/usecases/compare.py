"""Compare two signal logs: read and paired once, judged by a stage's gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.logs.load import load_log, log_of_frame
from hyprl.logs.log import Log, LogPair
from hyprl.logs.logmap import XNYS, LogMap, MapSource, load_log_map
from hyprl.parity.verdict import Compared
from hyprl.parity.verdict import compare as judge_pair
from hyprl.tables.table import is_parquet

if TYPE_CHECKING:  # two foreign logs are compared without a calendar, an engine or the causes
    from hyprl.logs.bar_times import BarGrid
    from hyprl.parity.streamed import Streamed

LIVE_READY = "live-ready"


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


NO_MAPS = MapChoice()


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """Two logs, each a path or a frame of any library that narwhals knows, and how they are read and judged.

    `calendar` is None or XNYS: coverage is measured against its bars, and a map of events may count on them.
    """

    left: object
    right: object
    maps: MapChoice = NO_MAPS
    stage: str = LIVE_READY
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two logs, read and paired, and what the gates make of them; `expected_opens` are the calendar's, µs UTC."""

    pair: LogPair
    result: Compared
    expected_opens: Int64Array | None = None


def compare(request: CompareRequest) -> Comparison:
    """Load, pair and judge two logs. Raises SignalLogError, TraceError or ConfigError."""
    pair = load_pair(request)
    opens = None if request.calendar is None else expected_opens(pair)
    return Comparison(pair, judge_pair(pair, request.stage, opens), opens)


def load_pair(request: CompareRequest) -> LogPair:
    """Load both logs through their maps and bring them to the same bars.

    Raises SignalLogError, TraceError or ConfigError.
    """
    maps = request.maps.load()
    left = _load(request.left, maps[0], "the left log")
    right = _load(request.right, maps[1], "the right log")
    if left.log_map == right.log_map == LogMap():
        return LogPair(left, right, (*left.notes, *right.notes))
    from hyprl.logs.pairing import pair_logs

    return pair_logs(left, right, _calendar_bars(request.calendar, maps))


def _load(log: object, log_map: LogMap, where: str) -> Log:
    if isinstance(log, str | PathLike):
        return load_log(Path(log), log_map)
    from hyprl.logs.frames import as_polars

    return log_of_frame(as_polars(log, where), where, log_map)


def _calendar_bars(calendar: str | None, maps: tuple[LogMap, LogMap]) -> BarGrid | None:
    """Return the XNYS bars when the user or a map names them."""
    if calendar is None and not any(log_map.calendar == XNYS for log_map in maps):
        return None
    from hyprl.bars.calendar import whole_grid
    from hyprl.logs.bar_times import BarGrid

    grid = whole_grid()
    return BarGrid(XNYS, grid.open_utc_us, grid.close_utc_us)


def expected_opens(pair: LogPair) -> Int64Array:
    """Return the XNYS bar opens, µs UTC, from the first to the last bar of either log; empty for empty logs."""
    from hyprl.bars.calendar import opens_between

    stamps = pl.concat([pair.left.frame["timestamp"], pair.right.frame["timestamp"]]).dt.epoch("us")
    if stamps.is_empty():
        return np.empty(0, dtype=np.int64)
    return opens_between(int(stamps.min()), int(stamps.max()))  # type: ignore[arg-type]


def compare_in_stream(request: CompareRequest, *, by_size: bool) -> Streamed | str | None:
    """Compare two sorted Parquet logs batch by batch, or return why that cannot be done.

    None where maps are to be applied, or `by_size` is asked for and neither log is large. Raises ConfigError.
    """
    left, right = Path(str(request.left)), Path(str(request.right))
    if request.maps != NO_MAPS or (by_size and not (is_parquet(left) and is_parquet(right))):
        return None
    from hyprl.parity.streamed import compare_apart, is_large

    if by_size and not is_large(left, right):
        return None
    if request.calendar is None:
        return compare_apart(left, right, request.stage)
    from hyprl.bars.calendar import opens_between

    return compare_apart(left, right, request.stage, opens_between)
