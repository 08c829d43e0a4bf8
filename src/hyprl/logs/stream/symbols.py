"""Number the symbols of two logs in their order, so that bars are sorted and paired by numbers."""

from __future__ import annotations

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.logs import normalise


class SymbolTable:
    """The symbols seen so far in either log. A new one renumbers them, which `edition` tells."""

    def __init__(self) -> None:
        self.known: tuple[str, ...] = ()
        self.edition = 0

    def clean(self, series: pl.Series, where: str) -> pl.Series:
        """Return the symbols without blanks around them, and know them. Raises SignalLogError for a missing one."""
        if series.dtype == pl.String and self._knows(series):
            return series
        clean = normalise.symbols(series, where)
        known = tuple(sorted({*self.known, *clean.unique().to_list()}))
        self.edition += known != self.known
        self.known = known
        return clean

    def codes(self, clean: pl.Series) -> Int64Array:
        """Return each symbol's number: its place among those known, in the order of their bytes."""
        if len(self.known) == 1:
            return np.zeros(len(clean), dtype=np.int64)
        return clean.cast(pl.Enum(self.known)).to_physical().to_numpy().astype(np.int64)

    def _knows(self, series: pl.Series) -> bool:
        if not self.known or series.null_count():
            return False
        if len(self.known) == 1:
            return (series == self.known[0]).all()
        return not series.cast(pl.Enum(self.known), strict=False).null_count()
