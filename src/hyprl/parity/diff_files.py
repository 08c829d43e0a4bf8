"""Name and write the diff files: one pair, CSV and Parquet, for each symbol of the diff."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from hyprl.domain.instants import ISO_UTC_FORMAT
from hyprl.files import atomic_path

_UNSAFE = re.compile(r"[^a-z0-9._-]+")


def write_symbol_diffs(diff: pl.DataFrame, directory: Path) -> list[Path]:
    """Write `<symbol>_signal_diff.csv` and `.parquet` for each symbol; return the paths. Raises OutputError.

    Symbols are lowercased and characters that a file name cannot hold become `_`; two symbols that then collide
    get a number. A diff without rows is written as `empty_signal_diff`.
    """
    names: dict[str, str] = {}
    for symbol in diff["symbol"].unique().sort().to_list():
        names[symbol] = _free(file_stem(symbol), set(names.values()))
    if not names:
        return list(write_diff(diff, directory, "empty_signal_diff"))
    written: list[Path] = []
    for symbol, stem in names.items():
        rows = diff.filter(pl.col("symbol") == symbol)
        written.extend(write_diff(rows, directory, f"{stem}_signal_diff"))
    return written


def write_excerpt(diff: pl.DataFrame, symbols: tuple[str, ...], directory: Path) -> list[Path]:
    """Write an excerpt as `<symbol>_signal_diff_excerpt.csv` and `.parquet`, several symbols in one pair of files.

    Return the paths. Raises OutputError.
    """
    stem = file_stem(symbols[0]) if len(symbols) == 1 else "all_symbols"
    return list(write_diff(diff, directory, f"{stem}_signal_diff_excerpt"))


def write_diff(frame: pl.DataFrame, directory: Path, name: str) -> tuple[Path, Path]:
    """Write `<name>.csv` and `<name>.parquet`, each atomically; return both paths. Raises OutputError.

    CSV: timestamps as 2024-12-12T14:30:00Z, floats in the shortest form that reads back to the same bits,
    missing as an empty cell, NaN as `NaN`.
    """
    table, columns = directory / f"{name}.csv", directory / f"{name}.parquet"
    stamped = frame.with_columns(pl.col("timestamp").dt.strftime(ISO_UTC_FORMAT))
    with atomic_path(table) as temporary:
        stamped.write_csv(temporary)
    with atomic_path(columns) as temporary:
        frame.write_parquet(temporary)
    return table, columns


def file_stem(symbol: str) -> str:
    """Return the symbol as the first part of a file name: lower case, never a path, never hidden."""
    return _UNSAFE.sub("_", symbol.lower()).strip(".")[:64] or "symbol"


def _free(stem: str, taken: set[str]) -> str:
    candidate, number = stem, 1
    while candidate in taken:
        number += 1
        candidate = f"{stem}_{number}"
    return candidate
