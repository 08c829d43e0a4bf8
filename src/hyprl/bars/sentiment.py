"""Sentiment scores with the instant at which each was published, read from CSV or Parquet.

The timestamp rules are those of bars. A score says nothing before its publication: join with `latest_at`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.errors import DataError
from hyprl.tables.instant_columns import parse_instants
from hyprl.tables.numbers import parse_numbers
from hyprl.tables.read import read_table
from hyprl.tables.spellings import INSTANTS, SCORES, spelling
from hyprl.tables.table import Source


@dataclass(frozen=True, slots=True)
class SentimentSeries:
    """Scores in order of publication (microseconds UTC); equal instants keep the file's order. No NaN."""

    published_utc_us: Int64Array
    score: Float64Array

    def __len__(self) -> int:
        return len(self.published_utc_us)

    def latest_at(self, utc_us: int) -> int:
        """Return the index of the last score published at or before the instant, -1 if there is none."""
        return int(np.searchsorted(self.published_utc_us, utc_us, side="right")) - 1

    def sha256(self) -> str:
        """Hash the instants and the float64 bits of the scores."""
        digest = hashlib.sha256(b"sentiment")
        digest.update(np.ascontiguousarray(self.published_utc_us).tobytes())
        digest.update(np.ascontiguousarray(self.score).tobytes())
        return digest.hexdigest()


def read_sentiment(path: Path, *, timezone: str | None = None) -> SentimentSeries:
    """Read (published_at, score) rows; `timezone` is the IANA zone of naive times.

    Raises DataError for a file that cannot be read, absent columns, and a row whose time or score is absent,
    unreadable or not finite (named).
    """
    return SentimentSeries(*read_timed_values(path, SCORES, timezone=timezone))


def read_timed_values(
    path: Path, value_names: tuple[str, ...], *, timezone: str | None = None
) -> tuple[Int64Array, Float64Array]:
    """Read rows of one instant and one number, in time order; the first of `value_names` found is the number.

    Raises DataError as `read_sentiment` does.
    """
    source = Source(path.name or str(path), DataError)
    table = read_table(path, source).frame.with_row_index("row number", offset=1)
    table = table.filter(~pl.all_horizontal(pl.exclude("row number").is_null()))
    if table.is_empty():
        source.fail("has a header but no rows", f"Pass a file with times and a `{value_names[0]}` for each.")
    times, values = _column(table, INSTANTS, source), _column(table, value_names, source)
    rows = table["row number"].cast(pl.Int64).to_numpy()
    numbers = parse_numbers(values, rows, source)
    unusable = ~np.isfinite(numbers)
    if unusable.any():
        row = int(rows[np.argmax(unusable)])
        source.fail(
            f"row {row}: the {values.name} is not a finite number", "Fill or delete the row.", row=row
        )
    published = parse_instants(times, timezone, source, rows)
    order = np.argsort(published, kind="stable")
    return published[order], numbers[order]


def _column(table: pl.DataFrame, wanted: tuple[str, ...], source: Source) -> pl.Series:
    names = {spelling(name): name for name in table.columns}
    for candidate in wanted:
        if candidate in names:
            return table[names[candidate]]
    found = ", ".join(table.columns[1:11])
    return source.fail(
        f"has no `{wanted[0]}` column (found: {found})", f"It needs a time and a `{wanted[0]}` column."
    )
