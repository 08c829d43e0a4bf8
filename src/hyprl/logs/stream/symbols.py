"""Number the symbols of two logs in their order, so that bars are sorted and paired by numbers."""

from __future__ import annotations

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.logs import cells
from hyprl.logs.cells import Refusal


class SymbolTable:
    """The symbols met so far in either log. A new one renumbers them, which `edition` tells."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.edition = 0

    def clean(self, series: pl.Series, refusal: Refusal) -> pl.Series:
        """Return the symbols without blanks around them, and enter them. Raises SignalLogError for a missing one."""
        if series.dtype == pl.String and self._has_all(series):
            return series
        clean = cells.symbols(series, refusal)
        names = tuple(sorted({*self.names, *clean.unique().to_list()}))
        self.edition += names != self.names
        self.names = names
        return clean

    def codes(self, clean: pl.Series) -> Int64Array:
        """Return each symbol's number: its place among them, in the order of their bytes."""
        if len(self.names) == 1:
            return np.zeros(len(clean), dtype=np.int64)
        return clean.cast(pl.Enum(self.names)).to_physical().to_numpy().astype(np.int64)

    def _has_all(self, series: pl.Series) -> bool:
        if not self.names or series.null_count():
            return False
        if len(self.names) == 1:
            return (series == self.names[0]).all()
        return not series.cast(pl.Enum(self.names), strict=False).null_count()
