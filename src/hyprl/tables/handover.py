"""Hand the columns of a Parquet file from one process to another through memory that both see.

Numbers and times, which most columns are, lie as plain arrays in one file that the receiver maps: they are copied
once, by the sender. All else (text, truth values, lists, …) goes through Arrow's file format. On Linux both files are
anonymous memory, elsewhere temporary files.
"""

from __future__ import annotations

import io
import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array

_PLAIN = (
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
    *(pl.Float32, pl.Float64, pl.Date, pl.Time, pl.Datetime, pl.Duration),
)
_ALIGNED = 64
_FEW_ROWS = 100_000  # decoded at once: a pass for each part of a small file takes longer than the file


@dataclass(frozen=True, slots=True)
class Shelf:
    """The two files, by names that another process of the same user can open."""

    arrays: Path
    others: Path


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A column of numbers or times: where its values lie, and a mask of its missing rows, if it has any."""

    name: str
    dtype: pl.DataType
    at: int
    mask_at: int
    is_masked: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """What lies on a shelf: `names` are all columns in order, those that are not plain are in the other file."""

    rows: int
    names: tuple[str, ...]
    plain: tuple[PlainColumn, ...]


@contextmanager
def shelf() -> Iterator[Shelf]:
    """Provide an empty shelf. What was mapped of it stays after it is gone. Raises OSError."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        handles = [os.memfd_create(name) for name in ("arrays", "others")]
        try:
            yield Shelf(*(Path(f"/proc/{os.getpid()}/fd/{handle}") for handle in handles))
        finally:
            for handle in handles:
                os.close(handle)
        return
    with tempfile.TemporaryDirectory(prefix="hyprl-", ignore_cleanup_errors=True) as folder:
        names = [Path(folder) / name for name in ("arrays", "others")]
        for name in names:
            name.touch()
        yield Shelf(*names)


def put(scan: pl.LazyFrame, to: Shelf) -> Layout:
    """Write a scan's rows to a shelf, batch by batch. Raises what decoding raises, and OSError without room."""
    schema = scan.collect_schema()
    rows = int(scan.select(pl.len()).collect().item())
    if rows < _FEW_ROWS:
        scan = scan.collect().lazy()
    names = [name for name, dtype in schema.items() if isinstance(dtype, _PLAIN)]
    others = [name for name, dtype in schema.items() if not isinstance(dtype, _PLAIN)]
    if others:
        with to.others.open("wb") as file:
            scan.select(others).sink_ipc(
                file, compression="uncompressed", compat_level=pl.CompatLevel.newest()
            )
    places = _places(names, schema, rows)
    with to.arrays.open("r+b", buffering=0) as file:
        plain = _put_plain(scan.select(names), places, rows, file) if names else ()
    return Layout(rows, tuple(schema), plain)


def take(layout: Layout, of: Shelf) -> pl.DataFrame:
    """Return what lies on a shelf; plain columns are not copied. Raises OSError."""
    columns: dict[str, pl.Series] = {}
    if layout.plain and layout.rows:
        with of.arrays.open("rb") as file:
            memory = mmap.mmap(
                file.fileno(), 0, access=mmap.ACCESS_COPY
            )  # changed in place, a page is copied
        columns |= {column.name: _plain_of(memory, column, layout.rows) for column in layout.plain}
    elif layout.plain:
        columns |= {column.name: pl.Series(column.name, [], column.dtype) for column in layout.plain}
    if len(layout.plain) < len(layout.names):
        with of.others.open("rb") as file:
            columns |= pl.read_ipc(file).to_dict()
    return pl.DataFrame([columns[name] for name in layout.names])


def _places(names: list[str], schema: pl.Schema, rows: int) -> list[PlainColumn]:
    """Lay out the values column by column, then a mask for each: a byte a row, which takes room only if written."""
    at, columns = 0, []
    for name in names:
        columns.append((name, schema[name], at))
        at += -(-rows * _width(schema[name]) // _ALIGNED) * _ALIGNED
    return [
        PlainColumn(name, dtype, start, at + number * rows)
        for number, (name, dtype, start) in enumerate(columns)
    ]


def _put_plain(
    scan: pl.LazyFrame, columns: list[PlainColumn], rows: int, file: io.FileIO
) -> tuple[PlainColumn, ...]:
    file.truncate(columns[-1].mask_at + rows)
    row, masked = 0, set[str]()
    for batch in _batches(scan):
        for column in columns:
            series = batch[column.name]
            if series.null_count():
                masked.add(column.name)
                _write(file, series.is_null().cast(pl.UInt8).to_numpy(), column.mask_at + row)
            values = series.to_physical().fill_null(0).to_numpy()
            _write(file, values, column.at + row * _width(column.dtype))
        row += batch.height
    if row != rows:
        raise ValueError(f"the footer says {rows} rows, the pages hold {row}")
    return tuple(replace(column, is_masked=column.name in masked) for column in columns)


def _batches(scan: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    if hasattr(scan, "collect_batches"):
        yield from scan.collect_batches(maintain_order=True)
    else:
        yield scan.collect()


def _write(file: io.FileIO, values: Int64Array, at: int) -> None:
    left = np.ascontiguousarray(values).view(np.uint8).data
    file.seek(at)
    while left:
        left = left[file.write(left) :]


def _width(dtype: pl.DataType) -> int:
    return _array_type(dtype).itemsize


@lru_cache(maxsize=64)
def _array_type(dtype: pl.DataType) -> np.dtype[np.int64]:
    """Return how numpy calls the numbers that a column holds."""
    empty: Int64Array = pl.Series([], dtype=dtype).to_physical().to_numpy()
    return empty.dtype


def _plain_of(memory: mmap.mmap, column: PlainColumn, rows: int) -> pl.Series:
    values = np.frombuffer(memory, _array_type(column.dtype), rows, column.at)
    series = pl.Series(column.name, values).cast(column.dtype)
    if not column.is_masked:
        return series
    missing = pl.Series(np.frombuffer(memory, np.bool_, rows, column.mask_at))
    return pl.select(pl.when(~missing).then(series).alias(column.name)).to_series()
