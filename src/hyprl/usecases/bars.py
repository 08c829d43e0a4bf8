"""Bars: validate a file, make hours of minutes, compare two vendors, fetch from one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hyprl.config import BarsConfig, load_config

if TYPE_CHECKING:  # each use case loads what it calls
    from hyprl.bars.aggregate import Aggregated
    from hyprl.bars.compare import Comparison
    from hyprl.bars.findings import ValidationReport
    from hyprl.bars.read import LoadedBars


@dataclass(frozen=True, slots=True)
class BarsRequest:
    """Which bars, and how they are read; `config` None: the built-in one."""

    file: Path
    symbol: str
    config: Path | None = None
    timezone: str | None = None

    def settings(self) -> BarsConfig:
        """Read the config's policies and splits. Raises ConfigError."""
        return load_config(self.config).bars


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Whose bars to fetch, exchange-local dates, both included, and where to write them."""

    symbol: str
    start: date
    end: date
    out: Path
    config: Path | None = None


def validate_bars(request: BarsRequest) -> ValidationReport:
    """Say what is wrong with a file; a refused rule is in the report. Raises BarFileError or CalendarError."""
    from hyprl.bars.read import examine_bars

    settings = request.settings()
    return examine_bars(request.file, request.symbol, settings, timezone=request.timezone).report


def aggregate_bars(request: BarsRequest, out: Path) -> Aggregated:
    """Make session hours of a file's bars of 1 to 30 minutes and write them. Raises DataError, OutputError."""
    from hyprl.bars.aggregate import aggregate_file
    from hyprl.bars.write import require_format, write_bars

    require_format(out)
    hours = aggregate_file(request.file, request.symbol, request.settings(), timezone=request.timezone)
    write_bars(hours.series, out)
    return hours


def compare_bars(request: BarsRequest, other: Path) -> Comparison:
    """Measure how far a file's hourly prices are from another vendor's bars. Raises DataError."""
    from hyprl.bars.compare import compare_with_file
    from hyprl.bars.read import read_bars

    settings, zone = request.settings(), request.timezone
    ours = read_bars(request.file, request.symbol, settings, timezone=zone).series
    return compare_with_file(ours, other, settings, timezone=zone)


def fetch_bars(request: FetchRequest) -> LoadedBars:
    """Fetch closed hourly bars from yfinance and write them. Raises DataError, MissingExtraError, OutputError."""
    from hyprl.bars.fetch import fetch_yfinance
    from hyprl.bars.write import require_format, write_bars

    require_format(request.out)
    config = load_config(request.config).bars
    fetched = fetch_yfinance(request.symbol, request.start, request.end, config)
    write_bars(fetched.series, request.out)
    return fetched
