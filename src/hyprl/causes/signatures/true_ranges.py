"""The true ranges that an average took in, read back from the average: bars' footprint in a log that has no bars.

Wilder's ATR moves by (TR - ATR) / n, so TR = ATR + n (ATR - ATR before) up to the stop's multiple. A log with an ATR,
or with sizes whose stop distance is one (`money`), thus tells of each bar's range. The length n shows in how one side's
difference dies out; where nothing dies out undisturbed, 14 is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair
from hyprl.causes.signatures.risk_and_stops import Money

USUAL_LENGTH = 14
_LENGTHS = (14, 10, 20, 21, 7, 50, 100)
_LEAST_BARS = 24
_SLACK = 4.0
_CLUSTER, _LEAST_SHARE = 2e-4, 0.15


@dataclass(frozen=True)
class Ranges:
    """A price-like column, its noise (absolute), the average's length, and the true ranges with their noise."""

    level: Column
    noise: float
    length: int
    true_range: Column
    range_noise: float

    @property
    def gap(self) -> Floats:
        """Right minus left level, NaN where a side has none."""
        return np.where(self.level.both, self.level.right - self.level.left, np.nan)

    @property
    def off(self) -> Bools:
        """Bars whose true ranges differ by more than noise."""
        return self.true_range.both & (self.true_range.gap > self.range_noise)


def level_of(pair: Pair, money: Money | None) -> tuple[Column, float] | None:
    """Return an ATR or a stop distance of both sides with its absolute noise, None where the log has neither."""
    named = [column for column in pair.features if "atr" in column.name and "norm" not in column.name]
    if named:
        column, tolerance = named[0], 1e-12
    elif money is not None and not pair.features:
        column, tolerance = money.stop, money.tolerance
    else:
        return None
    sizes = np.abs(column.left[column.both])
    return (column, _SLACK * tolerance * float(np.median(sizes))) if len(sizes) >= _LEAST_BARS else None


def ranges_of(level: Column, noise: float) -> Ranges | None:
    """Return the true ranges behind an average, None where they would not be positive."""
    length = _length(level, noise) or USUAL_LENGTH
    ranges = Column("true range", true_range(level.left, length), true_range(level.right, length))
    both = ranges.both
    if int(both.sum()) < _LEAST_BARS:
        return None
    if float(((ranges.left <= 0.0) | (ranges.right <= 0.0))[both].mean()) > 0.01:
        return None
    return Ranges(level, noise, length, ranges, 2.0 * length * noise)


def true_range(average: Floats, length: int) -> Floats:
    """Return the true range that each bar added to a Wilder average, NaN on the first bar."""
    result = np.full_like(average, np.nan)
    result[1:] = average[:-1] + length * np.diff(average)
    return result


def cold_start_of(level: Column, noise: float) -> tuple[int, int] | None:
    """Return (bars, length) where each right value is that of an average begun afresh so many bars before.

    What such a start leaves is what it was wrong by, times (1 - 1/length) for each bar since. None where it is not so.
    """
    gap = np.where(level.both, level.right - level.left, np.nan)
    if float((np.abs(gap) > noise).mean()) < 0.5:
        return None
    for length in _LENGTHS:
        found = _restarted(level.left, gap, length, noise)
        if found is not None:
            return found + length, length
    return None


def _restarted(left: Floats, gap: Floats, length: int, noise: float) -> int | None:
    ranges = true_range(left, length)
    if not np.isfinite(ranges[1:]).all() or len(ranges) < 4 * length:
        return None
    sums = np.concatenate(([0.0], np.cumsum(ranges[1:])))
    error = np.full_like(left, np.nan)
    error[length:] = (sums[length:] - sums[:-length]) / length - left[length:]
    kept = 1.0 - 1.0 / length
    for bars in range(min(len(gap) // 3, 40 * length)):
        rest = gap[bars + length :]
        due = error[length : len(gap) - bars] * kept**bars
        strong = np.isfinite(rest) & (np.abs(due) > 20.0 * noise)
        if int(strong.sum()) < _LEAST_BARS:
            return None
        if float(np.median(np.abs(rest[strong] / due[strong] - 1.0))) < 0.02:
            return bars
    return None


def _length(level: Column, noise: float) -> int | None:
    gap = np.where(level.both, level.right - level.left, np.nan)
    before, after = gap[:-1], gap[1:]
    strong = (np.abs(before) > 30.0 * noise) & (np.abs(after) > 30.0 * noise)
    ratios = after[strong] / before[strong]
    ratios = np.sort(ratios[(ratios > 0.5) & (ratios < 0.9995)])
    if len(ratios) < _LEAST_BARS // 4:
        return None
    within = np.searchsorted(ratios, ratios + _CLUSTER) - np.arange(len(ratios))
    best = int(within.argmax())
    if int(within[best]) < max(_LEAST_BARS // 4, _LEAST_SHARE * len(ratios)):
        return None
    length = 1.0 / (1.0 - float(np.median(ratios[best : best + int(within[best])])))
    return round(length) if abs(length - round(length)) < 0.02 * length else None
