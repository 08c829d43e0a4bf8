"""Parquet bytes to columns as they were stored."""

from __future__ import annotations

from io import BytesIO

import polars as pl

from hyprl.files import quiet_native_stderr
from hyprl.tables.table import Source, first_line

_DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError, OverflowError)


def read_parquet(data: bytes, source: Source) -> pl.DataFrame:
    """Return the columns of a Parquet file. Raises the source's error for a damaged one."""
    try:
        with quiet_native_stderr(f"{source.name}: is not a readable Parquet file\n  Write the file again."):
            return pl.read_parquet(BytesIO(data), use_statistics=False)
    except _DAMAGED as error:
        source.fail(f"is not a readable Parquet file ({first_line(error)})", "Write the file again.")
