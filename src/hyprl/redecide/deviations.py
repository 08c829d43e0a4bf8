"""What a deviation of one feature column looks like: another row, a rounded format, a start that fades, or neither.

Every test asks whether a simple transformation of one side's values gives the other's; none looks at names.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hyprl.domain.arrays import BoolArray, Float64Array
from hyprl.redecide.memories import Memory

Rounding = Callable[[Float64Array], Float64Array]

LAGS = (1, 2, 3, -1, -2, 4, 5, 6, 7, 24, -3)
_DECIMALS = tuple(range(11))
_INFORMATIVE = 5
_MOSTLY = 0.5
_LAG_SHARE = 0.9
_LAG_TOLERANCE = 0.05  # of the step between the two candidate rows
ROUNDING_NOISE = 1e-7  # of the column's size: what another order of summation can do
_END_OF_FADE = 1e-6
_ULPS = 1e-13
_LONGEST_START = 10  # memories of the column
_FADE_SLACK = 0.5  # exponent: a fade half as fast as the recursion's own still counts


def same_values(a: Float64Array, b: Float64Array) -> BoolArray:
    """Mark equal values; NaN equals NaN."""
    same: BoolArray = (a == b) | (np.isnan(a) & np.isnan(b))
    return same


def to_float32(values: Float64Array) -> Float64Array:
    """Round to float32 and back."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)


def to_float16(values: Float64Array) -> Float64Array:
    """Round to float16 and back."""
    with np.errstate(over="ignore"):
        return values.astype(np.float16).astype(np.float64)


def rounding_of(plain: Float64Array, other: Float64Array) -> tuple[str, Rounding] | None:
    """Return the number format that every value of `other` has and those of `plain` have not.

    Fewer different values than the format would leave are no rounding: a constant has every format.
    """
    formats: list[tuple[str, Rounding]] = [("float16", to_float16), ("float32", to_float32)]
    formats += [(f"{digits} decimals", lambda x, n=digits: np.round(x, n)) for digits in _DECIMALS]  # type: ignore[misc]
    plain, other = plain[np.isfinite(plain)], other[np.isfinite(other)]
    if len(plain) < _INFORMATIVE or len(other) < _INFORMATIVE:
        return None
    for name, rounded in formats:
        has_format = np.array_equal(rounded(other), other) and (rounded(plain) == plain).mean() < _MOSTLY
        if has_format and _distinct(other) >= max(_MOSTLY * _distinct(rounded(plain)), _INFORMATIVE):
            return name, rounded
    return None


def is_rounded(plain: Float64Array, other: Float64Array, rounded: Rounding) -> bool:
    """Tell whether `other` is `plain` in a format, up to one unit: ties are broken otherwise, or digits cut off."""
    unit = 2.0 * np.nanmax(np.abs(rounded(plain) - plain), initial=0.0)
    return bool(np.nanmax(np.abs(other - plain), initial=0.0) <= unit * (1.0 + ROUNDING_NOISE))


def _distinct(values: Float64Array) -> int:
    return len(np.unique(values))


def lags_of(plain: Float64Array, other: Float64Array) -> tuple[tuple[int, ...], bool]:
    """Return the lags k for which other[t] = plain[t - k], the best first, and whether the column could tell.

    Judged on the later half, where a start has faded; rows at which both candidates are alike say nothing.
    """
    start = len(plain) // 2 if len(plain) > 8 * _INFORMATIVE else 0
    could_tell = False
    found: dict[int, float] = {}
    for lag in LAGS:
        rows = np.arange(max(start, lag), len(plain) - max(-lag, 0))
        if len(rows) < _INFORMATIVE:
            continue
        here, there, found_there = plain[rows], plain[rows - lag], other[rows]
        step = np.abs(there - here)
        telling = (
            np.isfinite(step) & np.isfinite(found_there) & (step > 1e-9 * (np.abs(here) + np.abs(there)))
        )
        if telling.sum() < _INFORMATIVE:
            continue
        could_tell = True
        hits = np.abs(found_there - there)[telling] <= _LAG_TOLERANCE * step[telling]
        if hits.mean() >= _LAG_SHARE:
            found[lag] = float(hits.mean())
    return tuple(sorted(found, key=found.__getitem__, reverse=True)), could_tell


def shifted(values: Float64Array, lag: int, edge: Float64Array) -> Float64Array:
    """Return values[t - lag]; rows that this leaves without a source are taken from `edge`."""
    result = edge.copy()
    if lag > 0:
        result[lag:] = values[:-lag]
    elif lag < 0:
        result[:lag] = values[-lag:]
    return result


def frozen_rows(plain: Float64Array, other: Float64Array) -> BoolArray:
    """Mark rows that repeat the row before in every column where `plain` moved, in stretches of at least three."""
    same = np.zeros(len(other), bool)
    if len(other) > 1:
        repeats = ((other[1:] == other[:-1]) | (np.isnan(other[1:]) & np.isnan(other[:-1]))).all(axis=1)
        moved = (plain[1:] != plain[:-1]).any(axis=1) & np.isfinite(other[1:]).all(axis=1)
        same[1:] = repeats & moved
    stretches: BoolArray = same & _in_stretches(same, 3)
    return stretches


def _in_stretches(mask: BoolArray, shortest: int) -> BoolArray:
    kept = np.zeros(len(mask), bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start >= shortest:
            kept[start:stop] = True
    return kept


def is_noise(gap: Float64Array, plain: Float64Array) -> bool:
    """Tell whether a gap is no more than arithmetic in another order can make, and all along."""
    size = np.nanmedian(np.abs(plain)) if np.isfinite(plain).any() else 0.0
    return bool(np.isfinite(gap).all() and np.abs(gap).max(initial=0.0) <= ROUNDING_NOISE * max(size, 1e-12))


def fades(gap: Float64Array, memory: Memory, size: float) -> bool:
    """Tell whether a gap is that of a late start: it begins at once, and ends or fades as the column forgets.

    `size` is the column's own.
    """
    rows = np.flatnonzero(gap != 0.0)  # NaN counts
    if not len(rows):
        return True
    onset, last = int(rows[0]), int(rows[-1])
    if not memory.length:
        return last - onset <= memory.bars_needed
    tail = np.abs(gap[onset:])
    first_number = int(np.argmax(np.isfinite(tail)))
    if not np.isfinite(tail[first_number:]).all():
        return not np.isfinite(tail).any()
    tail = tail[first_number:]
    if _ends_abruptly(gap, onset, last, memory, size):
        return False
    quarter = max(len(tail) // 4, 1)
    early, late = tail[:quarter].max(), tail[-quarter:].max()
    if len(tail) < 4:
        return bool(late <= early)
    expected = (1.0 - 1.0 / memory.length) ** (_FADE_SLACK * (len(tail) - quarter))
    return bool(late <= max(early * expected, 1e-12 * early))


def _ends_abruptly(gap: Float64Array, onset: int, last: int, memory: Memory, size: float) -> bool:
    # What decays by a share of itself ends in rounding noise. Earlier only a start can end, replaced by a warm one.
    left = abs(float(gap[last]))
    largest = float(np.nanmax(np.abs(gap), initial=0.0))
    ended = last + 1 < len(gap) and left > max(_END_OF_FADE * largest, _ULPS * size)
    return ended and last - onset > _LONGEST_START * memory.length
