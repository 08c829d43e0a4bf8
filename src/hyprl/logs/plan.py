"""Plan how a log is read, from a summary of its batches: the name and type of each column, and whether it speaks.

Some things are settled by a whole column: whether text holds numbers, whether a column has no value at all, whether
the decisions ever speak of a direction. With the plan at hand every batch is read alike (`apply`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from hyprl.logs import vocabulary as words
from hyprl.logs.batches import LogBatches
from hyprl.logs.cells import cleaned
from hyprl.logs.decisions import speaks_of_direction
from hyprl.logs.summary import as_text, holds_text, summary_of_column

HEAD = (*words.REQUIRED, "direction")
_HEAD_TYPES: dict[str, pl.DataType] = {
    "timestamp": pl.Datetime("us", "UTC"),
    "symbol": pl.String(),
    "decision": pl.String(),
}


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
    return log.rows > 0 and all(
        _lacks_values(batch[column.raw], column.reads_as) for batch in log.batches([column.raw])
    )


def _lacks_values(series: pl.Series, reads_as: pl.DataType) -> bool:
    if holds_text(series.dtype) and reads_as != pl.String:
        series = cleaned(as_text(series))
    return series.null_count() == len(series)
