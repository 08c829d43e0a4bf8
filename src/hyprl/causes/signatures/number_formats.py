"""Read the number format of columns: float32, float16, k decimals, or noise of the last places.

A column is rounded where every value of one side fits the narrower format, those of the other do not, and the
difference is no more than that rounding makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.number_formats import LastPlaces, NarrowFormat, NarrowFormatBeneath
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.pair import Column, Floats, Pair, first_true

_FITS, _FITS_NOT = 0.99, 0.5
_LEAST_BARS = 8
_NOISE = 1e-9  # of a column's spread: what another order of summation can do
_NOISE_LOGIT = 1e-6
_STEADY = 30.0

Rounding = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Format:
    """A narrower number format and how far rounding to it can move a number."""

    name: str
    rounded: Rounding
    step: Callable[[Floats], Floats]


def find(pair: Pair) -> list[Finding]:
    """Report the columns, bars first, whose differences are those of rounding."""
    for group in (pair.bars, pair.features, _probability(pair)):
        differing = [column for column in group if column.differs.any()]
        rounded = [(column, *found) for column in differing if (found := _format_of(column)) is not None]
        if rounded:
            return [_rounded(pair, rounded, len(differing))]
        if group and group[0] is pair.probability and (step := narrow_step(pair.probability)) is not None:
            return [_under_another(pair, pair.probability, step)]
        if differing and group is not pair.bars and all(is_noise(column) for column in differing):
            return [_noise(pair, differing)]
    return []


def is_rounded(column: Column) -> bool:
    """Tell whether the column's differences are those of rounding to a narrower format."""
    return _format_of(column) is not None


def narrow_step(column: Column) -> float | None:
    """Return the largest error of the narrower format that one side alone has, None where neither has one.

    Whether the other side is within that step of it is not asked: another fault may lie beneath the rounding.
    """
    left, right = column.left[column.both], column.right[column.both]
    for plain, narrow in ((left, right), (right, left)):
        if len(np.unique(narrow)) < _LEAST_BARS:
            continue
        for form in _FORMATS:
            if _fits_one_side(form, plain, narrow):
                return float(form.step(plain).max())
    return None


def is_noise(column: Column) -> bool:
    """Tell whether a column differs by last places only, neither fading nor growing out of them."""
    where = column.differs & column.both
    count = int(where.sum())
    if count < _LEAST_BARS or (column.differs & ~column.both).any():
        return False
    limit = (
        _NOISE_LOGIT * 0.1
        if column.name == "probability_up"
        else _NOISE * max(column.scale, _largest(column))
    )
    gap = column.gap
    if float(gap.max()) > limit:
        return False
    quarter = max(len(gap) // 4, 1)
    early, late = float(gap[:quarter].mean()), float(gap[-quarter:].mean())
    return late > 0.0 and early < _STEADY * late


def _probability(pair: Pair) -> tuple[Column, ...]:
    return () if pair.probability is None else (pair.probability,)


def _format_of(column: Column) -> tuple[str, str] | None:
    if int((column.differs & column.both).sum()) < _LEAST_BARS:
        return None
    left, right = column.left[column.both], column.right[column.both]
    for side, plain, narrow in (("right", left, right), ("left", right, left)):
        for form in _FORMATS:
            if _has_format(form, plain, narrow):
                return form.name, side
    return None


def _has_format(form: Format, plain: Floats, narrow: Floats) -> bool:
    if not _fits_one_side(form, plain, narrow):
        return False
    return bool((np.abs(plain - narrow) <= form.step(plain)).mean() >= _FITS)


def _fits_one_side(form: Format, plain: Floats, narrow: Floats) -> bool:
    if len(np.unique(narrow[:64])) < _LEAST_BARS and len(np.unique(narrow)) < _LEAST_BARS:
        return False  # flags and constants fit any format
    with np.errstate(over="ignore", invalid="ignore"):
        if (form.rounded(narrow[:64]) == narrow[:64]).mean() < _FITS:
            return False
        fits = (form.rounded(narrow) == narrow).mean() >= _FITS
        return bool(fits and (form.rounded(plain) == plain).mean() <= _FITS_NOT)


def _largest(column: Column) -> float:
    return float(np.abs(column.left[column.both]).max())


def _to(dtype: type[np.floating]) -> Rounding:
    return lambda values: values.astype(dtype).astype(np.float64)


def _decimals(digits: int) -> Format:
    return Format(
        f"{digits} decimals",
        lambda values: np.round(values, digits),
        lambda values: np.full_like(values, 0.51 * 10.0**-digits),
    )


_FORMATS = (
    *(_decimals(digits) for digits in range(11)),
    Format("float16", _to(np.float16), lambda values: np.abs(values) * 2.0**-10 + 2.0**-24),
    Format("float32", _to(np.float32), lambda values: np.abs(values) * 2.0**-23 + 2.0**-149),
)


def _rounded(pair: Pair, rounded: list[tuple[Column, str, str]], differing: int) -> Finding:
    column, form, side = rounded[0]
    names = tuple(item[0].name for item in rounded)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.nanmedian(column.gap[column.differs] / np.abs(column.left[column.differs]))
    return Finding(
        Cause.FLOATING_POINT,
        0.95 if len(rounded) == differing else 0.85,
        (NarrowFormat(side, names, differing, form, float(relative)),),
        first_bar=pair.bar(first_true(column.differs, 0)),
        columns=names,
    )


def _under_another(pair: Pair, column: Column, step: float) -> Finding:
    return Finding(
        Cause.FLOATING_POINT,
        0.85,
        (NarrowFormatBeneath(step),),
        first_bar=pair.bar(first_true(column.differs, 0)),
        columns=(column.name,),
    )


def _noise(pair: Pair, differing: list[Column]) -> Finding:
    widest = max(differing, key=lambda column: float(column.gap.max()))
    return Finding(
        Cause.FLOATING_POINT,
        0.75,
        (LastPlaces(len(differing), float(widest.gap.max()), widest.name),),
        first_bar=pair.bar(min(first_true(column.differs, pair.rows) for column in differing)),
        columns=tuple(column.name for column in differing),
    )
