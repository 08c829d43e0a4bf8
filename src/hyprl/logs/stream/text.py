"""What a text column holds: numbers, truth values or words. Batches add up to what `normalise` finds in the whole."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hyprl.logs.normalise import KEEP_TEXT, TOO_LONG_FOR_A_FLOAT, cleaned


@dataclass(frozen=True, slots=True)
class TextKind:
    """What every value seen so far allows; a column without values allows all of it."""

    whole: bool = True
    real: bool = True
    too_long: bool = False
    truth: bool = True

    def and_of(self, series: pl.Series) -> TextKind:
        """Return the kind of the values seen so far and these."""
        if series.name and pl.Series([series.name]).str.contains(KEEP_TEXT).item():
            return TextKind(whole=False, real=False, truth=False)
        text = cleaned(series)
        return TextKind(
            whole=self.whole and _allows(text, pl.Int64()),
            real=self.real and _allows(text, pl.Float64()),
            too_long=self.too_long or bool(text.str.contains(TOO_LONG_FOR_A_FLOAT).any()),
            truth=self.truth and text.str.to_lowercase().is_in(["true", "false"]).all(),
        )

    @property
    def dtype(self) -> pl.DataType:
        """Return the type that `normalise` gives the column, Null for one without values."""
        if self.whole and self.truth:
            return pl.Null()
        if self.whole:
            return pl.Int64()
        if self.real:
            return pl.String() if self.too_long else pl.Float64()
        return pl.Boolean() if self.truth else pl.String()

    @property
    def is_text_for_good(self) -> bool:
        """Tell whether no further value can make it anything but text."""
        return not (self.whole or self.truth) and (self.too_long or not self.real)


def _allows(text: pl.Series, dtype: pl.DataType) -> bool:
    return text.cast(dtype, strict=False).null_count() == text.null_count()
