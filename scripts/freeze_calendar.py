"""Freeze the XNYS sessions of exchange_calendars into the small table that HyprL reads at run time.

exchange_calendars takes seconds and a hundred megabytes to import; the table takes neither. Run this when the
exchange announces new holidays: `python scripts/freeze_calendar.py`.
"""

from __future__ import annotations

from pathlib import Path

import exchange_calendars
import numpy as np
import pandas as pd

FIRST, LAST = "2005-01-03", "2028-12-31"
TARGET = Path(__file__).resolve().parents[1] / "src" / "hyprl" / "embedded" / "xnys_sessions.npz"


def freeze(target: Path = TARGET) -> int:
    """Write day (since 1970), open and close (UTC, seconds) of every session; return the count."""
    calendar = exchange_calendars.get_calendar("XNYS", start=FIRST, end=LAST)
    schedule = calendar.schedule
    np.savez_compressed(
        target,
        session=schedule.index.values.astype("datetime64[D]").astype(np.int32),
        open_utc_s=_seconds(schedule["open"]),
        close_utc_s=_seconds(schedule["close"]),
        span=np.array([np.datetime64(FIRST), np.datetime64(LAST)], dtype="datetime64[D]").astype(np.int32),
    )
    return len(schedule)


def _seconds(column: pd.Series) -> np.ndarray:
    return (
        column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
    )


if __name__ == "__main__":
    print(f"{freeze()} sessions -> {TARGET.name}, {TARGET.stat().st_size} bytes")
