"""Join a date and a time of day that stand in two columns into the one column of instants."""

from __future__ import annotations

import polars as pl

from hyprl.tables.spellings import LOG_FIELDS, spelling

DATE, TIME = "date", "time"
_DAY = r"^\s*(\d{8}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})\s*$"
_CLOCK = r"^\s*\d{1,2}:\d{2}"


def with_one_stamp(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a log with `date` and `time` as one column `timestamp`; any other log as it is.

    They are joined only where no other column is spelled as the timestamp, the one holds days and the other times of
    day. The zone is what is written behind the time, or what a map says.
    """
    raw_by_spelling = {spelling(name): name for name in reversed(frame.columns)}
    others = {"timestamp", *LOG_FIELDS["timestamp"].sure} - {DATE, TIME}
    if others & raw_by_spelling.keys() or not {DATE, TIME} <= raw_by_spelling.keys():
        return frame
    parts = [frame[raw_by_spelling[word]] for word in (DATE, TIME)]
    joined = _joined(*parts)
    if joined is None:
        return frame
    return pl.DataFrame([joined, *frame.drop(part.name for part in parts).get_columns()])


def _joined(date: pl.Series, time: pl.Series) -> pl.Series | None:
    if date.dtype == pl.Date and time.dtype == pl.Time:
        return pl.select(date.dt.combine(time).alias("timestamp")).to_series()
    if date.dtype != pl.String or time.dtype != pl.String:
        return None
    if not (_all_like(date, _DAY) and _all_like(time, _CLOCK)):
        return None
    return (date.str.strip_chars() + " " + time.str.strip_chars()).alias("timestamp")


def _all_like(text: pl.Series, pattern: str) -> bool:
    return text.null_count() < len(text) and text.str.contains(pattern).all()
