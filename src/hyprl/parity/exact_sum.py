"""Sums of float64 that are exact until they are read, so that neither order nor block size can show in a mean.

A finite float is an integer times a power of two. The integers are added for each exponent, in two halves that
float64 weights hold exactly, and the bins in Python's unbounded ones; reading rounds once, as `math.fsum` does.
"""

from __future__ import annotations

from math import inf

import numpy as np

from hyprl.domain.arrays import Float64Array

_BLOCK = 1 << 24  # a half has at most 27 bits: 2**24 of them stay below 2**53
_LOW_BITS = 26
_MANTISSA = (1 << 52) - 1
_UNIT = 1 << 1074  # the smallest subnormal is 2**-1074


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
