"""Read an ATR, or a stop distance that is one: what it gives away of bars that were not recorded.

A ratio of levels that is constant up to a date and then runs to 1 is an adjustment; ranges that are the bar before's
are bars decided again; ranges that are smaller on nearly all bars are bars read before they closed; a small difference
on every bar, even both ways, is a rounding of prices; single bars with another range were revised. An average that
starts afresh at each bar, and one with values on a grid, belong to the average and not to the bars.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.atr_levels import (
    CappedAverage,
    DatedLevelRatio,
    FewOtherRanges,
    LevelOnGrid,
    LevelReading,
    ManyOtherRanges,
    NarrowerRanges,
    RepeatedRanges,
    RoundedRanges,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.fades import fade_of
from hyprl.causes.signatures.lags import lag_of
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money
from hyprl.causes.signatures.true_ranges import Ranges, cold_start_of, level_of, ranges_of

_LEAST_BARS = 6
_RATIO_SPREAD = 2e-4
_FEW_PER_BAR = 0.95
_MULTIPLES = (1.0, 2.0, 1.5, 2.5, 3.0, 4.0)
_SLIGHT = 1e-4


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report what an average of ranges shows; nothing where the log has bars, or lacks some."""
    if pair.knows_bars or pair.has_holes:
        return []
    found = level_of(pair, money)
    if found is None:
        return []
    level, noise = found
    off = level.both & (level.gap > noise)
    if int(off.sum()) < _LEAST_BARS or _is_scaled(level, noise):
        return []
    dated = _dated(pair, level, noise)
    if dated or fade_of(level) is not None or lag_of(level) is not None:
        return dated
    return _of_the_average(pair, level, noise) or _of_the_bars(pair, level, noise)


def is_adjusted(pair: Pair, money: Money | None) -> bool:
    """Tell whether a constant ratio up to a date is what the levels differ by."""
    found = None if pair.knows_bars or pair.has_holes else level_of(pair, money)
    return found is not None and bool(_dated(pair, *found))


def _is_scaled(level: Column, noise: float) -> bool:
    """Tell whether one ratio holds throughout: a setting's doing, not the bars'."""
    ratio = level.right[level.both] / level.left[level.both]
    return float(np.ptp(ratio)) * float(np.median(np.abs(level.left[level.both]))) < 4.0 * noise


def _of_the_average(pair: Pair, level: Column, noise: float) -> list[Finding]:
    off = level.gap > noise
    start = cold_start_of(level, noise)
    if start is not None:
        bars_before, length = start
        capped = CappedAverage(level.name, length, bars_before, int(off.sum()))
        return [_finding(pair, Cause.WARMUP, 0.9, capped, off)]
    grid = _grid(level, noise)
    if grid is not None:
        side, step = grid
        on_grid = LevelOnGrid(level.name, side, step, int(off.sum()))
        return [_finding(pair, Cause.FLOATING_POINT, 0.8, on_grid, off)]
    return []


def _dated(pair: Pair, level: Column, noise: float) -> list[Finding]:
    """Find the bar up to which a constant ratio other than 1 holds, and from which it runs to 1."""
    usable = level.both & (level.left > 0.0)
    ratio = np.divide(level.right, level.left, out=np.full_like(level.left, np.nan), where=usable)
    tolerance = noise / float(np.median(level.left[usable]))
    finite = np.isfinite(ratio)
    if int(finite.sum()) < 4 * _LEAST_BARS or not finite[: 2 * _LEAST_BARS].any():
        return []
    value = float(np.median(ratio[finite][: 2 * _LEAST_BARS]))
    slack = max(5.0 * tolerance, _RATIO_SPREAD * abs(value - 1.0))
    if abs(value - 1.0) < 12.0 * tolerance:
        return []
    stop = first_true(finite & (np.abs(ratio - value) > slack), len(ratio))
    if stop < 2 * _LEAST_BARS or len(ratio) - stop < _LEAST_BARS:
        return []
    distance = np.abs(ratio[stop:][finite[stop:]] - 1.0)
    if not (distance[-1] < 0.2 * abs(value - 1.0) and distance[-1] < distance[0]):
        return []
    off = level.gap > noise
    dated = DatedLevelRatio(level.name, pair.bar(stop), value, int(off.sum()))
    return [_finding(pair, Cause.DATA_REVISION, 0.85, dated, off)]


def _grid(level: Column, noise: float) -> tuple[str, float | None] | None:
    """Return the side whose levels lie on a grid that the other's do not, and its step (None: float16)."""
    left, right = level.left[level.both], level.right[level.both]
    for side, mine, other in (("right", right, left), ("left", left, right)):
        for multiple in _MULTIPLES:
            if _is_narrow(mine / multiple, noise) and not _is_narrow(other / multiple, noise):
                return side, None
            for digits in range(1, 7):
                step = multiple * 10.0**-digits
                if step > 20.0 * noise and _lies_on(mine, step, noise) and not _lies_on(other, step, noise):
                    return side, step
    return None


def _lies_on(values: Floats, step: float, noise: float) -> bool:
    rest = np.abs(values - step * np.round(values / step))
    return float((rest <= noise).mean()) > _FEW_PER_BAR


def _of_the_bars(pair: Pair, level: Column, noise: float) -> list[Finding]:
    ranges = ranges_of(level, noise)
    if ranges is None:
        return []
    off = ranges.off
    count = int(off.sum())
    if count < 2:
        return []
    repeated = _repeated(ranges, off)
    if repeated >= _LEAST_BARS and repeated > 0.3 * count:
        facts = RepeatedRanges(level.name, repeated, count)
        return [_finding(pair, Cause.BAR_TIMING, 0.8, facts, off)]
    return _rounded(pair, ranges, off) or _narrower(pair, ranges, off) or _scattered(pair, ranges, off)


def _repeated(ranges: Ranges, off: Bools) -> int:
    column = ranges.true_range
    best = 0
    for mine, other in ((column.right, column.left), (column.left, column.right)):
        same = np.zeros(len(off), np.bool_)
        same[1:] = np.abs(mine[1:] - other[:-1]) <= ranges.range_noise
        best = max(best, int((same & off).sum()))
    return best


def _scattered(pair: Pair, ranges: Ranges, off: Bools) -> list[Finding]:
    size = _change(ranges, off)[2]
    if size < _SLIGHT:
        return []
    level, bars = ranges.level.name, int(off.sum())
    if _share(ranges, off) > 0.8:
        return [_finding(pair, Cause.DATA_REVISION, 0.5, ManyOtherRanges(level, size, bars), off)]
    return [_finding(pair, Cause.DATA_REVISION, 0.68, FewOtherRanges(level, ranges.length, bars), off)]


def _finding(pair: Pair, cause: Cause, confidence: float, facts: LevelReading, where: Bools) -> Finding:
    first = pair.bar(first_true(where, 0))
    return Finding(cause, confidence, (facts,), first_bar=first, columns=(facts.level,))


def _is_narrow(values: Floats, noise: float) -> bool:
    with np.errstate(over="ignore"):
        rest = np.abs(values - values.astype(np.float16).astype(np.float64))
    return float((rest <= noise).mean()) > _FEW_PER_BAR and float(np.median(np.abs(values))) > 2e4 * noise


def _change(ranges: Ranges, off: Bools) -> tuple[Floats, float, float]:
    """Return right minus left where they differ, the share that is smaller, and the usual relative size."""
    column = ranges.true_range
    change = (column.right - column.left)[off]
    relative = float(np.median(np.abs(change / column.left[off])))
    return change, float((change < 0.0).mean()), relative


def _share(ranges: Ranges, off: Bools) -> float:
    return int(off.sum()) / max(int(ranges.true_range.both.sum()), 1)


def _rounded(pair: Pair, ranges: Ranges, off: Bools) -> list[Finding]:
    change, smaller, _ = _change(ranges, off)
    top = float(np.quantile(np.abs(change), 0.99))
    small = top < 0.1 * float(np.nanmedian(ranges.true_range.left))
    bounded = top < 5.0 * float(np.median(np.abs(change)))
    if _share(ranges, off) < 0.3 or not 0.35 < smaller < 0.65 or not (small or bounded):
        return []
    facts = RoundedRanges(ranges.level.name, _share(ranges, off), top, int(off.sum()))
    return [_finding(pair, Cause.FLOATING_POINT, 0.65, facts, off)]


def _narrower(pair: Pair, ranges: Ranges, off: Bools) -> list[Finding]:
    _, smaller, size = _change(ranges, off)
    one_way = max(smaller, 1.0 - smaller)
    if _share(ranges, off) < 0.8 or one_way < 0.9 or size < 0.01:
        return []
    side = "right" if smaller > 0.5 else "left"
    facts = NarrowerRanges(ranges.level.name, side, one_way, size, int(off.sum()))
    return [_finding(pair, Cause.BAR_TIMING, 0.65, facts, off)]
