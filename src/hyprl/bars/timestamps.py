"""From any usual spelling of time to int64 microseconds UTC.

Read are aware text (`2025-01-15 14:30:00+00:00`, `...T14:30Z`, `...-05:00`), aware or naive datetimes, and
epoch numbers in seconds, milliseconds, microseconds or nanoseconds (told apart by size). A naive time needs a
zone that the caller declares; nothing is guessed, and a local time that DST makes ambiguous is refused.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from hyprl.bars.table import Origin
from hyprl.domain.arrays import Int64Array

AWARE_FORMATS = ("%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%d %H:%M%z")
NAIVE_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y%m%d %H:%M:%S", "%Y%m%d %H:%M")
EPOCH_TEXT = r"^\d{9,19}(\.\d+)?$"
# Lower bound of an epoch number in each unit, and microseconds per unit (as multiplier, divisor).
EPOCH_UNITS = ((10**17, 1, 1000), (10**14, 1, 1), (10**11, 1000, 1), (10**8, 1_000_000, 1))


def parse_instants(column: pl.Series, zone: str | None, origin: Origin, rows: Int64Array) -> Int64Array:
    """Return the instants as microseconds UTC in the column's order.

    `zone` is an IANA name for naive times; aware times keep their own. `rows` are the row numbers
    for messages. Raises the origin's error naming the first row that is missing, unreadable or has no zone.
    """
    if column.null_count():
        row = int(rows[column.is_null().arg_max() or 0])
        origin.fail(f"row {row} has no timestamp", "Fill or delete the row.", row=row)
    if column.dtype == pl.String:
        return _from_text(column.str.strip_chars(), zone, origin, rows)
    if column.dtype.is_numeric():
        return _from_epoch(column, origin, rows)
    if column.dtype in (pl.Datetime, pl.Date):
        aware = getattr(column.dtype, "time_zone", None) is not None
        instants = column.cast(pl.Datetime("us", "UTC" if aware else None))
        return _micros(instants if aware else _localised(instants, zone, origin, rows))
    return origin.fail(f"timestamps are of type {column.dtype}", "Store them as text, datetimes or numbers.")


def _from_text(column: pl.Series, zone: str | None, origin: Origin, rows: Int64Array) -> Int64Array:
    if len(column) and column.str.contains(EPOCH_TEXT).all():
        whole = not column.str.contains(".", literal=True).any()
        return _from_epoch(column.cast(pl.Int64 if whole else pl.Float64, strict=False), origin, rows)
    aware = _first_match(column, AWARE_FORMATS)
    naive = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(column))
    if aware.null_count():
        column = _normalised(column)
        aware = _first_match(column, AWARE_FORMATS)
        naive = _first_match(column, NAIVE_FORMATS)
    unread = aware.is_null() & naive.is_null()
    if unread.any():
        index = int(unread.arg_max() or 0)
        origin.fail(
            f"row {rows[index]}: `{str(column[index])[:40]}` is not a timestamp that can be read",
            "Write it as 2025-01-15 14:30:00+00:00.",
            row=int(rows[index]),
        )
    if not aware.null_count():
        return _micros(aware)
    without = aware.is_null()
    local = _localised(naive.filter(without), zone, origin, rows[without.to_numpy()])
    instants: Int64Array = aware.dt.epoch("us").fill_null(0).to_numpy().copy()
    instants[without.to_numpy()] = _micros(local)
    return instants


def _first_match(column: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Each text by the first format that reads it, null where none does."""
    aware = formats is AWARE_FORMATS
    dtype = pl.Datetime("us", "UTC") if aware else pl.Datetime("us")
    found = pl.Series([None], dtype=dtype).new_from_index(0, len(column))
    for form in formats:
        if not found.null_count():
            break
        parsed = column.str.to_datetime(
            form, strict=False, time_unit="us", time_zone="UTC" if aware else None
        )
        found = found.zip_with(found.is_not_null(), parsed)
    return found


def _normalised(column: pl.Series) -> pl.Series:
    """Rewrite other spellings (T, Z, UTC, slashes, a space before the offset, `+00`) for the formats."""
    return (
        column.str.replace(r"^(\d{4})[/.](\d\d?)[/.](\d\d?)", "$1-$2-$3")
        .str.replace(r"[Tt_](\d)", " $1")
        .str.replace(r"\s*(?:[Zz]|UTC|GMT)$", "+00:00")
        .str.replace(r"\s+([+-]\d{2}:?\d{2})$", "$1")
        .str.replace(r"(:\d{2}(?:\.\d+)?)\s*([+-]\d{2})$", "$1$2:00")
    )


def _from_epoch(column: pl.Series, origin: Origin, rows: Int64Array) -> Int64Array:
    values = column.cast(pl.Float64).to_numpy()
    bad = ~((values >= 10**8) & (values < 2**63))
    units = np.select([values >= low for low, _, _ in EPOCH_UNITS], list(range(len(EPOCH_UNITS))), -1)
    bad |= units != (units[0] if len(units) else -1)
    if bad.any():
        row = int(rows[np.argmax(bad)])
        origin.fail(
            f"row {row}: {column[int(np.argmax(bad))]} is not an epoch time in the unit of the first row",
            "Use seconds, milliseconds, microseconds or nanoseconds since 1970 throughout, or ISO text.",
            row=row,
        )
    if not len(units):
        return np.empty(0, dtype=np.int64)
    _, multiplier, divisor = EPOCH_UNITS[int(units[0])]
    if column.dtype.is_integer():
        exact: Int64Array = column.cast(pl.Int64).to_numpy() * multiplier // divisor
        return exact
    return np.rint(values * multiplier / divisor).astype(np.int64)


def _localised(naive: pl.Series, zone: str | None, origin: Origin, rows: Int64Array) -> pl.Series:
    if zone is None:
        origin.fail(
            f"timestamps have no time zone (row {rows[0]}: {naive[0]})",
            "Pass --timezone with the zone they are written in, such as UTC or America/New_York.",
            row=int(rows[0]),
        )
    try:
        aware = naive.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    except pl.exceptions.PolarsError:
        origin.fail(f"`{zone}` is not a time zone", "Use an IANA name such as UTC or America/New_York.")
    if aware.null_count():
        index = int(aware.is_null().arg_max() or 0)
        origin.fail(
            f"row {rows[index]}: {naive[index]} happens twice or never in {zone} (a DST change)",
            "Write the times with their UTC offset.",
        )
    return aware


def _micros(instants: pl.Series) -> Int64Array:
    return instants.dt.epoch("us").to_numpy()
