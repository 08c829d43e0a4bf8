"""Parquet to columns as they were stored, decoded in a child process: a damaged file can abort its decoder."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hyprl.tables.child import Child, ChildDiedError, patience_for, shared_child
from hyprl.tables.handover import Layout, Shelf, put, shelf, take
from hyprl.tables.table import Source, first_line

DECODER_ERRORS = (
    *(pl.exceptions.PolarsError, pl.exceptions.PanicException),
    *(OSError, ValueError, OverflowError, TypeError),
)


@dataclass(frozen=True, slots=True)
class _Damaged:
    why: str


def read_parquet(content: bytes | Path, source: Source, child: Child | None = None) -> pl.DataFrame:
    """Return the columns of a Parquet file, at hand or on disk. Raises the source's error for a damaged one."""
    if isinstance(content, Path):
        return _decoded(content, source, child or shared_child())
    with tempfile.TemporaryDirectory(prefix="hyprl-") as folder:
        path = Path(folder) / "unpacked.parquet"
        path.write_bytes(content)
        return _decoded(path, source, child or shared_child())


def _decoded(path: Path, source: Source, child: Child) -> pl.DataFrame:
    try:
        with shelf() as place:
            seconds = patience_for(path.stat().st_size)
            found = child.call(decode, path, place, seconds=seconds)
            if isinstance(found, Layout):
                return take(found, place)
            why = found.why
    except ChildDiedError as death:
        why = f"it ended its decoder: {death}"
    except OSError as error:
        source.fail(
            f"cannot be decoded ({error.strerror or error})", "Make room in memory and for temporary files."
        )
    return source.fail(f"is not a readable Parquet file ({why})", "Write the file again.")


def decode(path: Path, place: Shelf) -> Layout | _Damaged:
    """Decode a file onto a shelf; runs in the child."""
    scan = pl.scan_parquet(path, glob=False, use_statistics=False, hive_partitioning=False)
    try:
        return put(scan, place)
    except DECODER_ERRORS as error:
        return _Damaged(first_line(error))
