"""Bring any signal log's columns to one form: UTC timestamps, emit or reject, long or short, typed numbers.

Out: `timestamp` Datetime(µs, UTC), `symbol`, `decision` (emit, reject, null = undecided), `direction` (long,
short, none, null = not stated; the column is absent when the log never speaks of direction), and every other
column under its name, or under the canonical one for a known synonym.
"""

from __future__ import annotations

import polars as pl

from hyprl.domain.instants import iso_utc, utc_us_of
from hyprl.logs import vocabulary as words
from hyprl.logs.apply import apply
from hyprl.logs.batches import OneBatch
from hyprl.logs.date_and_time import with_one_stamp
from hyprl.logs.names import names_of
from hyprl.logs.plan import plan_of, with_empty_columns
from hyprl.logs.refusals import Refusal
from hyprl.logs.suggestions import require_columns


def normalise(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    """Return the log in the module's form, rows in their order; doing it twice changes nothing.

    Raises SignalLogError naming `where` and the row: a required column absent, what `apply` refuses, two rows for
    one bar.
    """
    log = OneBatch(with_one_stamp(unnest(frame)))
    names = names_of(log)
    require_columns(names, where)
    clean = apply(with_empty_columns(plan_of(log, names), log), log.frame, where)
    refuse_repeats(clean, where)
    return clean


def unnest(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with nested members as columns `outer.inner`."""
    while nested := [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]:
        frame = frame.unnest(*nested, separator=".")
    return frame


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
