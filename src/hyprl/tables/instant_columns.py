"""Whole columns to instants, by the rule of `instants`; the usual spellings are read a column at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.tables.instants import (
    CALENDAR_LIKE,
    EPOCH_TEXT,
    FIRST_US,
    HIGHEST,
    LAST_US,
    UNITS,
    Flaw,
    instant_of,
    micros_of,
    zone_named,
)
from hyprl.tables.table import Source

UTC_US = pl.Datetime("us", "UTC")
_TEXTS = (pl.String, pl.Categorical, pl.Enum)
# What most files hold: one form for date and time, then decimals, then Z, an offset or nothing.
_USUAL = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?$"
)
_CLOCK_WIDTH = 19
_PER_UNIT = {"ns": (1, 1_000), "us": (1, 1), "ms": (1_000, 1)}


class _Instants(NamedTuple):
    """Microseconds UTC, and for each row 0 or the number of its flaw, counted from 1."""

    utc_us: Int64Array
    flaws: Int64Array


_FLAWS = tuple(Flaw)
_PLACES = {flaw: place for place, flaw in enumerate(_FLAWS, start=1)}


def parse_instants(
    column: pl.Series, zone: str | None, source: Source, rows: Int64Array | None = None
) -> Int64Array:
    """Return the instants as microseconds UTC in the column's order.

    `zone` is an IANA name for naive times; aware times keep their own. `rows` are the row numbers for messages, by
    default counted from 1. Raises the source's error naming the first row that is no instant.
    """
    if zone is not None and zone_named(zone) is None:
        source.fail(f"`{zone}` is not a time zone", Flaw.NO_ZONE.remedy)
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime) or dtype == pl.Date:
        found = _from_datetimes(column, zone)
    elif isinstance(dtype, _TEXTS) or dtype.is_decimal():
        found = _from_texts(column.cast(pl.String).str.strip_chars(), zone)
    elif dtype.is_numeric():
        found = _from_numbers(column)
    elif dtype == pl.Null:
        found = _all(column, Flaw.MISSING)
    else:
        source.fail(f"timestamps are of type {dtype}", "Store them as text, datetimes or numbers.")
    missing = np.where(column.is_null().to_numpy(), _PLACES[Flaw.MISSING], found.flaws)
    _refuse(column, found._replace(flaws=missing), zone, source, rows)
    return found.utc_us


def parse_own_format(
    column: pl.Series, zone: str | None, source: Source, text_format: str, rows: Int64Array | None = None
) -> Int64Array:
    """Return the instants of naive text in a strptime format (without %z) of the zone. Raises as `parse_instants`."""
    if zone is None:
        source.fail("the timestamps have a format of their own and no zone", source.zone_remedy)
    try:
        naive = column.str.strip_chars().str.to_datetime(text_format, time_unit="us", strict=False)
    except pl.exceptions.PolarsError:
        source.fail(f"timestamp_format {text_format!r} cannot be used", "Use strptime directives, no %z.")
    found = _from_datetimes(naive.dt.replace_time_zone(None), zone)
    unread = np.where(naive.is_null().to_numpy(), _PLACES[Flaw.UNREADABLE], found.flaws)
    _refuse(column, found._replace(flaws=unread), zone, source, rows)
    return found.utc_us


def as_utc(utc_us: Int64Array, name: str = "timestamp") -> pl.Series:
    """Return instants as a column of Datetime(µs, UTC)."""
    return pl.Series(name, utc_us).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _from_datetimes(column: pl.Series, zone: str | None) -> _Instants:
    if column.dtype == pl.Date:
        column = column.cast(pl.Datetime("ms"))
    unit, aware = column.dtype.time_unit, column.dtype.time_zone is not None  # type: ignore[attr-defined]
    multiplier, divisor = _PER_UNIT[unit]
    stored: Int64Array = column.to_physical().fill_null(0).to_numpy()
    outside = (stored < FIRST_US // multiplier * divisor) | (
        stored > LAST_US // multiplier * divisor + divisor - 1
    )
    utc_us, rest = divmod(np.where(outside, 0, stored) * multiplier, divisor)
    flaws = np.select([outside, rest != 0], [_PLACES[Flaw.OUTSIDE], _PLACES[Flaw.TOO_FINE]], 0)
    if aware:
        return _Instants(utc_us, flaws)
    local = _localised(utc_us, zone)
    return _Instants(local.utc_us, np.where(flaws != 0, flaws, local.flaws))


def _localised(clock_us: Int64Array, zone: str | None) -> _Instants:
    """Take naive times for those of a zone."""
    if zone is None:
        return _Instants(clock_us, np.full(len(clock_us), _PLACES[Flaw.NAIVE]))
    naive = pl.Series(clock_us).cast(pl.Datetime("us"))
    local = naive.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    utc_us = local.dt.epoch("us").fill_null(0).to_numpy()
    beyond = (utc_us < FIRST_US) | (utc_us > LAST_US)
    kinds = [_PLACES[Flaw.NOT_ONCE], _PLACES[Flaw.OUTSIDE]]
    return _Instants(utc_us, np.select([local.is_null().to_numpy(), beyond], kinds, 0))


def _from_texts(text: pl.Series, zone: str | None) -> _Instants:
    if len(text) and text.str.contains(EPOCH_TEXT).all():
        return _from_digits(text)
    usual = text.str.contains(_USUAL).fill_null(False)
    utc_us, flaws = _all(text, Flaw.UNREADABLE)
    mask = usual.to_numpy()
    if mask.any():
        utc_us[mask], flaws[mask] = _from_usual(text.filter(usual), zone)
    unread = np.flatnonzero(flaws == _PLACES[Flaw.UNREADABLE])
    for row, one in zip(unread.tolist(), text.gather(unread).to_list(), strict=True):
        found = instant_of(one, zone)
        utc_us[row], flaws[row] = (0, _PLACES[found]) if isinstance(found, Flaw) else (found, 0)
    return _Instants(utc_us, flaws)


def _from_usual(text: pl.Series, zone: str | None) -> _Instants:
    if (text.str.slice(16, 1) != ":").any():
        text = text.str.replace(r"^(.{16})([Z+-]|$)", "${1}:00$2")
    clock = text.str.slice(0, _CLOCK_WIDTH).str.replace("T", " ", literal=True)
    naive = clock.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    clock_us: Int64Array = naive.dt.epoch("us").fill_null(0).to_numpy()
    tail = text.str.slice(_CLOCK_WIDTH)
    if tail.str.starts_with(".").any():
        decimals = tail.str.extract(r"^\.([0-9]+)").fill_null("0").str.pad_end(6, "0")
        clock_us = clock_us + decimals.cast(pl.Int64).to_numpy()
        tail = tail.str.replace(r"^\.[0-9]+", "")
    shifts = {stated: instant_of(f"1970-01-01 00:00:00{stated}") for stated in tail.unique().to_list()}
    read = {stated: shift for stated, shift in shifts.items() if not isinstance(shift, Flaw)}
    shift_us = tail.replace_strict(read, default=0, return_dtype=pl.Int64).to_numpy()
    utc_us = clock_us + shift_us
    unread = naive.is_null() | ~tail.is_in([*read, ""])
    outside = (utc_us < FIRST_US) | (utc_us > LAST_US)
    kinds = [_PLACES[Flaw.UNREADABLE], _PLACES[Flaw.OUTSIDE]]
    flaws = np.select([unread.to_numpy(), outside], kinds, 0)
    bare = (tail == "").to_numpy()
    if bare.any():
        local = _localised(clock_us[bare], zone)
        utc_us[bare], flaws[bare] = local.utc_us, np.where(flaws[bare] != 0, flaws[bare], local.flaws)
    return _Instants(utc_us, flaws)


def _from_digits(text: pl.Series) -> _Instants:
    billionths = np.zeros(len(text), np.int64)
    if text.str.contains(".", literal=True).any():
        parts = text.str.extract_groups(EPOCH_TEXT).struct.unnest()
        text, decimals = (parts[name] for name in parts.columns)
        billionths = decimals.fill_null("0").str.pad_end(9, "0").cast(pl.Int64).to_numpy()
    return _of_one_unit(text.cast(pl.Int64, strict=False).fill_null(0).to_numpy(), billionths)


def _from_numbers(column: pl.Series) -> _Instants:
    if column.dtype.is_float():
        return _from_floats(column.cast(pl.Float64).fill_null(float("nan")).to_numpy())
    whole = column.cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    return _of_one_unit(whole, np.zeros(len(whole), np.int64))


def _of_one_unit(whole: Int64Array, billionths: Int64Array) -> _Instants:
    place, flaws = _unit_place(whole)
    unit = UNITS[place][1]
    utc_us, rest = micros_of(np.where(flaws == 0, whole, 0), billionths, unit)
    finer = (flaws == 0) & (rest != 0)
    return _Instants(utc_us, np.where(finer, _PLACES[Flaw.TOO_FINE], flaws))


def _from_floats(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> _Instants:
    place, flaws = _unit_place(values)
    multiplier, divisor = UNITS[place][1]
    good = np.where(flaws == 0, values, 0.0)
    nearest = np.rint(good * multiplier / divisor)
    finer = nearest * divisor / multiplier != good
    return _Instants(nearest.astype(np.int64), np.where(finer, _PLACES[Flaw.TOO_FINE], flaws))


def _unit_place(values: np.ndarray[tuple[int], np.dtype[np.int64 | np.float64]]) -> tuple[int, Int64Array]:
    """Return the place in UNITS of the first number, and the flaws of those that are of no unit or of another."""
    is_epoch = values < HIGHEST
    for low, high in CALENDAR_LIKE:
        is_epoch &= ~((values >= low) & (values < high))
    places = np.select([is_epoch & (values >= lowest) for lowest, _ in UNITS], list(range(len(UNITS))), -1)
    first = int(places[np.argmax(places >= 0)]) if len(places) else 0
    kinds = [_PLACES[Flaw.NO_EPOCH], _PLACES[Flaw.OTHER_UNIT]]
    return max(first, 0), np.select([places < 0, places != first], kinds, 0)


def _all(column: pl.Series, flaw: Flaw) -> _Instants:
    return _Instants(np.zeros(len(column), np.int64), np.full(len(column), _PLACES[flaw], np.int64))


def _refuse(
    column: pl.Series, found: _Instants, zone: str | None, source: Source, rows: Int64Array | None
) -> None:
    """Raise the source's error for the first flawed row, if there is one."""
    if not found.flaws.any():
        return
    index = int(np.argmax(found.flaws != 0))
    flaw = _FLAWS[int(found.flaws[index]) - 1]
    row = index + 1 if rows is None else int(rows[index])
    others = int((found.flaws == found.flaws[index]).sum()) - 1
    more = f" (and {others} more)" if others else ""
    remedy = source.zone_remedy if flaw is Flaw.NAIVE else flaw.remedy
    if flaw is Flaw.MISSING:
        source.fail(f"row {row} has no timestamp{more}", remedy, row=row)
    why = flaw.replace("its zone", zone or "its zone")
    source.fail(f"row {row}: `{_shown(column, index, flaw)}` {why}{more}", remedy, row=row)


def _shown(column: pl.Series, index: int, flaw: Flaw) -> str:
    if flaw is Flaw.OUTSIDE and column.dtype.is_temporal():  # beyond the years that can be spelled
        return f"{column.to_physical()[index]} {column.dtype}"
    return repr(str(column[index])[:40])[1:-1]
