"""Timestamps of any usual spelling to Datetime(µs, UTC); a naive one is an error: its zone is a guess."""

from __future__ import annotations

import polars as pl

from hyprl.errors import SignalLogError

UTC_US = pl.Datetime("us", "UTC")
_CLOCK = r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,9}))?"
_ISO = rf"^{_CLOCK}\s*(Z|z|UTC|GMT|[+-]\d{{2}}(?::?\d{{2}})?)?$"
_NAIVE_REMEDY = "Write the UTC offset with each timestamp, as in 2024-12-12T14:30:00Z."
# Epoch numbers: the unit is the one that puts the column between 1973 and 5138.
_EPOCH_UNITS = ((1e11, "s", 1_000_000), (1e14, "ms", 1_000), (1e17, "us", 1))


def to_utc_us(series: pl.Series, where: str) -> pl.Series:
    """Return the series as Datetime(µs, UTC).

    Takes text with an offset, tz-aware datetimes, and whole epoch numbers (s, ms, µs or ns, by magnitude).
    Raises SignalLogError naming the row for a naive, missing or unreadable timestamp, or one finer than a µs.
    """
    dtype = series.dtype
    if isinstance(dtype, pl.Datetime):
        parsed = _from_datetime(series, where)
    elif dtype.is_integer():
        parsed = _from_epoch(series, where)
    elif dtype == pl.String:
        text = series.str.strip_chars()
        whole = text.str.contains(r"^\d{9,19}$").all() and len(text) > 0
        parsed = _from_epoch(text.cast(pl.Int64), where) if whole else _from_text(text, where)
    elif dtype == pl.Null:
        parsed = series.cast(UTC_US)
    elif dtype == pl.Date:
        raise _bad(where, "the timestamps are dates without time and zone (naive)", _NAIVE_REMEDY)
    else:
        raise _bad(where, f"the column timestamp holds {dtype}, not timestamps", _NAIVE_REMEDY)
    _refuse(parsed.is_null(), series, where, "is missing or cannot be read")
    return parsed.rename("timestamp")


def _from_datetime(series: pl.Series, where: str) -> pl.Series:
    dtype = series.dtype
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
        raise _bad(where, "the timestamps are naive: their zone is not stated", _NAIVE_REMEDY)
    converted = series.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    _refuse(converted.dt.epoch("ns") != series.dt.epoch("ns"), series, where, "is finer than a microsecond")
    return converted


def _from_epoch(series: pl.Series, where: str) -> pl.Series:
    numbers = series.cast(pl.Int64)
    largest = float(numbers.abs().max() or 0)  # type: ignore[arg-type]
    for limit, _, scale in _EPOCH_UNITS:
        if largest < limit:
            return (numbers * scale).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    _refuse(numbers % 1_000 != 0, series, where, "is finer than a microsecond")
    return (numbers // 1_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _from_text(text: pl.Series, where: str) -> pl.Series:
    parts = text.str.extract_groups(_ISO).struct.unnest()
    date, minute, second, fraction, offset = (parts[name] for name in parts.columns)
    _refuse(text.is_null() | date.is_null(), text, where, "is missing or cannot be read")
    _refuse(offset.is_null(), text, where, "is naive: its zone is not stated", _NAIVE_REMEDY)
    digits = fraction.fill_null("").str.pad_end(9, "0")
    _refuse(digits.str.slice(6) != "000", text, where, "is finer than a microsecond")
    stamp = date + "T" + minute + second.fill_null(":00")
    naive = stamp.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    micros = digits.str.slice(0, 6).cast(pl.Int64)
    local = naive.dt.epoch("us") + micros - _offset_minutes(offset) * 60_000_000
    return local.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _offset_minutes(offset: pl.Series) -> pl.Series:
    digits = offset.str.replace_all(":", "", literal=True)
    numeric = digits.str.contains(r"^[+-]\d")
    hours = digits.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0)
    minutes = digits.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0)
    sign = pl.select(pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)).to_series()
    return pl.select(pl.when(numeric).then(sign * (hours * 60 + minutes)).otherwise(0)).to_series()


def _refuse(mask: pl.Series, values: pl.Series, where: str, fact: str, remedy: str = "") -> None:
    bad = mask.fill_null(False).arg_true()
    if len(bad):
        row = int(bad[0])
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise _bad(where, f"row {row + 1}: timestamp {values[row]!r} {fact}{more}", remedy or _NAIVE_REMEDY)


def _bad(where: str, fact: str, remedy: str) -> SignalLogError:
    return SignalLogError(fact, where=where, remedy=remedy)
