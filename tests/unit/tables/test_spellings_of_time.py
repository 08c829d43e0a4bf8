"""One table of spellings of a time, and one outcome for each in bars, logs, sentiment, frames and the recorder."""

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hyprl.bars.columns import read_raw_bars
from hyprl.bars.sentiment import read_timed_values
from hyprl.errors import BarFileError, DataError, HyprLError, SignalLogError, TraceError
from hyprl.logs.load import load_log, log_of_frame
from hyprl.logs.logmap import LogMap
from hyprl.trace import record

HALF_PAST = 1736951400_000000  # 2025-01-15 14:30 UTC, 09:30 in New York
MIDNIGHT = 1736899200_000000  # 2025-01-15 00:00 UTC
MILLI, SUMMER = HALF_PAST + 123_000, 1741012200_000000  # the latter 2025-03-03 14:30 UTC
UNREAD, NAIVE, FINER, NO_EPOCH = "can be read", "is naive", "finer than a microsecond", "not an epoch"
NOT_ONCE, NO_ZONE, OUTSIDE, MISSING = (
    "twice or never",
    "no time zone that is known",
    "outside the years",
    "missing|has no timestamp",
)

SPELLINGS = {
    # with a zone
    "2025-01-15T14:30:00Z": HALF_PAST,
    "2025-01-15 14:30:00+00:00": HALF_PAST,
    "2025-01-15 14:30:00+00": HALF_PAST,
    "2025-01-15T09:30:00-0500": HALF_PAST,
    "2025-01-15T09:30:00-05:00": HALF_PAST,
    "2025-01-15 20:00 +05:30": HALF_PAST,
    "2025-01-15T14:30Z": HALF_PAST,
    "2025-01-15t14:30:00z": HALF_PAST,
    "2025-01-15_14:30:00Z": HALF_PAST,
    " 2025-01-15 14:30:00 UTC ": HALF_PAST,
    "2025-01-15 14:30:00 GMT": HALF_PAST,
    "2025/01/15 14:30:00Z": HALF_PAST,
    "2025/1/15 9:30-05:00": HALF_PAST,
    "2025.01.15 14:30Z": HALF_PAST,
    "20250115 14:30Z": HALF_PAST,
    "20250115T143000Z": HALF_PAST,
    "20250115  14:30:00 UTC": HALF_PAST,
    "20250303 09:30:00 US/Eastern": SUMMER,
    "2025-03-03 09:30 America/New_York": SUMMER,
    "2025-01-15Z": MIDNIGHT,
    "2025-01-15 14:30:00 Mars/Base": NO_ZONE,
    "2025-11-02 01:30:00 US/Eastern": NOT_ONCE,
    "2025-03-09 02:30:00 US/Eastern": NOT_ONCE,
    # parts of a second
    "2025-01-15T14:30:00.1Z": HALF_PAST + 100_000,
    "2025-01-15T14:30:00,123Z": MILLI,
    "2025-01-15T14:30:00.123Z": MILLI,
    "2025-01-15T14:30:00.123000Z": MILLI,
    "2025-01-15T14:30:00.0000000Z": HALF_PAST,
    "2025-01-15T14:30:00.000001Z": HALF_PAST + 1,
    "2025-01-15T14:30:00.123000000Z": MILLI,
    "2025-01-15T14:30:00.0000001Z": FINER,
    "2025-01-15T14:30:00.123456789Z": FINER,
    "2025-01-15T14:30:00.1234567891Z": UNREAD,
    # without a zone
    "2025-01-15T14:30:00": NAIVE,
    "2025-01-15 14:30": NAIVE,
    "20250115 14:30": NAIVE,
    "20250115 143000": NAIVE,
    "2025/01/15 14:30:00": NAIVE,
    "2025-01-15": NAIVE,
    "2025-01-15 14:30:00.5": NAIVE,
    # numbers as text
    "1736951400": HALF_PAST,
    "1736951400.0": HALF_PAST,
    "1736951400.5": HALF_PAST + 500_000,
    "1736951400.123456": HALF_PAST + 123_456,
    "1736951400.1234567": FINER,
    "1736951400000": HALF_PAST,
    "1736951400123": MILLI,
    "1736951400000000": HALF_PAST,
    "1736951400000000000": HALF_PAST,
    "1736951400000000001": FINER,
    "9" * 19: NO_EPOCH,
    "9" * 20: UNREAD,
    # numbers
    1736951400: HALF_PAST,
    1736951400.5: HALF_PAST + 500_000,
    1736951400.123456: HALF_PAST + 123_456,
    1736951400123: MILLI,
    1736951400123.5: MILLI + 500,
    1736951400000001: HALF_PAST + 1,
    1736951400123000000: MILLI,
    1736951400000000100: FINER,
    20250115: NO_EPOCH,
    202501151430: NO_EPOCH,
    "202501151430": NO_EPOCH,
    "20250115143000": NO_EPOCH,
    0: NO_EPOCH,
    -1736951400: NO_EPOCH,
    # what is no time, or two
    "2025-01-15T14:30:00ZZ": UNREAD,
    "2025-01-15T14:30:00+00:00Z": UNREAD,
    "2025-01-15T14:30:00-05:00Z": UNREAD,
    "2025-01-15T14:30:00+25:00": UNREAD,
    "2025-01-15 -05:00": UNREAD,
    "01/15/2025 14:30Z": UNREAD,
    "15.01.2025 14:30Z": UNREAD,
    "20250115": UNREAD,
    "2025-13-15T14:30:00Z": UNREAD,
    "2025-02-29T14:30:00Z": UNREAD,
    "2025-01-15T24:00:00Z": UNREAD,
    "2025-01-15T14:30:60Z": UNREAD,
    "2025-01-15 930Z": UNREAD,
    "2025-01-15 02:30 PM": UNREAD,
    "2025-W03-3T14:30Z": UNREAD,
    "2025-01-15 14:30:00 EST": UNREAD,
    "soon": UNREAD,
    "0001-01-01T00:00:00+14:00": OUTSIDE,
    "9999-12-31T23:59:59-14:00": OUTSIDE,
}  # fmt: skip
LOCAL = {
    "2025-01-15 09:30": HALF_PAST,
    "20250115 09:30": HALF_PAST,
    "2025-01-15T09:30:00.500": HALF_PAST + 500_000,
    "2025/1/15 9:30": HALF_PAST,
    "2025-01-15": MIDNIGHT + 5 * 3_600_000_000,
    "2025-01-15T14:30:00Z": HALF_PAST,
    "20250115 23:30 Asia/Tokyo": HALF_PAST,
    "2025-11-02 01:30": NOT_ONCE,
    "2025-03-09 02:30:00": NOT_ONCE,
}
STORED = {
    "aware": (datetime(2025, 1, 15, 9, 30, tzinfo=timezone(timedelta(hours=-5))), HALF_PAST),
    "pandas": (pd.Timestamp("2025-01-15 09:30", tz="America/New_York"), HALF_PAST),
    "pandas, finer": (pd.Timestamp(1736951400_000000001, tz="UTC"), FINER),
    "naive": (datetime(2025, 1, 15, 14, 30), NAIVE),
    "date": (date(2025, 1, 15), NAIVE),
}


def outcome(read, error: type[HyprLError]) -> int | str:
    """Return the instant, or what the refusal says."""
    try:
        return read()
    except error as refused:
        assert refused.remedy
        return refused.what


def of_text(cell: object, names: str) -> str:
    text = StringIO()
    csv.writer(text).writerow([cell, *names])
    return text.getvalue()


def of_bars(file: Path, zone: str | None = None) -> int:
    return int(read_raw_bars(file, "NVDA", zone).open_utc_us[0])


def of_scores(file: Path, zone: str | None = None) -> int:
    return int(read_timed_values(file, ("close",), timezone=zone)[0][0])


def of_log(file: Path, zone: str | None = None) -> int:
    return _first(load_log(file, LogMap(timezone=zone)).frame)


def of_record(file: Path, value: object) -> int:
    file.unlink(missing_ok=True)
    record(file, value, "NVDA", "long")
    return _first(load_log(file).frame)


def _first(frame: pl.DataFrame) -> int:
    return int(frame["timestamp"].dt.epoch("us")[0])


def in_files(folder: Path, column: pl.Series) -> Path:
    """Write one row that is a bar, a score and a decision; as CSV where the time is text."""
    table = pl.DataFrame([column.alias("timestamp")]).with_columns(
        pl.lit("NVDA").alias("symbol"), pl.lit("emit").alias("decision"),
        *(pl.lit(1.0).alias(name) for name in ("open", "high", "low", "close", "volume")),
    )  # fmt: skip
    if column.dtype == pl.String:
        table.write_csv(folder / "table.csv")
        return folder / "table.csv"
    table.write_parquet(folder / "table.parquet")
    return folder / "table.parquet"


def outcomes(tmp_path: Path, value: object, column: pl.Series) -> dict[str, int | str]:
    file = in_files(tmp_path, column)
    frame = column.alias("timestamp").to_frame().with_columns(symbol=pl.lit("A"), decision=pl.lit("long"))
    return {
        "bars": outcome(lambda: of_bars(file), BarFileError),
        "scores": outcome(lambda: of_scores(file), DataError),
        "log": outcome(lambda: of_log(file), SignalLogError),
        "frame": outcome(lambda: _first(log_of_frame(frame, "the frame").frame), SignalLogError),
        "recorder": outcome(lambda: of_record(tmp_path / "r.jsonl", value), TraceError),
    }


def require(found: dict[str, int | str], expected: int | str) -> None:
    if isinstance(expected, int):
        assert found == dict.fromkeys(found, expected)
    else:
        assert {name: expected in str(said) for name, said in found.items()} == dict.fromkeys(found, True), (
            found
        )


@pytest.mark.parametrize("value", SPELLINGS)
def test_a_spelling_has_one_outcome_everywhere(tmp_path, value) -> None:
    require(outcomes(tmp_path, value, pl.Series([value])), SPELLINGS[value])


@pytest.mark.parametrize("name", STORED)
def test_a_stored_time_has_one_outcome_everywhere(tmp_path, name) -> None:
    value, expected = STORED[name]
    column = pl.from_pandas(pd.Series([value])) if isinstance(value, pd.Timestamp) else pl.Series([value])
    require(outcomes(tmp_path, value, column), expected)


@pytest.mark.parametrize("text", LOCAL)
def test_a_local_time_has_one_outcome_in_bars_and_logs(tmp_path, text) -> None:
    file, zone = in_files(tmp_path, pl.Series([text])), "America/New_York"
    found = {
        "bars": outcome(lambda: of_bars(file, zone), BarFileError),
        "scores": outcome(lambda: of_scores(file, zone), DataError),
        "log": outcome(lambda: of_log(file, zone), SignalLogError),
    }
    require(found, LOCAL[text])


@pytest.mark.parametrize("value", ["", None, np.datetime64("2025-01-15T14:30"), True, [1]])
def test_what_holds_no_time_is_refused_everywhere(tmp_path, value) -> None:
    column = pl.Series([str(value) if value is None or isinstance(value, np.datetime64) else value])
    found = outcomes(tmp_path, value, column)
    assert not [name for name, said in found.items() if isinstance(said, int)]


def test_every_spelling_is_in_the_table() -> None:
    assert len(SPELLINGS) >= 30
    assert datetime.fromtimestamp(HALF_PAST / 1e6, UTC) == datetime(2025, 1, 15, 14, 30, tzinfo=UTC)
