"""Fetches hourly session bars from yfinance (an extra) and validates them as a file would be.

The download is injected, so that it can be replaced; by default it is yfinance's own. Bars that have not closed
yet are left out: a bar is known at its close.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from hyprl.bars.calendar import HOUR_US, whole_grid
from hyprl.bars.columns import RawBars
from hyprl.bars.read import LoadedBars, require_bars
from hyprl.bars.validate import validate
from hyprl.config import BarsConfig
from hyprl.domain.arrays import Int64Array
from hyprl.domain.bars import PRICE_COLUMNS
from hyprl.errors import DataError, MissingExtraError
from hyprl.tables.table import Source

# (symbol, first day, day after the last) -> a pandas DataFrame as yfinance.download returns it
Download = Callable[[str, date, date], Any]
SOURCE = Source("yfinance", DataError)


def yfinance_download(symbol: str, start: date, end_exclusive: date) -> Any:
    """Download 1-hour bars with yfinance. Raises MissingExtraError, or DataError when the vendor refuses."""
    try:
        import yfinance
        from yfinance.exceptions import YFException
    except ImportError as error:
        raise MissingExtraError(
            "yfinance is not installed", where="fetch", remedy="pip install 'hyprl[yfinance]'"
        ) from error
    with _heard("yfinance") as complaints, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside yfinance, which its users cannot mend
        try:
            frame = yfinance.download(
                symbol,
                start=start.isoformat(),
                end=end_exclusive.isoformat(),
                interval="1h",
                auto_adjust=False,
                prepost=False,
                progress=False,
                threads=False,
            )
        except YFException as error:
            raise _unavailable(symbol, str(error)) from error
    if (frame is None or not len(frame)) and complaints:
        raise _unavailable(symbol, complaints[-1])
    return frame


@dataclass(frozen=True, slots=True)
class Vendor:
    """Where fetched bars come from: the download and the clock that tells which bars have closed."""

    download: Download = yfinance_download
    now_seconds: Callable[[], float] = time.time


def fetch_yfinance(
    symbol: str, start: date, end: date, config: BarsConfig, vendor: Vendor | None = None
) -> LoadedBars:
    """Fetch closed 1-hour bars of exchange-local dates `start` to `end`, both included.

    Prices are split-adjusted and not dividend-adjusted. Raises MissingExtraError, DataError when nothing comes
    back (network, unknown symbol, beyond Yahoo's 730 days), BarRuleError for a rule that the config refuses.
    """
    if end < start:
        SOURCE.fail(f"the window ends ({end}) before it starts ({start})", "Swap the two dates.")
    vendor = Vendor() if vendor is None else vendor
    try:
        frame = vendor.download(symbol, start, min(end, date.max - timedelta(days=1)) + timedelta(days=1))
    except OSError as error:
        raise _unavailable(symbol, str(error) or type(error).__name__) from error
    if frame is None or not len(frame):
        SOURCE.fail(
            f"no bars of {symbol} came back for {start} to {end}",
            "Check network and symbol; Yahoo serves hourly bars of the last 730 days only.",
            symbol=symbol,
        )
    raw = raw_from_frame(frame, symbol)
    series, report = validate(raw.take(_closed(raw.open_utc_us, vendor.now_seconds())), config)
    require_bars(report)
    return LoadedBars(series, report)


def raw_from_frame(frame: Any, symbol: str) -> RawBars:
    """Convert yfinance's DataFrame: aware DatetimeIndex, plain columns or (price, ticker) in either order.

    Raises DataError for another shape.
    """
    index = frame.index
    if getattr(index, "tz", None) is None:
        SOURCE.fail("the times that came back have no time zone", "Update yfinance: pip install -U yfinance.")
    opens = index.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    columns = {}
    for name in PRICE_COLUMNS:
        columns[name] = np.array(_column(frame, name.capitalize(), symbol), dtype=np.float64)
    rows = np.arange(1, len(opens) + 1, dtype=np.int64)
    return RawBars(symbol, "yfinance", rows, opens, **columns)


def _column(frame: Any, name: str, symbol: str) -> Any:
    for key in (name, (name, symbol), (symbol, name)):
        if key in list(frame.columns):
            return frame[key]
    return SOURCE.fail(f"no {name} of {symbol} came back", "Update yfinance: pip install -U yfinance.")


def _closed(opens: Int64Array, now_seconds: float) -> Int64Array:
    grid = whole_grid()
    slot = np.minimum(np.searchsorted(grid.open_utc_us, opens), len(grid) - 1)
    on_grid = grid.open_utc_us[slot] == opens
    closes = np.where(on_grid, grid.close_utc_us[slot], opens + HOUR_US)
    return np.flatnonzero(closes <= int(now_seconds * 1_000_000))


@contextmanager
def _heard(logger_name: str) -> Iterator[list[str]]:
    """Collect what a logger says, which a vendor's library uses in place of exceptions, and print none of it."""
    logger, messages = logging.getLogger(logger_name), list[str]()
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    held, spreads = logger.handlers, logger.propagate
    logger.handlers, logger.propagate = [handler], False
    try:
        yield messages
    finally:
        logger.handlers, logger.propagate = held, spreads


def _unavailable(symbol: str, reason: str) -> DataError:
    return DataError(
        f"{symbol} could not be fetched ({' '.join(reason.split())[:160]})",
        where="yfinance",
        remedy="Check the network and try again later, or read the bars from a file.",
        symbol=symbol,
    )
