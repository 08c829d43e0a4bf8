"""Look for numbers that cannot be what their column says, as when two columns were swapped."""

from __future__ import annotations

import polars as pl

from hyprl.domain.instants import iso_utc, utc_us_of
from hyprl.errors import SignalLogError

_SLACK = 1e-6  # a float32 sigmoid may end a little above 1


def doubts(frame: pl.DataFrame, where: str) -> tuple[str, ...]:
    """Return one line for each doubt about a normalised log.

    A probability outside [0, 1] here and there is what a broken engine writes: a difference to be shown, so it is
    noted. Raises SignalLogError when most are outside: then the column holds something else.
    """
    outside = outside_unit(frame)
    if outside.is_empty():
        return ()
    numbers = int(frame["probability_up"].is_finite().sum())
    row = outside.row(0, named=True)
    stamp = iso_utc(utc_us_of(row["timestamp"]))
    example = f"{row['probability_up']!r} for {row['symbol']} {stamp}"
    if 2 * outside.height > numbers:
        fact = (
            f"{outside.height:,} of {numbers:,} values of probability_up lie outside [0, 1] (first {example})"
        )
        raise SignalLogError(
            f"{fact}: that column holds something else, a price or a percentage",
            where=where,
            remedy="Name the right column, as in --set columns.probability_up=NAME, or correct the log.",
        )
    return (f"{where}: {outside.height:,} probabilities lie outside [0, 1] (first {example})",)


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
