"""From a file's bytes to an untyped table, told apart by content: CSV, JSON Lines, a JSON document or Parquet.

The content decides, not the name. Numbers of a text stay text: one exact parser reads them later.
"""

from __future__ import annotations

from pathlib import Path

from hyprl.tables.csv_text import read_csv
from hyprl.tables.table import GZIP_MARK, PARQUET_MARK, ZIP_MARK, Reading, Source, Table, is_parquet

PLAIN = Reading()


def read_table(path: Path, source: Source, reading: Reading = PLAIN) -> Table:
    """Read a file, also in gzip or zip. Raises the source's error for one that is missing, damaged or no table."""
    return table_of(read_contents(path, source, reading), source, reading)


def read_contents(path: Path, source: Source, reading: Reading = PLAIN) -> bytes | Path:
    """Return the table's own bytes, taken out of what they are packed in, or the path of Parquet on disk.

    Raises the source's error when the file is missing, a directory, unreadable, or a damaged container.
    """
    if is_parquet(path):
        return path
    data = _stored_bytes(path, source)
    if not data.startswith((GZIP_MARK, ZIP_MARK)):
        return data
    from hyprl.tables.containers import unpack

    return unpack(data, source, reading.member)


def _stored_bytes(path: Path, source: Source) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        source.fail("cannot be read: it is a directory", "Pass one file.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        source.fail(f"cannot be read ({reason})", "Check the path and its permissions.")


def table_of(contents: bytes | Path, source: Source, reading: Reading = PLAIN) -> Table:
    """Return the table that `read_contents` found. Raises the source's error."""
    if isinstance(contents, Path) or contents.startswith(PARQUET_MARK):
        from hyprl.tables.parquet import read_parquet

        return Table(read_parquet(contents, source))
    text = _text(contents, source)
    if not text.strip():
        source.fail("is empty")
    start = text.lstrip()[:1]
    if reading.path is not None and start in ("{", "["):
        from hyprl.tables.json_rows import read_json_document

        document = read_json_document(text, reading.path, source)
        if document is not None:
            return document
    if start == "{":
        from hyprl.tables.json_rows import read_json_lines

        return read_json_lines(text, source, reading)
    return read_csv(text, source, reading)


def _text(data: bytes, source: Source) -> str:
    if b"\0" in data:
        source.fail("is neither text nor Parquet: it has zero bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        source.fail(f"is not UTF-8 text (byte {error.start})", "Save it as UTF-8 or as Parquet.")
