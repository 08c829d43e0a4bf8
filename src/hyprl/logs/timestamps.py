"""A log's timestamps to Datetime(µs, UTC), by the rule of `tables.instants`."""

from __future__ import annotations

import polars as pl

from hyprl.logs.readers import log_source
from hyprl.tables.instant_columns import UTC_US, as_utc, parse_instants, parse_own_format

__all__ = ["UTC_US", "to_utc_us"]


def to_utc_us(
    series: pl.Series, where: str, zone: str | None = None, text_format: str | None = None
) -> pl.Series:
    """Return the series as Datetime(µs, UTC), named timestamp.

    With `zone` (IANA) naive times are of that zone; `text_format` (strptime, without a zone) replaces the usual
    spellings for text. Raises SignalLogError naming the row for what is no instant.
    """
    source = log_source(where)
    if text_format is not None and series.dtype == pl.String:
        return as_utc(parse_own_format(series, zone, source, text_format))
    return as_utc(parse_instants(series, zone, source))
