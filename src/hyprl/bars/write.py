"""Writes bars so that reading them gives the same bits: CSV (also .gz) or Parquet, whole or not at all."""

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path

import polars as pl

from hyprl.domain.bars import PRICE_COLUMNS, BarSeries
from hyprl.errors import OutputError
from hyprl.files import atomic_write_bytes

FORMATS = (".csv", ".csv.gz", ".parquet", ".pq")


def write_bars(series: BarSeries, path: Path) -> None:
    """Write ts_utc, symbol, open, high, low, close, volume; the name's ending chooses the format.

    Floats in CSV are the shortest text that reads back exactly. Flaw flags are not written: reading finds them
    again. Raises OutputError for an unknown ending or a path that cannot be written.
    """
    require_format(path)
    opened = pl.Series(series.open_utc_us).cast(pl.Datetime("us", "UTC"))
    table = pl.DataFrame({"ts_utc": opened, "symbol": [series.symbol] * len(series)})
    table = table.with_columns(pl.Series(name, getattr(series, name)) for name in PRICE_COLUMNS)
    if path.suffix in (".parquet", ".pq"):
        buffer = BytesIO()
        table.write_parquet(buffer)
        atomic_write_bytes(path, buffer.getvalue())
        return
    text = (
        table.with_columns(pl.col("ts_utc").dt.to_string("%Y-%m-%d %H:%M:%S%.f+00:00")).write_csv().encode()
    )
    atomic_write_bytes(path, gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)


def require_format(path: Path) -> None:
    """Raise OutputError when the path's ending names no format that can be written."""
    if not path.name.endswith(FORMATS):
        raise OutputError(
            "has no ending that names a format",
            where=str(path),
            remedy=f"End it in {', '.join(FORMATS)}.",
            path=path,
        )
