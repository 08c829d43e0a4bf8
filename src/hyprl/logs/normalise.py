"""Bring any signal log's columns to one form: UTC timestamps, emit or reject, long or short, typed numbers.

Out: `timestamp` Datetime(µs, UTC), `symbol`, `decision` (emit, reject, null = undecided), `direction` (long,
short, none, null = not stated; the column is absent when the log never speaks of direction), and every other
column under its name, or under the canonical one for a known synonym.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from hyprl.domain.instants import iso_utc, utc_us_of
from hyprl.logs import cells
from hyprl.logs import vocabulary as words
from hyprl.logs.cells import Refusal
from hyprl.logs.names import names_of
from hyprl.logs.plan import ColumnPlan, LogPlan, OneBatch, plan_of, with_empty_columns
from hyprl.logs.plausible import require_columns
from hyprl.tables.numbers import cleaned
from hyprl.tables.spellings import LOG_FIELDS, spelling

ReadSymbols = Callable[[pl.Series, Refusal], pl.Series]
_DATE, _TIME = "date", "time"
_DAY = r"^\s*(\d{8}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})\s*$"
_CLOCK = r"^\s*\d{1,2}:\d{2}"


def normalise(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    """Return the log in the module's form, rows in their order; doing it twice changes nothing.

    Raises SignalLogError naming `where` and the row: a required column absent, what `apply` refuses, two rows for
    one bar.
    """
    log = OneBatch.of(with_one_stamp(unnest(frame)))
    names = names_of(log)
    require_columns(names, where)
    clean = apply(with_empty_columns(plan_of(log, names), log), log.frame, where)
    refuse_repeats(clean, where)
    return clean


def apply(
    plan: LogPlan, batch: pl.DataFrame, where: str, read_symbols: ReadSymbols = cells.symbols
) -> pl.DataFrame:
    """Return the batch in the plan's columns and types, rows in their order.

    Raises SignalLogError naming `where` and the row: a naive or unreadable timestamp, a blank symbol, an unknown
    decision or direction word, text where a number is due.
    """
    refusal = Refusal(where, columns=plan.aliases)
    head = {name: batch[raw].alias(name) for name, raw in plan.head.items()}
    found = [cells.instants(head["timestamp"], where), read_symbols(head["symbol"], refusal)]
    found += cells.read_decisions(head["decision"], head.get("direction"), plan.speaks, refusal)
    found += [_values(batch[column.raw].alias(column.name), column, refusal) for column in plan.columns]
    return pl.DataFrame(found)


def unnest(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with nested members as columns `outer.inner`."""
    while nested := [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]:
        frame = frame.unnest(*nested, separator=".")
    return frame


def with_one_stamp(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a log with `date` and `time` as one column `timestamp`; any other log as it is.

    They are joined only where no other column is spelled as the timestamp, the one holds days and the other times of
    day. The zone is what is written behind the time, or what a map says.
    """
    raw_by_spelling = {spelling(name): name for name in reversed(frame.columns)}
    others = {"timestamp", *LOG_FIELDS["timestamp"].sure} - {_DATE, _TIME}
    if others & raw_by_spelling.keys() or not {_DATE, _TIME} <= raw_by_spelling.keys():
        return frame
    parts = [frame[raw_by_spelling[word]] for word in (_DATE, _TIME)]
    joined = _joined(*parts)
    if joined is None:
        return frame
    return pl.DataFrame([joined, *frame.drop(part.name for part in parts).get_columns()])


def refuse_repeats(frame: pl.DataFrame, where: str) -> None:
    """Raise SignalLogError for two rows of one bar."""
    repeated = frame.select(words.KEYS).is_duplicated()
    if repeated.any():
        rows = frame.select(words.KEYS).with_row_index("row", offset=1).filter(repeated)
        stamp, symbol = rows["timestamp"][0], rows["symbol"][0]
        same = rows.filter((pl.col("timestamp") == stamp) & (pl.col("symbol") == symbol))["row"].to_list()
        shown = iso_utc(utc_us_of(stamp))
        listed = ", ".join(str(row) for row in same[:4])
        fact = f"has {len(same)} rows for {symbol} {shown} (rows {listed}); a bar has one decision"
        raise Refusal(where).error(fact)


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


def _values(series: pl.Series, column: ColumnPlan, refusal: Refusal) -> pl.Series:
    if column.empty:
        return pl.Series(column.name, [None], column.becomes).new_from_index(0, len(series))
    if series.dtype == column.becomes and column.reads_as == column.becomes:
        return series
    read = _from_text(cells.as_text(series), column.reads_as) if cells.holds_text(series.dtype) else series
    if column.name in words.NUMERIC:
        return _numbers(read, column, refusal)
    return read.cast(column.becomes)


def _from_text(text: pl.Series, reads_as: pl.DataType) -> pl.Series:
    if reads_as == pl.String:
        return text
    if reads_as == pl.Boolean:
        return cleaned(text).str.to_lowercase() == "true"
    read = text.cast(reads_as, strict=False)
    # A cell that cannot be read as it stands has blanks around it, or a word for a missing value in it.
    return read if read.null_count() == text.null_count() else cleaned(text).cast(reads_as)


def _numbers(read: pl.Series, column: ColumnPlan, refusal: Refusal) -> pl.Series:
    if read.dtype == pl.String:
        return cells.numbers(read, refusal)
    if not read.dtype.is_numeric():
        raise refusal.error(f"the column {column.name} holds {read.dtype}, not numbers")
    return read.cast(column.becomes)
