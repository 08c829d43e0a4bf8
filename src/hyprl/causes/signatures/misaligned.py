"""Features that agree on the bars and still differ: swapped, scaled by other constants, never wired, or otherwise.

A pair of columns that hold each other's values was swapped. A column that is an affine function of the other side's,
over the whole span, was scaled by constants of another frame (a minimum and maximum, or a mean and deviation, taken
over the whole test look ahead). Lags, fades and rounding have modules of their own and are left to them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hyprl.causes.findings import FEATURE_MISALIGNMENT, SIGNATURE, Finding
from hyprl.causes.signatures.fading import fade_of
from hyprl.causes.signatures.lag import lag_of
from hyprl.causes.signatures.pair import Bools, Column, Pair, first_true
from hyprl.causes.signatures.rounding import is_noise, is_rounded

_LEAST_BARS = 12
_MOST = 0.95
_AFFINE = 1e-9
_SLIGHT = 1e-6
_ADVICE = "Compute both sides' features with one function from one bar series, and compare column by column."


def find(pair: Pair) -> list[Finding]:
    """Report swapped, rescaled and constant columns, else columns that are computed otherwise (`details`: open)."""
    if not pair.features or pair.bars_part.any() or pair.has_holes:
        return []
    differing = [column for column in pair.features if column.differs.any()]
    told = [column for column in differing if not _is_explained(column)]
    if not told:
        return []
    found = _swapped(pair, told) or _constant(pair, told) or _rescaled(pair, told)
    return [found or _otherwise(pair, told)]


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


def _swapped(pair: Pair, told: list[Column]) -> Finding | None:
    for place, a in enumerate(told):
        for b in told[place + 1 :]:
            where = a.differs & a.both & b.both
            if not where.any() or not (a.varies or b.varies):
                continue
            crossed = (a.right == b.left) & (b.right == a.left)
            if crossed[where].mean() >= _MOST:
                return _finding(
                    pair,
                    0.97,
                    f"{_bare(a)} and {_bare(b)} hold each other's values on {crossed[where].mean():.0%} of the bars",
                    "Match columns by name, never by position.",
                    (a, b),
                )
    return None


def _constant(pair: Pair, told: list[Column]) -> Finding | None:
    for column in told:
        for side, values, other in (
            ("right", column.right, column.left),
            ("left", column.left, column.right),
        ):
            if len(np.unique(values[column.both])) == 1 and len(np.unique(other[column.both])) > 8:
                value = float(values[column.both][0])
                return _finding(
                    pair,
                    0.95,
                    f"{_bare(column)} is {value:g} on every bar of the {side} side and varies on the other: it "
                    f"was never "
                    f"computed there",
                    "Wire the column up, and refuse a bar whose features have defaults.",
                    (column,),
                )
    return None


def _rescaled(pair: Pair, told: list[Column]) -> Finding | None:
    scaled = []
    for column in told:
        fit = _affine(column)
        if fit is not None:
            scaled.append((column, *fit))
    if not scaled:
        return None
    column, slope, level = scaled[0]
    return _finding(
        pair,
        0.9,
        f"{len(scaled)} columns are the left side's scaled by other constants over the whole span "
        f"({_bare(column)}: {slope:.4g} × left {level:+.4g}): normalised over another frame",
        "Take minimum, maximum, mean and deviation from the training window only, and store them with the model.",
        tuple(item[0] for item in scaled),
    )


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


def _otherwise(pair: Pair, told: list[Column]) -> Finding:
    worst = max(told, key=lambda column: float(np.median(column.gap)) / (column.scale or 1.0))
    share = float(np.mean(worst.differs))
    known = "on equal bars " if pair.knows_bars else ""
    return _finding(
        pair,
        0.75 if pair.knows_bars else 0.5,
        f"{known}{len(told)} columns differ by no lag, fade or rounding (most {_bare(worst)}, on "
        f"{share:.0%} of the bars, "
        f"median |Δ| {np.median(worst.gap[worst.differs]):.2g}): computed from other rows or by another formula",
        _ADVICE,
        tuple(told),
        {"open": True},
    )


def _finding(
    pair: Pair,
    confidence: float,
    evidence: str,
    advice: str,
    columns: tuple[Column, ...],
    details: Mapping[str, object] | None = None,
) -> Finding:
    first = min(first_true(column.differs, pair.rows) for column in columns)
    return Finding(
        FEATURE_MISALIGNMENT,
        SIGNATURE,
        confidence,
        evidence,
        advice,
        first_bar=pair.bar(first),
        columns=tuple(column.name for column in columns),
        details=details or {},
    )


def _bare(column: Column) -> str:
    return column.name.removeprefix("indicator.")
