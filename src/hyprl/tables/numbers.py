"""One parser of numbers: text to the nearest float64, as Python's `float` reads it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.tables.table import Source

MISSING_WORDS = ("", "null", "none", "na", "n/a", "<na>")


def cleaned(text: pl.Series, missing: Sequence[str] = MISSING_WORDS) -> pl.Series:
    """Return text without blanks around it, null for the words that mean missing."""
    stripped = text.str.strip_chars()
    kept = pl.when(~stripped.str.to_lowercase().is_in(missing)).then(stripped)
    return pl.select(kept.alias(text.name)).to_series()


def nearest(text: pl.Series) -> pl.Series:
    """Return the nearest float64 of each text, null for a missing one and for what is no number."""
    return text.cast(pl.Float64, strict=False)


def parse_numbers(column: pl.Series, rows: Int64Array, source: Source) -> Float64Array:
    """Return the nearest float64 of each cell, NaN for a missing one; `rows` are the row numbers for messages.

    Raises the source's error for text that is no number and for columns that cannot hold numbers.
    """
    if column.dtype == pl.String:
        text = cleaned(column)
        numbers = nearest(text)
        _refuse(numbers.is_null() & text.is_not_null(), column, rows, source)
    elif column.dtype.is_numeric() or column.dtype == pl.Null:
        numbers = column.cast(pl.Float64, strict=False)
    else:
        source.fail(
            f"column `{column.name}` is of type {column.dtype}", "Store prices and volumes as numbers."
        )
    return np.ascontiguousarray(numbers.fill_null(float("nan")).to_numpy(), dtype=np.float64)


def _refuse(unread: pl.Series, column: pl.Series, rows: Int64Array, source: Source) -> None:
    if not unread.any():
        return
    index = int(unread.arg_max() or 0)
    row = int(rows[index])
    source.fail(
        f"row {row}: {column.name} is `{str(column[index])[:40]}`, which is not a number",
        "Mend the row; numbers are written as 1234.5 without thousands separators.",
        row=row,
        column=column.name,
    )
