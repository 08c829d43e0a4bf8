"""Read the cells of a column: text, numbers, instants, symbols, decisions; what cannot be read is refused by its row.

Decisions that are canonical already, the usual case, are recognised by comparing them, which is ten times as fast as
reading their words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from hyprl.errors import SignalLogError
from hyprl.logs import vocabulary as words
from hyprl.tables.instant_columns import UTC_US, as_utc, parse_instants, parse_own_format
from hyprl.tables.instants import FIRST_US, LAST_US
from hyprl.tables.numbers import MISSING_WORDS, cleaned, nearest
from hyprl.tables.table import Source

KIND_REMEDY = "Pass a CSV, JSON Lines or Parquet file with the columns timestamp, symbol, decision."
ZONE_REMEDY = (
    "Write the UTC offset, as in 2024-12-12T14:30:00Z, or declare the zone: --set timezone=IANA/NAME."
)
NAME_OR_CORRECT = "Name its columns and words in a map (--map; docs/check-my-own-bot.md), or correct the log."
NESTED_TYPES = (pl.List, pl.Array, pl.Object, pl.Binary)
_TEXT_TYPES = (pl.String, pl.Categorical, pl.Enum)
_UNIT_SLACK = 1e-6  # a float32 sigmoid may end a little above 1
_DECISIONS = (words.EMIT, words.REJECT)
_DIRECTIONS = (words.LONG, words.SHORT, words.NO_DIRECTION)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which log is read. `columns` are the log's own names of our fields, where they are other words."""

    where: str
    remedy: str = NAME_OR_CORRECT
    columns: Mapping[str, str] = field(default_factory=dict)

    def error(self, fact: str) -> SignalLogError:
        """Return the error that says the fact."""
        return SignalLogError(fact, where=self.where, remedy=self.remedy)

    def rows(self, mask: pl.Series, values: pl.Series, fact: str) -> None:
        """Raise SignalLogError for the first row that the mask marks; `values` is the column, under our name."""
        marked = mask.fill_null(False).arg_true()
        if not len(marked):
            return
        row = int(marked[0])
        source = self.columns.get(values.name)
        stands = "" if source is None else f", read from the column {source}"
        more = f" (and {len(marked) - 1} more rows)" if len(marked) > 1 else ""
        raise self.error(f"row {row + 1}: {values.name} {values[row]!r} {fact}{stands}{more}")


def log_source(where: str) -> Source:
    """Return the source whose defects are SignalLogErrors that name `where`."""
    return Source(where, SignalLogError, KIND_REMEDY, ZONE_REMEDY)


def text_of(series: pl.Series) -> pl.Series:
    """Return any column as text; what Polars does not spell is spelled as Python does."""
    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError:
        values = [None if value is None else str(value) for value in series.to_list()]
        return pl.Series(series.name, values, pl.String)


def as_text(series: pl.Series) -> pl.Series:
    """Return a column that is neither numbers nor times as text; a list is spelled as Python does."""
    if isinstance(series.dtype, NESTED_TYPES):
        spelled = [None if value is None else repr(value) for value in series.to_list()]
        return pl.Series(series.name, spelled, pl.String)
    return series if series.dtype == pl.String else series.cast(pl.String)


def holds_text(dtype: pl.DataType) -> bool:
    """Tell whether a column of this type is read by what its text says."""
    return isinstance(dtype, _TEXT_TYPES + NESTED_TYPES)


def lowered(series: pl.Series) -> pl.Series:
    """Return any column as words without blanks around them, in lower case."""
    return text_of(series).str.strip_chars().str.to_lowercase()


def words_of(series: pl.Series) -> pl.Series:
    """Return decision words as `lowered` gives them, null where nothing was decided."""
    text = lowered(series)
    return pl.select(pl.when(~text.is_in(words.UNDECIDED_WORDS)).then(text)).to_series()


def numbers(series: pl.Series, refusal: Refusal, missing: Sequence[str] = MISSING_WORDS) -> pl.Series:
    """Return text as the nearest float64 of each cell, null for a missing one. Raises SignalLogError."""
    text = cleaned(text_of(series), missing)
    found = nearest(text)
    refusal.rows(found.is_null() & text.is_not_null(), series, "is no number")
    return found


def numbers_or_null(series: pl.Series) -> pl.Series:
    """Return a column as float64, null for every cell that is no number."""
    return series.cast(pl.Float64) if series.dtype.is_numeric() else nearest(cleaned(text_of(series)))


def lies_outside_unit(numbers: pl.Series) -> pl.Series:
    """Mark the finite numbers that can be no probability; null where there is no number."""
    return numbers.is_finite() & ~numbers.is_between(-_UNIT_SLACK, 1.0 + _UNIT_SLACK)


def is_within_unit(numbers: pl.Series) -> bool:
    """Tell quickly, and surely where it says so, that a column of float64 holds probabilities on every bar."""
    if numbers.null_count() or numbers.is_empty():
        return False
    low, high = float(numbers.min()), float(numbers.max())  # type: ignore[arg-type]
    return low >= -_UNIT_SLACK and high <= 1.0 + _UNIT_SLACK


def instants(
    series: pl.Series, where: str, zone: str | None = None, text_format: str | None = None
) -> pl.Series:
    """Return the series as Datetime(µs, UTC), named timestamp.

    With `zone` (IANA) naive times are of that zone; `text_format` (strptime, without a zone) replaces the usual
    spellings for text. Raises SignalLogError naming the row for what is no instant.
    """
    if series.dtype == UTC_US and _are_plain_instants(series):
        return series.alias("timestamp")
    source = log_source(where)
    if text_format is not None and series.dtype == pl.String:
        return as_utc(parse_own_format(series, zone, source, text_format))
    return as_utc(parse_instants(series, zone, source))


def symbols(series: pl.Series, refusal: Refusal) -> pl.Series:
    """Return the symbols without blanks around them. Raises SignalLogError for a missing one."""
    stripped = text_of(series).str.strip_chars()
    refusal.rows(stripped.is_null() | (stripped == ""), series, "is missing")
    return stripped


def read_decisions(
    decision: pl.Series, direction: pl.Series | None, speaks: bool, refusal: Refusal
) -> list[pl.Series]:
    """Return decision and, where the log `speaks` of directions, direction, in canonical words.

    Raises SignalLogError for an unknown word, and for a direction that contradicts its decision.
    """
    if _is_plain(decision, _DECISIONS) and (direction is None or _is_plain(direction, _DIRECTIONS)):
        if direction is not None:
            return [decision, direction]
        blank = pl.Series("direction", [None], pl.String).new_from_index(0, len(decision))
        return [decision, blank] if speaks else [decision]
    spoken = words_of(decision)
    refusal.rows(
        ~spoken.is_in(list(words.DECISION_WORDS)) & spoken.is_not_null(), decision, "is no known decision"
    )
    decided, implied = _meanings(spoken)
    if direction is None:
        return [decided, implied] if speaks else [decided]
    stated_words = words_of(direction)
    unknown = ~stated_words.is_in(list(words.DIRECTION_WORDS)) & stated_words.is_not_null()
    refusal.rows(unknown, direction, "is no known direction")
    stated = _stated(stated_words)
    refusal.rows(implied != stated, direction, "contradicts the decision")
    return [decided, pl.select(pl.coalesce(stated, implied).alias("direction")).to_series()]


def speaks_of_direction(decision: pl.Series) -> bool:
    """Tell whether a decision word says which way, or is one that may."""
    if _is_plain(decision, _DECISIONS):
        return False
    return not words_of(decision).is_in(words.WORDS_WITHOUT_DIRECTION).fill_null(True).all()


def are_directions(values: pl.Series) -> bool:
    """Tell whether every value is a direction word or blank."""
    stated = words_of(values)
    return bool((stated.is_in(list(words.DIRECTION_WORDS)) | stated.is_null()).all())


def _are_plain_instants(series: pl.Series) -> bool:
    stored = series.to_physical()
    low, high = stored.min(), stored.max()
    bounded = isinstance(low, int) and isinstance(high, int) and low >= FIRST_US and high <= LAST_US
    return bounded and not series.null_count()


def _meanings(spoken: pl.Series) -> tuple[pl.Series, pl.Series]:
    meanings = words.DECISION_WORDS.items()
    decided = spoken.replace_strict({word: meaning[0] for word, meaning in meanings}, default=None)
    implied = spoken.replace_strict({word: meaning[1] for word, meaning in meanings}, default=None)
    return decided.cast(pl.String).alias("decision"), implied.cast(pl.String).alias("direction")


def _stated(spoken: pl.Series) -> pl.Series:
    return spoken.replace_strict(words.DIRECTION_WORDS, default=None).cast(pl.String)


def _is_plain(series: pl.Series, canonical: tuple[str, ...]) -> bool:
    if series.dtype != pl.String:
        return False
    found = series == canonical[0]
    for word in canonical[1:]:
        found |= series == word
    # `all` passes blanks over: undecided is undecided however it is read.
    return found.all()
