"""Read the ratio of two sizes, where neither risk nor stop distance can be read back.

One factor from the first bar on is another setting or other money. A ratio that parts before any trade could, or while
no decision does, is other money. Where probabilities part too, trades may move the account apart; a ratio that is off
before any trade, or whose steps fade from bar to bar as an average's do, has other true ranges behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.size_ratios import (
    DriftingSizes,
    OffSizes,
    OtherRanges,
    SizeFactor,
    SizeReading,
    SizesOfOtherRanges,
    SizesPart,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.pair import Bools, Column, Floats, Ints, Pair, first_true

_LEAST_BARS = 6
_SAME_FACTOR = 1e-4  # of the ratio: sizes are written with few digits
_WRITTEN = 4e-6  # sizes are rounded to 6 decimals
_MOST = 0.95
_DRIFTS = 0.9
_STEP = 1e-7
_FADES = 0.3  # of a step, from one bar to the next; trades leave single steps
_ONCE = 0.035  # fewer beginnings: one late fade, which a restart leaves, and some trades
_EVERYWHERE = 0.99
_TINY = 1e-3


@dataclass(frozen=True)
class Ratio:
    """Right over left size on the bars on which both are positive, those bars' rows, and which are off 1."""

    column: Column
    rows: Ints
    value: Floats
    off: Bools

    @property
    def start(self) -> int:
        """Return the place of the first that is off."""
        return first_true(self.off, 0)


def find(pair: Pair) -> list[Finding]:
    """Report what the sizes show."""
    ratio = _ratio(pair)
    if ratio is None:
        return []
    if pair.probability is not None and bool(pair.probability.differs.any()):
        return _by_ranges(pair, ratio)
    drift = _drift(ratio.value)
    if drift is not None and not pair.parted.any():
        sizes = DriftingSizes(ratio.column.name, *drift)
        return [_finding(pair, ratio, Cause.SIZING_EQUITY, 0.75, sizes)]
    return _by_one_factor(pair, ratio) or _by_money(pair, ratio)


def _ratio(pair: Pair) -> Ratio | None:
    column = pair.column("position_size") or pair.column("risk_amount")
    if column is None:
        return None
    usable = column.both & (column.left > 0.0) & (column.right > 0.0)
    rows = np.flatnonzero(usable)
    if len(rows) < _LEAST_BARS:
        return None
    value = column.right[usable] / column.left[usable]
    off = np.abs(value - 1.0) > np.maximum(
        _WRITTEN / np.minimum(column.left[usable], column.right[usable]), 1e-9
    )
    return Ratio(column, rows, value, off) if off.any() else None


def _by_one_factor(pair: Pair, ratio: Ratio) -> list[Finding]:
    early = ratio.rows < max(pair.untouched, 1)
    values = ratio.value[early] if early.any() else ratio.value[:1]
    factor = float(np.median(values))
    same = np.abs(ratio.value / factor - 1.0) < _SAME_FACTOR
    lasting = bool(same.mean() >= _MOST)
    steady = bool((np.abs(values / factor - 1.0) < _SAME_FACTOR).all()) and ratio.start == 0
    if abs(factor - 1.0) <= _SAME_FACTOR or not (steady or lasting):
        return []
    name, bars = ratio.column.name, (int(same.sum()), len(same)) if lasting else None
    return [
        _finding(pair, ratio, Cause.CONFIGURATION, 0.65, SizeFactor(name, factor, bars, as_setting=True)),
        _finding(pair, ratio, Cause.SIZING_EQUITY, 0.6, SizeFactor(name, factor, bars, as_setting=False)),
    ]


def _by_money(pair: Pair, ratio: Ratio) -> list[Finding]:
    row = int(ratio.rows[ratio.start])
    if row > pair.first_parted:
        return []
    if pair.parted.any():
        when, confidence = SizesPart.BEFORE_DECISIONS, 0.5
    elif row < pair.untouched:
        when, confidence = SizesPart.BEFORE_TRADES, 0.68
    else:
        when, confidence = SizesPart.ON_EQUAL_DECISIONS, 0.68
    off = ratio.value[ratio.off]
    sizes = OffSizes(ratio.column.name, when, float(off.min()), float(off.max()))
    return [_finding(pair, ratio, Cause.SIZING_EQUITY, confidence, sizes)]


def _by_ranges(pair: Pair, ratio: Ratio) -> list[Finding]:
    """Read whether another true range lies behind the sizes: they part before trades, or their steps fade."""
    steps = np.diff(np.log(ratio.value))
    moved = np.abs(steps[:-1]) > _STEP
    kept = float(np.median(steps[1:][moved] / steps[:-1][moved])) if int(moved.sum()) >= _LEAST_BARS else 0.0
    if kept < _FADES and int(ratio.rows[ratio.start]) >= pair.untouched:
        return []
    begun = float((np.abs(steps[1:]) > 1.5 * np.abs(steps[:-1]) + _STEP).mean())
    if ratio.start > 0 and begun < _ONCE:
        return []
    off, above = ratio.value[ratio.off], float((ratio.value[ratio.off] > 1.0).mean())
    size = float(np.median(np.abs(np.log(off))))
    everywhere = float(ratio.off.mean()) >= _EVERYWHERE
    if everywhere and above >= _EVERYWHERE and float(moved.mean()) > _MOST:
        cause, confidence, ranges = Cause.BAR_TIMING, 0.55, OtherRanges.UNFINISHED_BARS
    elif everywhere and size < _TINY and float(moved.mean()) > 0.5:
        cause, confidence, ranges = Cause.FLOATING_POINT, 0.55, OtherRanges.ROUNDING
    else:
        cause, confidence, ranges = Cause.DATA_REVISION, 0.6, OtherRanges.OTHER_PRICES
    sizes = SizesOfOtherRanges(
        ratio.column.name, len(off), len(ratio.value), size, kept if kept >= _FADES else None, ranges
    )
    return [_finding(pair, ratio, cause, confidence, sizes)]


def _drift(ratio: Floats) -> tuple[float, float] | None:
    """Return the ratio's typical value in the first and the last tenth, None where it does not drift smoothly."""
    if len(ratio) < 5 * _LEAST_BARS:
        return None
    order = np.arange(len(ratio), dtype=np.float64)
    spread = float(ratio.std())
    if spread < _SAME_FACTOR or abs(float(np.corrcoef(order, ratio)[0, 1])) < _DRIFTS:
        return None
    if float(np.median(np.abs(np.diff(ratio)))) > 0.2 * spread:
        return None
    tenth = max(len(ratio) // 10, 1)
    return float(np.median(ratio[:tenth])), float(np.median(ratio[-tenth:]))


def _finding(pair: Pair, ratio: Ratio, cause: Cause, confidence: float, facts: SizeReading) -> Finding:
    first = pair.bar(int(ratio.rows[ratio.start]))
    return Finding(cause, confidence, (facts,), first_bar=first, columns=(ratio.column.name,))
