"""From a file and dates to a run's window of bars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np

from hyprl.bars.calendar import days_since_epoch, table_span, whole_grid, window_us
from hyprl.bars.embedded import load_embedded
from hyprl.bars.findings import ValidationReport
from hyprl.bars.read import LoadedBars, read_bars
from hyprl.config import HyprLConfig
from hyprl.domain.bars import BarSeries
from hyprl.domain.instants import iso_utc, moment_of
from hyprl.domain.trades import RunWindow
from hyprl.errors import ConfigError, DataError


def load_bars(path: Path | None, symbol: str, config: HyprLConfig, timezone: str | None = None) -> LoadedBars:
    """Read a bar file, or the embedded synthetic bars where `path` is None.

    Raises DataError children; ConfigError when the embedded bars are asked for another symbol than NVDA.
    """
    if path is not None:
        return read_bars(path, symbol, config.bars, timezone=timezone)
    loaded = load_embedded(config.bars)
    if loaded.series.symbol != symbol:
        raise ConfigError(
            f"the embedded bars are {loaded.series.symbol}, not {symbol}",
            where="--symbol",
            remedy="Give the bars of your symbol: --bars FILE.",
        )
    return loaded


def bar_notes(report: ValidationReport) -> tuple[str, ...]:
    """Say in one line each what validation found and the policies let through, and what was adjusted."""
    found = [
        f"{finding.rule}: {finding.count} ({finding.policy})" for finding in report.findings if finding.count
    ]
    return (*report.splits, *found)


def trading_days(start: date, end: date) -> int | None:
    """Count the sessions from `start` to `end`, exchange-local dates, both included.

    None for a window that leaves the calendar's table: then only the bars can say.
    """
    first, last = days_since_epoch(start), days_since_epoch(end)
    table_first, table_last = table_span()
    if first < table_first or last > table_last:
        return None
    sessions = np.unique(whole_grid().session)
    return int(np.searchsorted(sessions, last, side="right") - np.searchsorted(sessions, first, side="left"))


def require_trading_day(start: date, end: date, where: str) -> None:
    """Raise ConfigError naming `where` for a window in which the exchange does not trade."""
    if trading_days(start, end) == 0:
        raise ConfigError(
            f"no trading day of XNYS lies in {start} … {end}",
            where=where,
            remedy="Choose dates with a session between them.",
        )


def cut_window(series: BarSeries, start: date, end: date) -> RunWindow:
    """Keep the bars up to `end` and mark where `start` is; exchange-local dates, both included.

    Raises DataError when the window holds no bar.
    """
    if end < start:
        raise ConfigError(
            f"the window ends ({end}) before it starts ({start})", where="--end", remedy="Swap them."
        )
    start_us, end_us = window_us(start, end)
    first, stop = series.index_at(start_us), series.index_at(end_us)
    if first >= stop:
        raise DataError(
            f"no bar lies in {start} … {end}",
            where=f"{series.symbol} ({series.source})",
            remedy=f"The bars span {_span(series)}; choose --start and --end inside.",
        )
    return RunWindow(series.slice(0, stop), first)


def _span(series: BarSeries) -> str:
    return " … ".join(str(moment_of(us).date()) for us in series.open_utc_us[[0, -1]])


def equity_column(equity_by_open: Mapping[int, float], window: RunWindow) -> list[float]:
    """Return the injected equity of each decided bar. Raises DataError naming the first bar without one."""
    opens = window.evaluated.open_utc_us.tolist()
    missing = [us for us in opens if us not in equity_by_open]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(opens)} bars have no equity, the first opens at {iso_utc(missing[0])}",
            where="--parity-equity",
            remedy="Give the other engine's equity for every bar of the window.",
        )
    return [equity_by_open[us] for us in opens]
