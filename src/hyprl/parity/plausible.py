"""Look for numbers that cannot be what their column says, as when two columns were swapped."""

from __future__ import annotations

import polars as pl

from hyprl.errors import SignalLogError

_SLACK = 1e-6  # a float32 sigmoid may end a little above 1


def doubts(frame: pl.DataFrame, where: str) -> tuple[str, ...]:
    """Return one line for each doubt about a normalised log.

    A probability outside [0, 1] here and there is what a broken engine writes: a difference to be shown, so it is
    noted. Raises SignalLogError when most are outside: then the column holds something else.
    """
    if "probability_up" not in frame.columns:
        return ()
    finite = frame.filter(pl.col("probability_up").is_finite())
    outside = finite.filter(~pl.col("probability_up").is_between(-_SLACK, 1.0 + _SLACK))
    if outside.height == 0:
        return ()
    row = outside.row(0, named=True)
    stamp = row["timestamp"].strftime("%Y-%m-%dT%H:%M:%SZ")
    example = f"{row['probability_up']!r} for {row['symbol']} {stamp}"
    if 2 * outside.height > finite.height:
        fact = f"{outside.height:,} of {finite.height:,} values of probability_up lie outside [0, 1] (first {example})"
        raise SignalLogError(
            f"{fact}: that column holds something else, a price or a percentage",
            where=where,
            remedy="Name the right column, as in --set columns.probability_up=NAME, or correct the log.",
        )
    return (f"{where}: {outside.height:,} probabilities lie outside [0, 1] (first {example})",)
