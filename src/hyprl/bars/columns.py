"""From a table to raw bars of one symbol: finds the columns under any usual name and parses them exactly.

A price is parsed to the nearest float64 (as Python's `float` does). An empty cell is NaN, for validation to
judge; text that is no number is an error here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.domain.bars import PRICE_COLUMNS
from hyprl.errors import BarFileError
from hyprl.tables.instant_columns import parse_instants
from hyprl.tables.numbers import parse_numbers
from hyprl.tables.read import read_table
from hyprl.tables.spellings import BAR_COLUMNS, spelling
from hyprl.tables.table import Source


@dataclass(frozen=True, slots=True)
class RawBars:
    """Rows of one symbol as they were served, nothing checked. `row` counts the source's data rows from 1."""

    symbol: str
    source: str
    row: Int64Array
    open_utc_us: Int64Array
    open: Float64Array
    high: Float64Array
    low: Float64Array
    close: Float64Array
    volume: Float64Array

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: Int64Array) -> RawBars:
        """Return the rows at these positions, in this order."""
        columns = {name: getattr(self, name)[which] for name in ("row", "open_utc_us", *PRICE_COLUMNS)}
        return RawBars(symbol=self.symbol, source=self.source, **columns)

    def with_prices(self, columns: dict[str, Float64Array]) -> RawBars:
        """Return the same rows with these price or volume columns instead."""
        kept = {name: getattr(self, name) for name in PRICE_COLUMNS}
        return RawBars(self.symbol, self.source, self.row, self.open_utc_us, **(kept | columns))


def bar_source(name: str) -> Source:
    """Return the source whose defects are BarFileErrors that name `name`."""
    return Source(name, BarFileError)


def read_raw_bars(path: Path, symbol: str, zone: str | None) -> RawBars:
    """Read the bars of `symbol` from a file. Raises BarFileError, as `raw_bars` does."""
    source = bar_source(path.name or str(path))
    return raw_bars(read_table(path, source).frame, symbol, zone, source)


def raw_bars(table: pl.DataFrame, symbol: str, zone: str | None, source: Source) -> RawBars:
    """Find and parse the bars of `symbol`; `zone` is for naive timestamps.

    Raises the source's error for absent or ambiguous columns, an absent symbol, no rows, an unreadable cell.
    """
    names = _by_spelling(table, source)
    table = table.with_row_index("row number", offset=1)
    table = table.filter(~pl.all_horizontal(pl.exclude("row number").is_null()))
    if table.is_empty():
        source.fail("has a header but no rows", "Pass a file with bars.")
    prices = {field: _price_column(names, field, table, source) for field in PRICE_COLUMNS}
    times = _timestamps(names, table, source)
    chosen = _chosen(names, table, symbol, source)
    rows = table["row number"].filter(chosen).cast(pl.Int64).to_numpy()
    instants = parse_instants(times.filter(chosen), zone, source, rows)
    columns = {field: parse_numbers(column.filter(chosen), rows, source) for field, column in prices.items()}
    return RawBars(symbol=symbol, source=source.name, row=rows, open_utc_us=instants, **columns)


def _by_spelling(table: pl.DataFrame, source: Source) -> dict[str, str]:
    names: dict[str, str] = {}
    for name in table.columns:
        plain = spelling(re.sub(r"_duplicated_\d+$", "", name))
        if plain in names and _is_used(plain):
            source.fail(f"has two columns named `{plain}`", "Keep one of them.")
        names.setdefault(plain, name)
    return names


def _is_used(plain: str) -> bool:
    return any(plain in words for words in BAR_COLUMNS.values())


def _price_column(names: dict[str, str], field: str, table: pl.DataFrame, source: Source) -> pl.Series:
    for candidate in BAR_COLUMNS[field]:
        if candidate in names:
            return table[names[candidate]].alias(field)
    return source.fail(
        f"has no `{field}` column (found: {_listed(table.columns[1:])})",
        "Bars need timestamp, open, high, low, close and volume columns.",
        column=field,
    )


def _timestamps(names: dict[str, str], table: pl.DataFrame, source: Source) -> pl.Series:
    if "date" in names and "time" in names:
        date, time = table[names["date"]], table[names["time"]]
        if date.dtype == pl.String and time.dtype == pl.String and date.str.len_chars().max() in (8, 10):
            return date + " " + time
    for candidate in BAR_COLUMNS["timestamp"]:
        if candidate in names:
            return table[names[candidate]]
    return source.fail(
        f"has no timestamp column (found: {_listed(table.columns[1:])})",
        "Name it timestamp, ts_utc, datetime, date or time.",
        column="timestamp",
    )


def _chosen(names: dict[str, str], table: pl.DataFrame, symbol: str, source: Source) -> pl.Series:
    column = next((names[name] for name in BAR_COLUMNS["symbol"] if name in names), None)
    if column is None:
        return pl.Series([True]).new_from_index(0, table.height)
    if table[column].dtype not in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        source.fail(f"column `{column}` is of type {table[column].dtype}", "Store symbols as text.")
    symbols = table[column].cast(pl.String).str.strip_chars()
    chosen = (symbols == symbol).fill_null(value=False)
    if not chosen.any():
        available = sorted(symbols.drop_nulls().unique().to_list())
        source.fail(
            f"has no bars of {symbol} (it has: {_listed(available)})",
            "Pass --symbol with one of them.",
            symbol=symbol,
            available=available,
        )
    return chosen


def _listed(names: list[str], most: int = 10) -> str:
    shown = ", ".join(repr(name)[:30] for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
