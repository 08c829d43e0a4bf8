"""Equity recorded by another engine, by bar."""

from __future__ import annotations

import math
from pathlib import Path

from hyprl.errors import DataError


def read_equity(path: Path, symbol: str, timezone: str | None = None) -> dict[int, float]:
    """Read (timestamp, equity) from CSV or Parquet, or from a HyprL trace; keys are bar opens in µs UTC.

    Raises DataError for a file that holds something else or a trace of another symbol, TraceError for a damaged one.
    """
    times, values = _traced(path, symbol) if path.suffix == ".jsonl" else _listed(path, timezone)
    equity = dict(zip(times, values, strict=True))
    if len(equity) != len(times) or not all(math.isfinite(value) for value in values):
        raise DataError(
            "holds a bar twice, or an equity that is not a finite number",
            where=str(path),
            remedy="Give one row per bar: timestamp, equity.",
        )
    return equity


def _traced(path: Path, symbol: str) -> tuple[list[int], list[float]]:
    from hyprl.trace.read import read_trace

    records = read_trace(path).records
    others = sorted({record.symbol for record in records} - {symbol})
    if others:
        raise DataError(
            f"is a trace of {others[0]}, this run is of {symbol}",
            where=str(path),
            remedy="Give the other engine's trace of the same symbol.",
        )
    return [record.timestamp_utc_us for record in records], [record.equity for record in records]


def _listed(path: Path, timezone: str | None) -> tuple[list[int], list[float]]:
    from hyprl.bars.sentiment import read_timed_values
    from hyprl.tables.spellings import EQUITIES

    times, values = read_timed_values(path, EQUITIES, timezone=timezone)
    return times.tolist(), values.tolist()
