"""Read a large Parquet log batch by batch, in the file's order, in as much memory as a few batches take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hyprl.logs.stream.not_streamable import NotStreamable
from hyprl.tables.parquet_footer import read_footer
from hyprl.tables.table import is_parquet

_TINY_ROWS = 60_000  # smaller batches are joined: a batch costs some hundred calls, whatever its rows
_PART_ROWS = 131_072  # rows that are compared at once: 1 MB a column of numbers
_SLICE_ROWS = 2 * _PART_ROWS
# Polars decodes several row groups at once, each as a whole; above this size slices of them take less memory.
_LARGE_GROUP = 400_000


@dataclass(frozen=True, slots=True)
class ParquetLog:
    """One Parquet file with rows. `batch_rows` cuts batches of that size; None takes them as the file's pages lie."""

    path: Path
    schema: Mapping[str, pl.DataType]
    rows: int
    batch_rows: int | None = None

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows of these columns; without `batch_rows`, not in many small batches."""
        scan = pl.scan_parquet(self.path, use_statistics=False, glob=False).select(columns)
        if self.batch_rows is not None:
            return _sliced(scan, self.rows, self.batch_rows)
        footer = read_footer(self.path)
        is_large = footer is None or footer.largest_row_group > _LARGE_GROUP
        if is_large or not hasattr(pl.LazyFrame, "collect_batches"):
            return _sliced(scan, self.rows, _SLICE_ROWS)
        return _not_tiny(scan.collect_batches(maintain_order=True))

    def span(self, column: str) -> tuple[int, int]:
        """Return the first and the last instant of a column of datetimes, µs UTC."""
        ends = [(batch[column].min(), batch[column].max()) for batch in self.batches([column])]
        stamps = pl.Series([stamp for pair in ends for stamp in pair if stamp is not None]).dt.epoch("us")
        return int(stamps.min()), int(stamps.max())  # type: ignore[arg-type]


def open_log(path: Path, batch_rows: int | None = None) -> ParquetLog:
    """Read a file's footer. Raises NotStreamable for what is no Parquet file with rows."""
    scan = pl.scan_parquet(path, glob=False) if is_parquet(path) else None
    rows = 0 if scan is None else int(scan.select(pl.len()).collect().item())
    if scan is None or not rows:
        raise NotStreamable(str(path), "is no Parquet file with rows")
    return ParquetLog(path, scan.collect_schema(), rows, batch_rows)


def _sliced(scan: pl.LazyFrame, rows: int, slice_rows: int) -> Iterator[pl.DataFrame]:
    """Yield slices, the next one read while one is used: memory holds them, not the row groups that they lie in."""
    starts = range(0, rows, slice_rows)
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(scan.slice(0, slice_rows).collect)
        for start in starts:
            frame = coming.result()
            if start + slice_rows < rows:
                coming = ahead.submit(scan.slice(start + slice_rows, slice_rows).collect)
            for row in range(0, frame.height, _PART_ROWS):
                yield frame.slice(row, _PART_ROWS)


def _not_tiny(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    held: list[pl.DataFrame] = []
    for batch in batches:
        held.append(batch)
        if sum(frame.height for frame in held) >= _TINY_ROWS:
            yield pl.concat(held) if len(held) > 1 else held[0]
            held = []
    if held:
        yield pl.concat(held)
