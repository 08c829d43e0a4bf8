"""Read features on equal bars: swapped, scaled by other constants, never wired up, or computed otherwise.

A pair of columns that hold each other's values was swapped. A column that is an affine function of the other side's,
over the whole span, was scaled by constants of another frame (a minimum and maximum, or a mean and deviation, taken
over the whole test look ahead). Lags, fades and rounding have modules of their own and are left to them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.feature_values import (
    ConstantColumn,
    FeatureReading,
    OtherwiseComputed,
    RescaledColumns,
    SwappedColumns,
)
from hyprl.causes.findings import Finding, Standing
from hyprl.causes.signatures.fades import fade_of
from hyprl.causes.signatures.lags import lag_of
from hyprl.causes.signatures.number_formats import is_noise, is_rounded
from hyprl.causes.signatures.pair import Bools, Column, Pair, first_true

_LEAST_BARS = 12
_MOST = 0.95
_AFFINE = 1e-9
_SLIGHT = 1e-6


def find(pair: Pair) -> list[Finding]:
    """Report swapped, rescaled and constant columns, else columns that are computed otherwise (open)."""
    if not pair.features or pair.bars_part.any() or pair.has_holes:
        return []
    differing = [column for column in pair.features if column.differs.any()]
    unexplained = [column for column in differing if not _is_explained(column)]
    if not unexplained:
        return []
    found = _swapped(pair, unexplained) or _constant(pair, unexplained) or _rescaled(pair, unexplained)
    return [found or _otherwise(pair, unexplained)]


def _is_explained(column: Column) -> bool:
    if int((column.differs & column.both).sum()) < _LEAST_BARS:
        return True
    explained = lag_of(column) is not None or is_rounded(column) or is_noise(column)
    return explained or fade_of(column) is not None or _is_frozen(column)


def _is_frozen(column: Column) -> bool:
    where = column.differs & column.both
    held = np.zeros(len(where), np.bool_)
    for side, other in ((column.right, column.left), (column.left, column.right)):
        if len(np.unique(side)) > 1:  # a constant was never computed, which is another matter
            held[1:] |= (side[1:] == side[:-1]) & (other[1:] != other[:-1])
    return float(held[where].mean()) > 0.9 or _is_flag_frozen(column, where)


def _is_flag_frozen(column: Column, where: Bools) -> bool:
    """Tell whether a column of few values stands still from where it first differs to the end of that."""
    rows = np.flatnonzero(where)
    span = slice(int(rows[0]), int(rows[-1]) + 1)
    sides = [len(np.unique(side[span])) for side in (column.left, column.right)]
    return not column.varies and int(rows[0]) > 0 and min(sides) == 1 < max(sides)


def _swapped(pair: Pair, unexplained: list[Column]) -> Finding | None:
    for place, a in enumerate(unexplained):
        for b in unexplained[place + 1 :]:
            where = a.differs & a.both & b.both
            if not where.any() or not (a.varies or b.varies):
                continue
            crossed = (a.right == b.left) & (b.right == a.left)
            if crossed[where].mean() >= _MOST:
                facts = SwappedColumns(a.name, b.name, float(crossed[where].mean()))
                return _finding(pair, 0.97, facts, (a, b))
    return None


def _constant(pair: Pair, unexplained: list[Column]) -> Finding | None:
    for column in unexplained:
        for side, values, other in (
            ("right", column.right, column.left),
            ("left", column.left, column.right),
        ):
            if len(np.unique(values[column.both])) == 1 and len(np.unique(other[column.both])) > 8:
                value = float(values[column.both][0])
                return _finding(pair, 0.95, ConstantColumn(column.name, side, value), (column,))
    return None


def _rescaled(pair: Pair, unexplained: list[Column]) -> Finding | None:
    scaled = []
    for column in unexplained:
        fit = _affine(column)
        if fit is not None:
            scaled.append((column, *fit))
    if not scaled:
        return None
    column, slope, level = scaled[0]
    facts = RescaledColumns(len(scaled), column.name, slope, level)
    return _finding(pair, 0.9, facts, tuple(item[0] for item in scaled))


def _affine(column: Column) -> tuple[float, float] | None:
    where = column.both
    if not column.varies or int(where.sum()) < _LEAST_BARS:
        return None
    slope, level = np.polyfit(column.left[where], column.right[where], 1)
    missed = np.abs(slope * column.left[where] + level - column.right[where]).max()
    spread = max(column.scale, 1e-300)
    changed = abs(slope - 1.0) > _SLIGHT or abs(level) > _SLIGHT * spread
    fits = missed < 1e3 * _AFFINE * spread and slope != 0.0
    return (float(slope), float(level)) if fits and changed else None


def _otherwise(pair: Pair, unexplained: list[Column]) -> Finding:
    widest = max(unexplained, key=lambda column: float(np.median(column.gap)) / (column.scale or 1.0))
    facts = OtherwiseComputed(
        len(unexplained),
        widest.name,
        float(np.mean(widest.differs)),
        float(np.median(widest.gap[widest.differs])),
        on_equal_bars=pair.knows_bars,
    )
    found = _finding(pair, 0.75 if pair.knows_bars else 0.5, facts, tuple(unexplained))
    return replace(found, standing=Standing.OPEN)


def _finding(pair: Pair, confidence: float, facts: FeatureReading, columns: tuple[Column, ...]) -> Finding:
    first = min(first_true(column.differs, pair.rows) for column in columns)
    return Finding(
        Cause.FEATURE_MISALIGNMENT,
        confidence,
        (facts,),
        first_bar=pair.bar(first),
        columns=tuple(column.name for column in columns),
    )
