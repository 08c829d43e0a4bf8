"""Doubt that a normalised log's columns are what their names say: swapped ones, and fields under a mistyped name."""

from __future__ import annotations

import polars as pl

from hyprl.domain.instants import iso_utc, utc_us_of
from hyprl.errors import SignalLogError
from hyprl.logs import vocabulary as words
from hyprl.logs.batches import OneBatch
from hyprl.logs.names import could_be
from hyprl.logs.probabilities import is_most, outside_unit
from hyprl.logs.suggestions import looks_like, resembling
from hyprl.tables.spellings import FEATURE_PREFIX, LOG_FIELDS


def doubts(frame: pl.DataFrame, where: str) -> tuple[str, ...]:
    """Return one line for each doubt about a normalised log.

    A probability outside [0, 1] here and there is what a broken engine writes: a difference to be shown, so it is
    noted. Raises SignalLogError when most are outside: then the column holds something else.
    """
    return (*_no_probabilities(frame, where), *(f"{where}: {line}" for line in _mistyped(frame)))


def _no_probabilities(frame: pl.DataFrame, where: str) -> list[str]:
    outside = outside_unit(frame)
    if outside.is_empty():
        return []
    numbers = int(frame["probability_up"].is_finite().sum())
    row = outside.row(0, named=True)
    stamp = iso_utc(utc_us_of(row["timestamp"]))
    example = f"{row['probability_up']!r} for {row['symbol']} {stamp}"
    if is_most(outside.height, numbers):
        fact = (
            f"{outside.height:,} of {numbers:,} values of probability_up lie outside [0, 1] (first {example})"
        )
        raise SignalLogError(
            f"{fact}: that column holds something else, a price or a percentage",
            where=where,
            remedy="Name the right column, as in --set columns.probability_up=NAME, or correct the log.",
        )
    return [f"{where}: {outside.height:,} probabilities lie outside [0, 1] (first {example})"]


def _mistyped(frame: pl.DataFrame) -> list[str]:
    """Suggest a column for each field that gates or directions need and the log lacks."""
    spare = [name for name in frame.columns if name not in LOG_FIELDS and not name.startswith(FEATURE_PREFIX)]
    log, names = OneBatch(frame), {name: name for name in frame.columns}
    lines = []
    for field in (*words.NUMERIC, "direction"):
        near = None if field in frame.columns else resembling(field, spare)
        if near is not None and could_be(field, near, log, names):
            spare.remove(near)
            lines.append(f"{looks_like(field, near)}; until then it is compared as a column of its own")
    return lines
