"""|Δ| of one numeric field over the bars that both logs have, added part by part.

Sums are exact until read, so that neither order nor block size can show in a mean. A finite float is an integer
times a power of two. The integers are added for each exponent, in two halves that float64 weights hold exactly, and the
bins in Python's unbounded ones; reading rounds once, as `math.fsum` does.
"""

from __future__ import annotations

from math import inf

import numpy as np
import polars as pl

from hyprl.domain.arrays import Float64Array
from hyprl.parity import fields
from hyprl.parity.diff import side_columns
from hyprl.parity.measures import ValueGap, share

_BLOCK = 1 << 24  # a half has at most 27 bits: 2**24 of them stay below 2**53
_LOW_BITS = 26
_MANTISSA = (1 << 52) - 1
_UNIT = 1 << 1074  # the smallest subnormal is 2**-1074
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


class ExactSum:
    """The sum of non-negative float64 values, infinity included, NaN not; any number of blocks, any order."""

    __slots__ = ("_infinite", "_units")

    def __init__(self) -> None:
        self._units = 0
        self._infinite = False

    def add(self, values: Float64Array) -> None:
        """Add non-negative values."""
        values = values[values != 0.0]
        for start in range(0, len(values), _BLOCK):
            self._add_block(values[start : start + _BLOCK])

    def mean(self, count: int) -> float | None:
        """Return the correctly rounded sum divided by `count`, None for no values; infinity when it overflows."""
        return self.total() / count if count else None

    def total(self) -> float:
        """Return the correctly rounded sum, infinity when it is beyond float64."""
        if self._infinite:
            return inf
        try:
            return self._units / _UNIT
        except OverflowError:
            return inf

    def _add_block(self, values: Float64Array) -> None:
        finite = np.isfinite(values)
        if not finite.all():
            self._infinite = True
            values = values[finite]
        if not len(values):
            return
        bits = np.ascontiguousarray(values).view(np.int64)
        exponents = bits >> 52
        mantissas = bits & _MANTISSA
        mantissas[exponents > 0] |= 1 << 52
        exponents = np.maximum(exponents, 1)
        lowest = int(exponents.min())
        places = exponents - lowest
        low = np.bincount(places, weights=mantissas & ((1 << _LOW_BITS) - 1))
        high = np.bincount(places, weights=mantissas >> _LOW_BITS)
        for place in np.flatnonzero((low != 0.0) | (high != 0.0)).tolist():
            units = (int(high[place]) << _LOW_BITS) + int(low[place])
            self._units += units << (place + lowest - 1)
