"""What the text of one column holds: numbers, truth values or words. Summaries of batches add up to the whole log's."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hyprl.logs.batches import LogBatches
from hyprl.logs.cells import TEXT_TYPES, cleaned

# Digits alone do not make a hash or an identifier a number: 0012e45 and 007 would lose what tells them apart.
KEEP_TEXT = r"(?i)(hash|sha256|_id|uuid)$"
# 2**53 has 16 digits. Beyond it neighbouring whole numbers become one float64, so such text stays text.
LONGEST_EXACT = 15
TOO_LONG_FOR_A_FLOAT = rf"^[+-]?\d{{{LONGEST_EXACT + 1},}}$"
NESTED_TYPES = (pl.List, pl.Array, pl.Object, pl.Binary)


@dataclass(frozen=True, slots=True)
class TextSummary:
    """What every value so far allows: whole or real numbers, truth values. A column without values allows all of it."""

    whole: bool = True
    real: bool = True
    too_long: bool = False
    truth: bool = True

    def __add__(self, other: TextSummary) -> TextSummary:
        return TextSummary(
            whole=self.whole and other.whole,
            real=self.real and other.real,
            too_long=self.too_long or other.too_long,
            truth=self.truth and other.truth,
        )

    @property
    def dtype(self) -> pl.DataType:
        """The type that the text is read as, Null for a column without values."""
        if self.whole and self.truth:
            return pl.Null()
        if self.whole:
            return pl.Int64()
        if self.real:
            return pl.String() if self.too_long else pl.Float64()
        return pl.Boolean() if self.truth else pl.String()

    @property
    def is_settled(self) -> bool:
        """Tell whether no further value can make it anything but text."""
        return not (self.whole or self.truth) and (self.too_long or not self.real)


_ANYTHING, _TEXT = TextSummary(), TextSummary(whole=False, real=False, truth=False)


def summary_of_column(log: LogBatches, column: str, name: str) -> TextSummary:
    """Summarise a raw column of text that is called `name` here, reading no more batches than settle it."""
    total = _ANYTHING
    for batch in log.batches([column]):
        total += summary_of(batch[column].alias(name))
        if total.is_settled:
            break
    return total


def summary_of(series: pl.Series) -> TextSummary:
    """Summarise one batch of a column that holds text."""
    if series.name and pl.Series([series.name]).str.contains(KEEP_TEXT).item():
        return _TEXT
    text = cleaned(as_text(series))
    if text.null_count() == len(text):
        return _ANYTHING
    whole = _allows(text, pl.Int64())
    real = whole or _allows(text, pl.Float64())
    truth = not real and text.str.to_lowercase().is_in(["true", "false"]).all()
    return TextSummary(whole=whole, real=real, too_long=real and _has_too_long(text), truth=truth)


def as_text(series: pl.Series) -> pl.Series:
    """Return a column that is neither numbers nor times as text; a list is spelled as Python does."""
    if isinstance(series.dtype, NESTED_TYPES):
        spelled = [None if value is None else repr(value) for value in series.to_list()]
        return pl.Series(series.name, spelled, pl.String)
    return series if series.dtype == pl.String else series.cast(pl.String)


def holds_text(dtype: pl.DataType) -> bool:
    """Tell whether a column of this type is read by what its text says."""
    return isinstance(dtype, TEXT_TYPES + NESTED_TYPES)


def _allows(text: pl.Series, dtype: pl.DataType) -> bool:
    return text.cast(dtype, strict=False).null_count() == text.null_count()


def _has_too_long(text: pl.Series) -> bool:
    longest = text.str.len_bytes().max()
    if not isinstance(longest, int) or longest <= LONGEST_EXACT:
        return False
    return bool(text.str.contains(TOO_LONG_FOR_A_FLOAT).any())
