"""|Δ| of one numeric field over the bars that both logs have, added part by part."""

from __future__ import annotations

import numpy as np
import polars as pl

from hyprl.domain.arrays import Float64Array
from hyprl.parity import fields
from hyprl.parity.diff import side_columns
from hyprl.parity.exact_sum import ExactSum
from hyprl.parity.measures import ValueGap, share

_NONE: Float64Array = np.empty(0)


class ValueTally:
    """Counts, exact sum and maxima of one field's gaps; `last_gaps` are those of the last part."""

    __slots__ = (
        "_available",
        "_compared",
        "_due",
        "_max",
        "_missing",
        "_name",
        "_relative",
        "_sum",
        "last_gaps",
    )

    def __init__(self, like: pl.DataFrame, name: str) -> None:
        kinds = [like.schema.get(column) for column in side_columns(name)]
        self._name = name
        self._available = all(kind is not None and kind.is_numeric() for kind in kinds)
        self._compared = self._missing = self._due = 0
        self._max = self._relative = 0.0
        self._sum = ExactSum()
        self.last_gaps = _NONE

    def add(self, paired: pl.DataFrame) -> None:
        """Measure the field on these bars."""
        if not self._available:
            return
        comparable = fields.has_both(paired, self._name)
        bt, replay = (_floats(paired[column]) for column in side_columns(self._name))
        if not comparable.all():
            self._missing += int(np.count_nonzero(fields.needs_values(paired) & ~comparable))
            self._due += int(np.count_nonzero(fields.needs_value(paired, self._name) & ~comparable))
            bt, replay = bt[comparable], replay[comparable]
        self._compared += len(bt)
        differs = bt != replay
        bt, replay = bt[differs], replay[differs]
        with np.errstate(over="ignore"):
            self.last_gaps = np.abs(bt - replay)
        if len(bt):
            self._sum.add(self.last_gaps)
            self._max = max(self._max, float(self.last_gaps.max()))
            self._relative = max(self._relative, float(_relative(self.last_gaps, bt, replay).max()))

    def gap(self) -> ValueGap:
        """Return what was measured so far."""
        if not self._available:
            return ValueGap(available=False)
        if not self._compared:
            return ValueGap(True, 0, self._missing, share(0, self._due))
        return ValueGap(
            available=True,
            compared=self._compared,
            missing=self._missing,
            present=self._compared / (self._compared + self._due),
            mean=self._sum.mean(self._compared),
            max=self._max,
            max_relative=self._relative,
        )


def _floats(series: pl.Series) -> Float64Array:
    if series.null_count():
        series = series.fill_null(0.0)
    return series.to_numpy().astype(np.float64, copy=False)


def _relative(gap: Float64Array, bt: Float64Array, replay: Float64Array) -> Float64Array:
    base = np.where(bt != 0.0, np.abs(bt), np.abs(replay))
    with np.errstate(over="ignore"):
        return gap / base
