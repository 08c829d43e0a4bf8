"""From a file to a table of untyped columns: CSV (plain or gzip) as text, Parquet as stored.

The format is told by the content, not by the name. Numbers of a CSV stay text: one exact parser
reads them later.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import polars as pl

from hyprl.errors import BarFileError, DataError
from hyprl.files import quiet_native_stderr

GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table came from and which error its defects are."""

    name: str
    error: type[DataError] = BarFileError

    def fail(self, what: str, remedy: str, **facts: object) -> NoReturn:
        """Raise this origin's error."""
        raise self.error(what, where=self.name, remedy=remedy, **facts)


def read_table(path: Path, origin: Origin) -> pl.DataFrame:
    """Return the file's columns, CSV cells as text with empty cells null.

    Raises the origin's error for a missing, unreadable, empty, damaged or non-UTF-8 file.
    """
    data = _bytes(path, origin)
    if data.startswith(GZIP_MAGIC):
        data = _gunzip(data, origin)
    if not data.strip():
        origin.fail("is empty", "Pass a CSV or Parquet file with a header and rows.")
    if data.startswith(PARQUET_MAGIC) or path.suffix.lower() in {".parquet", ".pq"}:
        return _parquet(data, origin)
    return _csv(data, origin)


def _bytes(path: Path, origin: Origin) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        origin.fail("is a directory", "Pass one CSV or Parquet file.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        origin.fail(f"cannot be read ({reason})", "Check the path and its permissions.")


def _gunzip(data: bytes, origin: Origin) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        origin.fail(f"is a damaged gzip file ({error})", "Fetch or write the file again.")


def _parquet(data: bytes, origin: Origin) -> pl.DataFrame:
    damaged = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError, OverflowError)
    try:
        with quiet_native_stderr(f"{origin.name}: is not a readable Parquet file\n  Write the file again."):
            return pl.read_parquet(BytesIO(data), use_statistics=False)
    except damaged as error:
        origin.fail(f"is not a readable Parquet file ({_first_line(error)})", "Write the file again.")


def _csv(data: bytes, origin: Origin) -> pl.DataFrame:
    if b"\0" in data:
        origin.fail("is neither CSV text nor Parquet (it has zero bytes)", "Pass a CSV or Parquet file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        origin.fail(f"is not UTF-8 text (byte {error.start})", "Save it as UTF-8 CSV or as Parquet.")
    text = _one_header(text.lstrip("\r\n"))
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    try:
        return pl.read_csv(text.encode(), separator=separator, infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        origin.fail(f"is not a readable CSV file ({_first_line(error)})", "Mend the file or export it again.")


def _one_header(text: str) -> str:
    """Fold the three header lines of a saved yfinance frame (Price, Ticker, Datetime) into one."""
    lines = text.split("\n", 3)
    if len(lines) < 4 or not (lines[0].startswith("Price,") and lines[1].startswith("Ticker,")):
        return text
    return f"{lines[2].split(',', 1)[0]},{lines[0].split(',', 1)[1]}\n{lines[3]}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__
