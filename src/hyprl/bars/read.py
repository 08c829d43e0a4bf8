"""Reads a bar file: the one door through which both engines get history."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyprl.bars.columns import read_raw_bars
from hyprl.bars.findings import ValidationReport
from hyprl.bars.validate import validate
from hyprl.config import BarsConfig
from hyprl.domain.bars import BarSeries
from hyprl.errors import BarFileError


@dataclass(frozen=True, slots=True)
class LoadedBars:
    """Validated bars and what validation found in them."""

    series: BarSeries
    report: ValidationReport


def read_bars(path: Path, symbol: str, config: BarsConfig, *, timezone: str | None = None) -> LoadedBars:
    """Read, adjust and validate hourly session bars of one symbol from CSV (also .gz) or Parquet.

    `timezone` is the IANA zone of naive timestamps; aware ones keep their own. Raises BarFileError for a file
    that cannot be read as bars, BarRuleError for a broken rule whose policy is `refuse`, CalendarError for a
    bar outside the session table.
    """
    loaded = examine_bars(path, symbol, config, timezone=timezone)
    require_bars(loaded.report)
    return loaded


def require_bars(report: ValidationReport) -> None:
    """Raise BarRuleError for a refused rule, BarFileError when the policies dropped every bar."""
    report.raise_refusals()
    if not report.bars_kept:
        raise BarFileError(
            f"no bar of {report.symbol} is left after the policies dropped {report.bars_read}",
            where=report.source,
            remedy="See which rule dropped them: hyprl bars validate.",
        )


def examine_bars(path: Path, symbol: str, config: BarsConfig, *, timezone: str | None = None) -> LoadedBars:
    """Read and validate as `read_bars` does, but leave refused rules to the report instead of raising."""
    series, report = validate(read_raw_bars(path, symbol, timezone), config)
    return LoadedBars(series, report)
