"""Equity recorded by another engine, by bar."""

from __future__ import annotations

import math
from pathlib import Path

from hyprl.errors import DataError


def read_equity(path: Path, timezone: str | None = None) -> dict[int, float]:
    """Read (timestamp, equity) from CSV or Parquet, or from a HyprL trace; keys are bar opens in µs UTC.

    Raises DataError for a file that holds something else, TraceError for a damaged trace.
    """
    if path.suffix == ".jsonl":
        from hyprl.trace.read import read_trace

        return {record.timestamp_utc_us: record.equity for record in read_trace(path).records}
    from hyprl.bars.sentiment import read_timed_values

    times, values = read_timed_values(path, ("equity", "equityusd", "accountequity"), timezone=timezone)
    equity = dict(zip(times.tolist(), values.tolist(), strict=True))
    if len(equity) != len(times) or not all(math.isfinite(value) for value in equity.values()):
        raise DataError(
            "holds a bar twice, or an equity that is not a finite number",
            where=str(path),
            remedy="Give one row per bar: timestamp, equity.",
        )
    return equity
