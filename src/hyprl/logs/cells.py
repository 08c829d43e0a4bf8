"""Read the cells of one column: as text, as words, as numbers, as symbols."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hyprl.logs import vocabulary as words
from hyprl.logs.refusals import Refusal

TEXT_TYPES = (pl.String, pl.Categorical, pl.Enum)


def text_of(series: pl.Series) -> pl.Series:
    """Return any column as text; what Polars does not spell is spelled as Python does."""
    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError:
        values = [None if value is None else str(value) for value in series.to_list()]
        return pl.Series(series.name, values, pl.String)


def lowered(series: pl.Series) -> pl.Series:
    """Return any column as words without blanks around them, in lower case."""
    return text_of(series).str.strip_chars().str.to_lowercase()


def words_of(series: pl.Series) -> pl.Series:
    """Return decision words as `lowered` gives them, null where nothing was decided."""
    text = lowered(series)
    return pl.select(pl.when(~text.is_in(words.UNDECIDED_WORDS)).then(text)).to_series()


def cleaned(text: pl.Series, missing: Sequence[str] = words.MISSING_WORDS) -> pl.Series:
    """Return text without blanks around it, null for the words that mean missing."""
    stripped = text.str.strip_chars()
    kept = pl.when(~stripped.str.to_lowercase().is_in(missing)).then(stripped)
    return pl.select(kept.alias(text.name)).to_series()


def numbers(series: pl.Series, refusal: Refusal, missing: Sequence[str] = words.MISSING_WORDS) -> pl.Series:
    """Return text as the nearest float64 of each cell, null for a missing one. Raises SignalLogError."""
    text = cleaned(text_of(series), missing)
    found = _nearest(text)
    refusal.rows(found.is_null() & text.is_not_null(), series, "is no number")
    return found


def numbers_or_null(series: pl.Series) -> pl.Series:
    """Return a column as float64, null for every cell that is no number."""
    return series.cast(pl.Float64) if series.dtype.is_numeric() else _nearest(cleaned(text_of(series)))


def symbols(series: pl.Series, refusal: Refusal) -> pl.Series:
    """Return the symbols without blanks around them. Raises SignalLogError for a missing one."""
    stripped = text_of(series).str.strip_chars()
    refusal.rows(stripped.is_null() | (stripped == ""), series, "is missing")
    return stripped


def _nearest(text: pl.Series) -> pl.Series:
    return text.cast(pl.Float64, strict=False)
