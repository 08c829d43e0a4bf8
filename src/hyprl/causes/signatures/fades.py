"""Fading differences: those that shrink geometrically, as an average with an endless memory forgets its start.

J. Welles Wilder's averages keep (1 - 1/n) of an error at each bar, exponential ones 1 - 2/(n + 1). A column that is
itself such an average (ATR) fades with just that ratio from bar to bar; a ratio of two of them (RSI) and whatever is
computed from them fade under that envelope.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from hyprl.causes.signatures.pair import Column, Floats, first_true

_LEAST_RATIOS = 8
_RATIO_SPREAD = 2e-3
_WINDOW = 12
_LEAST_WINDOWS = 4
_FLOOR = 1e-13
_LEAST_DECLINE = 20.0
_LEAST_FIT = 0.8


@dataclass(frozen=True, slots=True)
class Fade:
    """A fading difference: first paired bar, half-life in bars, the decline seen, and how surely it is one.

    `ratio` is what stays from one bar to the next where that is constant, None for an envelope.
    """

    start: int
    half_life: float
    decline: float
    ratio: float | None

    @property
    def wilder_length(self) -> float:
        """Return the n of the Wilder average that forgets this fast."""
        return float(1.0 / (1.0 - 2.0 ** (-1.0 / self.half_life)))


def fade_of(column: Column) -> Fade | None:
    """Return how a column's difference fades, None where it does not."""
    where = column.differs & column.both
    if int(where.sum()) < _LEAST_RATIOS:
        return None
    start = first_true(where, 0)
    gap = np.where(column.both, column.right - column.left, np.nan)[start:]
    constant = constant_ratio(gap, _FLOOR * max(column.scale, 1e-300) * 1e4)
    if constant is not None:
        decline = float(np.abs(gap[0]) / max(np.abs(gap[np.isfinite(gap)][-1]), 1e-300))
        return Fade(start, log(0.5) / log(constant), decline, constant)
    return _envelope(np.abs(gap), start, _FLOOR * column.scale)


def constant_ratio(gap: Floats, floor: float) -> float | None:
    """Return the ratio of neighbouring values where it is one and the same below 1, None otherwise."""
    before, after = gap[:-1], gap[1:]
    usable = np.isfinite(before) & np.isfinite(after) & (np.abs(before) > floor) & (np.abs(after) > floor)
    if int(usable.sum()) < _LEAST_RATIOS:
        return None
    ratios = after[usable] / before[usable]
    middle = float(np.median(ratios))
    steady = float((np.abs(ratios - middle) < _RATIO_SPREAD).mean())
    grown = np.abs(ratios) > 1.0 + _RATIO_SPREAD  # a difference that comes back is fed, not forgotten
    return middle if 0.3 < middle < 0.9995 and steady >= 0.95 and not grown.any() else None


def _envelope(gap: Floats, start: int, floor: float) -> Fade | None:
    width = max(_WINDOW, len(gap) // 40)
    count = len(gap) // width
    if count < _LEAST_WINDOWS:
        return None
    tops = np.nanmax(gap[: count * width].reshape(count, width), axis=1, initial=0.0)
    alive = first_true(tops <= floor, count)
    if alive < count and (tops[alive:] > 1e3 * floor).any():
        return None
    tops = tops[:alive]
    if alive < _LEAST_WINDOWS:
        return _vanished(tops, start, width, alive < count)
    places = np.arange(alive) * float(width)
    logs = np.log(tops)
    slope, level = np.polyfit(places, logs, 1)
    residual = logs - (slope * places + level)
    fit = 1.0 - residual.var() / logs.var() if logs.var() > 0.0 else 0.0
    decline = float(tops[0] / tops[-1])
    if slope >= 0.0 or decline < _LEAST_DECLINE or fit < _LEAST_FIT:
        return None
    return Fade(start, log(0.5) / slope, decline, None)


def _vanished(tops: Floats, start: int, width: int, ended: bool) -> Fade | None:
    if not ended or len(tops) < 2 or not (np.diff(tops) < 0.0).all():
        return None
    decline = float(tops[0] / tops[-1])
    if decline < _LEAST_DECLINE:
        return None
    return Fade(start, width * log(2.0) * (len(tops) - 1) / log(decline), decline, None)
