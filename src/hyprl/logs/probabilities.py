"""Find the values that can be no probability."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from hyprl.logs.cells import numbers_or_null

_SLACK = 1e-6  # a float32 sigmoid may end a little above 1


def most_lie_outside_unit(parts: Iterable[pl.Series]) -> bool:
    """Tell whether most finite numbers of a column, given part by part, are no probabilities."""
    outside = finite = 0
    for part in parts:
        values = numbers_or_null(part)
        finite += int(values.is_finite().sum())
        outside += int((values.is_finite() & ~values.is_between(-_SLACK, 1.0 + _SLACK)).sum())
    return is_most(outside, finite)


def is_most(outside: int, finite: int) -> bool:
    """Tell whether so many values outside [0, 1] mean that the column holds something else."""
    return 2 * outside > finite


def may_be_outside_unit(frame: pl.DataFrame) -> bool:
    """Tell whether `outside_unit` may return rows; fast, and sure where it says no."""
    if "probability_up" not in frame.columns:
        return False
    values = frame["probability_up"]
    if values.null_count() or values.is_empty():
        return True
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]
    return not (low >= -_SLACK and high <= 1.0 + _SLACK)


def outside_unit(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose probability_up is a finite number that no probability can be."""
    if "probability_up" not in frame.columns:
        return frame.clear()
    value = pl.col("probability_up")
    return frame.filter(value.is_finite() & ~value.is_between(-_SLACK, 1.0 + _SLACK))
