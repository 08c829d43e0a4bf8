"""Timestamps of any usual spelling to Datetime(µs, UTC); a naive one is an error: its zone is a guess."""

from __future__ import annotations

import polars as pl

from hyprl.errors import SignalLogError

UTC_US = pl.Datetime("us", "UTC")
_CLOCK = r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,9}))?"
_ISO = rf"^{_CLOCK}\s*(Z|z|UTC|GMT|[+-]\d{{2}}(?::?\d{{2}})?)?$"
_NAIVE_REMEDY = (
    "Write the UTC offset, as in 2024-12-12T14:30:00Z, or declare the zone: --set timezone=IANA/NAME."
)
# Epoch numbers: the unit is the one that puts the column between 1973 and 5138.
_EPOCH_UNITS = ((1e11, "s", 1_000_000), (1e14, "ms", 1_000), (1e17, "us", 1))


def to_utc_us(
    series: pl.Series, where: str, zone: str | None = None, text_format: str | None = None
) -> pl.Series:
    """Return the series as Datetime(µs, UTC).

    Takes text with an offset, tz-aware datetimes, and whole epoch numbers (s, ms, µs or ns, by magnitude). With
    `zone` (IANA) naive ones are of that zone; `text_format` (strptime, without a zone) replaces ISO 8601 for text.
    Raises SignalLogError naming the row for a naive, missing or unreadable timestamp, one finer than a µs, or a
    local time that a clock change skips or repeats.
    """
    dtype = series.dtype
    if text_format is not None and dtype == pl.String:
        parsed = _from_own_format(series, where, zone, text_format)
    elif isinstance(dtype, pl.Datetime):
        parsed = _from_datetime(series, where, zone)
    elif dtype.is_integer():
        parsed = _from_epoch(series, where)
    elif dtype == pl.String:
        text = series.str.strip_chars()
        whole = text.str.contains(r"^\d{9,19}$").all() and len(text) > 0
        parsed = _from_epoch(text.cast(pl.Int64), where) if whole else _from_text(text, where, zone)
    elif dtype == pl.Null:
        parsed = series.cast(UTC_US)
    elif dtype == pl.Date:
        raise _bad(where, "the timestamps are dates without time and zone (naive)", _NAIVE_REMEDY)
    else:
        raise _bad(where, f"the column timestamp holds {dtype}, not timestamps", _NAIVE_REMEDY)
    _refuse(parsed.is_null(), series, where, "is missing or cannot be read")
    return parsed.rename("timestamp")


def _from_datetime(series: pl.Series, where: str, zone: str | None) -> pl.Series:
    dtype = series.dtype
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
        if zone is None:
            raise _bad(where, "the timestamps are naive: their zone is not stated", _NAIVE_REMEDY)
        return _localised(series.dt.cast_time_unit("us"), series, where, zone)
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


def _from_own_format(text: pl.Series, where: str, zone: str | None, text_format: str) -> pl.Series:
    if zone is None:
        raise _bad(where, "the timestamps have a format of their own and no zone", _NAIVE_REMEDY)
    try:
        naive = text.str.strip_chars().str.to_datetime(text_format, time_unit="us", strict=False)
    except pl.exceptions.PolarsError as error:
        raise _bad(
            where, f"timestamp_format {text_format!r} cannot be used", "Use strptime directives, no %z."
        ) from error
    _refuse(naive.is_null(), text, where, f"is missing or not of the format {text_format}")
    return _localised(naive.dt.replace_time_zone(None), text, where, zone)


def _localised(naive: pl.Series, values: pl.Series, where: str, zone: str) -> pl.Series:
    local = naive.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    fact = f"does not exist once in {zone} (the clock changes)"
    _refuse(local.is_null() & naive.is_not_null(), values, where, fact)
    return local.dt.convert_time_zone("UTC")


def _from_text(text: pl.Series, where: str, zone: str | None) -> pl.Series:
    parts = text.str.extract_groups(_ISO).struct.unnest()
    date, minute, second, fraction, offset = (parts[name] for name in parts.columns)
    _refuse(text.is_null() | date.is_null(), text, where, "is missing or cannot be read")
    if zone is None:
        _refuse(offset.is_null(), text, where, "is naive: its zone is not stated", _NAIVE_REMEDY)
    digits = fraction.fill_null("").str.pad_end(9, "0")
    _refuse(digits.str.slice(6) != "000", text, where, "is finer than a microsecond")
    stamp = date + "T" + minute + second.fill_null(":00")
    naive = stamp.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    micros = digits.str.slice(0, 6).cast(pl.Int64)
    clock = naive.dt.epoch("us") + micros
    stated = (
        (clock - _offset_minutes(offset) * 60_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    )
    if zone is None or offset.null_count() == 0:
        return stated
    unstated = clock.cast(pl.Datetime("us"))
    unstated = pl.select(pl.when(offset.is_null()).then(unstated)).to_series()
    return pl.select(
        pl.when(offset.is_null()).then(_localised(unstated, text, where, zone)).otherwise(stated)
    ).to_series()


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
