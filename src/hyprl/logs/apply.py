"""Bring one batch of a log into the form that its plan says."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from hyprl.logs import cells
from hyprl.logs import vocabulary as words
from hyprl.logs.cells import Refusal, as_text, holds_text, read_decisions
from hyprl.logs.plan import ColumnPlan, LogPlan
from hyprl.logs.timestamps import UTC_US, to_utc_us

ReadSymbols = Callable[[pl.Series, Refusal], pl.Series]


def apply(
    plan: LogPlan, batch: pl.DataFrame, where: str, read_symbols: ReadSymbols = cells.symbols
) -> pl.DataFrame:
    """Return the batch in the plan's columns and types, rows in their order.

    Raises SignalLogError naming `where` and the row: a naive or unreadable timestamp, a blank symbol, an unknown
    decision or direction word, text where a number is due.
    """
    refusal = Refusal(where, columns=plan.aliases)
    head = {name: batch[raw].alias(name) for name, raw in plan.head.items()}
    found = [_instants(head["timestamp"], where), read_symbols(head["symbol"], refusal)]
    found += read_decisions(head["decision"], head.get("direction"), plan.speaks, refusal)
    found += [_values(batch[column.raw].alias(column.name), column, refusal) for column in plan.columns]
    return pl.DataFrame(found)


def _instants(series: pl.Series, where: str) -> pl.Series:
    return series if series.dtype == UTC_US and not series.null_count() else to_utc_us(series, where)


def _values(series: pl.Series, column: ColumnPlan, refusal: Refusal) -> pl.Series:
    if column.empty:
        return pl.Series(column.name, [None], column.becomes).new_from_index(0, len(series))
    if series.dtype == column.becomes and column.reads_as == column.becomes:
        return series
    read = _from_text(as_text(series), column.reads_as) if holds_text(series.dtype) else series
    if column.name in words.NUMERIC:
        return _numbers(read, column, refusal)
    return read.cast(column.becomes)


def _from_text(text: pl.Series, reads_as: pl.DataType) -> pl.Series:
    if reads_as == pl.String:
        return text
    stripped = cells.cleaned(text)
    return stripped.str.to_lowercase() == "true" if reads_as == pl.Boolean else stripped.cast(reads_as)


def _numbers(read: pl.Series, column: ColumnPlan, refusal: Refusal) -> pl.Series:
    if read.dtype == pl.String:
        return cells.numbers(read, refusal)
    if not read.dtype.is_numeric():
        raise refusal.error(f"the column {column.name} holds {read.dtype}, not numbers")
    return read.cast(column.becomes)
