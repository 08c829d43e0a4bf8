"""Plan how a log is read, from a summary of its batches: the type of each column, and whether the decisions speak.

Some things are settled by a whole column: whether text holds numbers, whether a column has no value at all, whether
the decisions ever speak of a direction. Summaries of batches add up to the whole log's; a frame in memory is the case
of one batch. With the plan at hand every batch is read alike (`normalise.apply`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import polars as pl

from hyprl.logs import vocabulary as words
from hyprl.logs.cells import as_text, holds_text, speaks_of_direction
from hyprl.tables.numbers import cleaned

HEAD = (*words.REQUIRED, "direction")
_HEAD_TYPES: dict[str, pl.DataType] = {
    "timestamp": pl.Datetime("us", "UTC"),
    "symbol": pl.String(),
    "decision": pl.String(),
}

# Digits alone do not make a hash or an identifier a number: 0012e45 and 007 would lose what tells them apart.
_KEEP_TEXT = re.compile(r"(hash|sha256|_id|uuid)\Z", re.IGNORECASE)
# 2**53 has 16 digits. Beyond it neighbouring whole numbers become one float64, so such text stays text.
_LONGEST_EXACT = 15
_TOO_LONG_FOR_A_FLOAT = rf"^[+-]?\d{{{_LONGEST_EXACT + 1},}}$"


class LogBatches(Protocol):
    """Rows of one log in their order, as often as they are asked for."""

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The raw columns and their types."""

    @property
    def rows(self) -> int:
        """How many rows all batches have."""

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows of these columns."""


@dataclass(frozen=True, slots=True)
class OneBatch:
    """A log that is in memory as one frame, whose schema is asked for once: it is built anew at each call."""

    frame: pl.DataFrame
    schema: Mapping[str, pl.DataType]

    @classmethod
    def of(cls, frame: pl.DataFrame) -> OneBatch:
        """Take a frame for a log."""
        return cls(frame, frame.schema)

    @property
    def rows(self) -> int:
        """How many rows the frame has."""
        return self.frame.height

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield all rows at once; columns that were not asked for cost nothing."""
        yield self.frame


@dataclass(frozen=True, slots=True)
class TextSummary:
    """What every value so far allows: whole or real numbers, truth values. A column without values allows all of it."""

    whole: bool = True
    real: bool = True
    too_long: bool = False
    truth: bool = True

    def __add__(self, other: TextSummary) -> TextSummary:
        return TextSummary(
            whole=self.whole and other.whole,
            real=self.real and other.real,
            too_long=self.too_long or other.too_long,
            truth=self.truth and other.truth,
        )

    @property
    def dtype(self) -> pl.DataType:
        """The type that the text is read as, Null for a column without values."""
        if self.whole and self.truth:
            return pl.Null()
        if self.whole:
            return pl.Int64()
        if self.real:
            return pl.String() if self.too_long else pl.Float64()
        return pl.Boolean() if self.truth else pl.String()

    @property
    def is_settled(self) -> bool:
        """Tell whether no further value can make it anything but text."""
        return not (self.whole or self.truth) and (self.too_long or not self.real)


_ANYTHING, _TEXT = TextSummary(), TextSummary(whole=False, real=False, truth=False)


def summary_of_column(log: LogBatches, column: str, name: str) -> TextSummary:
    """Summarise a raw column of text that is called `name` here, reading no more batches than settle it."""
    total = _ANYTHING
    for batch in log.batches([column]):
        total += summary_of(batch[column].alias(name))
        if total.is_settled:
            break
    return total


def summary_of(series: pl.Series) -> TextSummary:
    """Summarise one batch of a column that holds text."""
    if _KEEP_TEXT.search(series.name):
        return _TEXT
    text = as_text(series)
    whole, real = _numbers_in(text)
    if not real:
        # Only what is not all numbers as it stands has blanks or words to take out, which costs more than reading it.
        text = cleaned(text)
        whole, real = _numbers_in(text)
    if text.null_count() == len(text):
        return _ANYTHING
    truth = not real and text.str.to_lowercase().is_in(["true", "false"]).all()
    return TextSummary(whole=whole, real=real, too_long=real and _has_too_long(text), truth=truth)


def _numbers_in(text: pl.Series) -> tuple[bool, bool]:
    whole = _allows(text, pl.Int64())
    return whole, whole or _allows(text, pl.Float64())


def _allows(text: pl.Series, dtype: pl.DataType) -> bool:
    return text.cast(dtype, strict=False).null_count() == text.null_count()


def _has_too_long(text: pl.Series) -> bool:
    longest = text.str.len_bytes().max()
    if not isinstance(longest, int) or longest <= _LONGEST_EXACT:
        return False
    return bool(text.str.contains(_TOO_LONG_FOR_A_FLOAT).any())


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column beside those of HEAD: `raw` is its name in the log, `reads_as` the type of what its cells say.

    `becomes` differs from `reads_as` where the field holds numbers, or where another log's column has another type.
    """

    raw: str
    name: str
    reads_as: pl.DataType
    becomes: pl.DataType
    empty: bool = False


@dataclass(frozen=True, slots=True)
class LogPlan:
    """How each batch of one log is read. `head` goes from a name of HEAD to the log's own.

    `speaks`: there is a direction column, or a decision word says which way.
    """

    head: Mapping[str, str]
    columns: tuple[ColumnPlan, ...]
    speaks: bool
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The log's own names of all columns that are read."""
        return (*self.head.values(), *(column.raw for column in self.columns))

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The columns and types of every batch that was read."""
        direction = {"direction": pl.String()} if self.speaks else {}
        return {**_HEAD_TYPES, **direction, **{column.name: column.becomes for column in self.columns}}


def plan_of(log: LogBatches, names: Mapping[str, str]) -> LogPlan:
    """Plan a log whose columns are named; `names` goes from the log's names to ours, and what it lacks is not read."""
    own = {name: raw for raw, name in names.items()}
    head = {name: own[name] for name in HEAD if name in own}
    columns = tuple(_column_plan(log, raw, name) for raw, name in names.items() if name not in HEAD)
    aliases = {name: raw for raw, name in names.items() if raw.strip().lower() != name}
    return LogPlan(head, columns, "direction" in head or _speaks(log, head["decision"]), aliases)


def with_empty_columns(plan: LogPlan, log: LogBatches, names: Collection[str] | None = None) -> LogPlan:
    """Settle which columns, of all or of these, have no value; they are of no type, unless the field holds numbers."""
    columns = tuple(
        _emptied(column) if _may_be_empty(column, names) and _is_empty(log, column) else column
        for column in plan.columns
    )
    return replace(plan, columns=columns)


def _column_plan(log: LogBatches, raw: str, name: str) -> ColumnPlan:
    reads_as = _reads_as(log, raw, name)
    becomes = pl.Float64() if name in words.NUMERIC else reads_as
    return ColumnPlan(raw, name, reads_as, becomes, empty=reads_as == pl.Null)


def _reads_as(log: LogBatches, raw: str, name: str) -> pl.DataType:
    kind = log.schema[raw]
    if holds_text(kind):
        found = summary_of_column(log, raw, name).dtype
        return pl.Int64() if found == pl.Null and not log.rows else found
    if kind.is_numeric():
        # float64 holds every Int64 that a log counts to; what is wider than Int64 is better rounded than refused.
        return pl.Int64() if kind.is_integer() and kind != pl.UInt64 else pl.Float64()
    return kind


def _speaks(log: LogBatches, decision: str) -> bool:
    return any(speaks_of_direction(batch[decision]) for batch in log.batches([decision]))


def _may_be_empty(column: ColumnPlan, names: Collection[str] | None) -> bool:
    return column.name not in words.NUMERIC and (names is None or column.name in names)


def _emptied(column: ColumnPlan) -> ColumnPlan:
    return replace(column, reads_as=pl.Null(), becomes=pl.Null(), empty=True)


def _is_empty(log: LogBatches, column: ColumnPlan) -> bool:
    if holds_text(log.schema[column.raw]) and column.reads_as != pl.String:
        return column.empty  # its summary has met every value
    return log.rows > 0 and all(
        batch[column.raw].null_count() == batch.height for batch in log.batches([column.raw])
    )
