"""Aggregates a file of 1- to 30-minute bars to session hours: a loop over the live machine of `bars.hours`.

The minute bars are judged by the same rules and policies (a minute without volume is normal and always kept),
the hours then by all rules, as if they had been read. Splits of the config are applied to the hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hyprl.bars.calendar import known_days, whole_grid
from hyprl.bars.columns import RawBars, bar_source, read_raw_bars
from hyprl.bars.findings import RuleFinding, ValidationReport, rule_error, shown_utc
from hyprl.bars.hours import INTERVALS, MINUTE_US, HourAggregator, HourBar
from hyprl.bars.read import require_bars
from hyprl.bars.validate import screen, validate
from hyprl.config import BarsConfig
from hyprl.domain.arrays import Int64Array
from hyprl.domain.bars import PRICE_COLUMNS, Bar, BarSeries


@dataclass(frozen=True, slots=True)
class MinuteReport:
    """What became of the minute bars. `partial` hours lacked some of theirs, `unfinished` had not closed yet."""

    interval_minutes: int
    bars_read: int
    outside_session: int
    findings: tuple[RuleFinding, ...]
    partial: tuple[HourBar, ...]
    unfinished: HourBar | None

    def to_dict(self) -> dict[str, object]:
        """Return the report for JSON."""
        partial = [
            {"timestamp": shown_utc(hour.open_utc_us), "parts": hour.parts, "expected": hour.parts_expected}
            for hour in self.partial
        ]
        return {
            "interval_minutes": self.interval_minutes,
            "bars_read": self.bars_read,
            "outside_session": self.outside_session,
            "rules": [finding.to_dict() for finding in self.findings],
            "partial_hours": {"count": len(partial), "examples": partial[:1000]},
            "unfinished_hour": shown_utc(self.unfinished.open_utc_us)
            if self.unfinished is not None
            else None,
        }


@dataclass(frozen=True, slots=True)
class Aggregated:
    """Hours made from minutes, the hours' validation and the minutes' own report."""

    series: BarSeries
    report: ValidationReport
    minutes: MinuteReport


def aggregate_file(path: Path, symbol: str, config: BarsConfig, *, timezone: str | None = None) -> Aggregated:
    """Read minute bars stamped at their open and return session hours.

    Bars outside the session are ignored and counted; an hour that the file ends in the middle of is reported and
    left out. Raises what `read_bars` raises, and BarFileError for bars that are not of 1 to 30 minutes.
    """
    return aggregate_minutes(read_raw_bars(path, symbol, timezone), config)


def aggregate_minutes(raw: RawBars, config: BarsConfig) -> Aggregated:
    """Aggregate raw minute bars; see `aggregate_file`."""
    known_days(raw.open_utc_us, lambda index: f"{raw.source}, row {raw.row[index]}")
    grid = whole_grid()
    slot = np.searchsorted(grid.open_utc_us, raw.open_utc_us, side="right") - 1
    inside = (slot >= 0) & (raw.open_utc_us < grid.close_utc_us[slot])
    kept = raw.take(np.flatnonzero(inside))
    minutes = _interval_minutes(kept)
    aligned = (kept.open_utc_us - grid.open_utc_us[slot[inside]]) % (minutes * MINUTE_US) == 0
    policy = config.policy.model_copy(update={"zero_volume": "keep"})
    clean, findings = screen(kept, aligned, config.model_copy(update={"policy": policy}))
    refused = tuple(finding for finding in findings if finding.refused)
    if refused:
        raise rule_error(refused, raw.source, len(raw))
    hours, unfinished = _hours(clean, minutes)
    if not hours:
        bar_source(raw.source).fail("has no whole hour inside a session", "Check --timezone and the dates.")
    series, report = validate(_as_raw(hours, raw), config)
    require_bars(report)
    partial = tuple(hour for hour in hours if hour.partial)
    outside = len(raw) - len(kept)
    return Aggregated(series, report, MinuteReport(minutes, len(raw), outside, findings, partial, unfinished))


def _interval_minutes(raw: RawBars) -> int:
    """The usual distance of neighbours; one bar alone is taken for a 1-minute bar."""
    steps = np.diff(np.unique(raw.open_utc_us))
    if not len(steps):
        return 1
    values, counts = np.unique(steps, return_counts=True)
    usual = int(values[np.argmax(counts)])
    if usual % MINUTE_US or usual // MINUTE_US not in INTERVALS:
        bar_source(raw.source).fail(
            f"has bars {usual / MINUTE_US:g} minutes apart, not of 1 to 30 minutes",
            "Aggregation takes minute bars; hourly session bars are used as they are.",
        )
    return usual // MINUTE_US


def _hours(raw: RawBars, interval_minutes: int) -> tuple[list[HourBar], HourBar | None]:
    machine = HourAggregator(interval_minutes)
    columns = (getattr(raw, name).tolist() for name in PRICE_COLUMNS)
    hours: list[HourBar | None] = []
    for opened, values in zip(raw.open_utc_us.tolist(), zip(*columns, strict=True), strict=True):
        hours.append(machine.push(opened, Bar(*values)))
    if len(raw):
        hours.append(machine.flush(int(raw.open_utc_us[-1]) + machine.interval_us))
    return [hour for hour in hours if hour is not None], machine.pending


def _as_raw(hours: list[HourBar], minutes: RawBars) -> RawBars:
    opens: Int64Array = np.array([hour.open_utc_us for hour in hours], dtype=np.int64)
    values = np.array([hour.bar for hour in hours], dtype=np.float64)
    columns = {name: np.ascontiguousarray(values[:, nth]) for nth, name in enumerate(PRICE_COLUMNS)}
    rows = np.arange(1, len(hours) + 1, dtype=np.int64)
    return RawBars(minutes.symbol, minutes.source, rows, opens, **columns)
