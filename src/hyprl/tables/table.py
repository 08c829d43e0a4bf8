"""A table on its way in: where it comes from, how it is to be read, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hyprl.errors import HyprLError

if TYPE_CHECKING:  # the command line asks what a file is before it loads a table library
    import polars as pl

PARQUET_MARK, GZIP_MARK, ZIP_MARK = b"PAR1", b"\x1f\x8b", b"PK\x03\x04"
_ZONE_REMEDY = "Pass --timezone with the zone they are written in, such as UTC or America/New_York."
_KIND_REMEDY = "Pass a CSV, JSON Lines or Parquet file with a header and rows."


@dataclass(frozen=True, slots=True)
class Source:
    """What names a file in messages and which error its defects raise.

    `kind_remedy` says what to pass where the file is no table, `zone_remedy` what to do about times without a zone.
    """

    name: str
    error: type[HyprLError]
    kind_remedy: str = _KIND_REMEDY
    zone_remedy: str = _ZONE_REMEDY

    def fail(self, what: str, remedy: str | None = None, **facts: object) -> NoReturn:
        """Raise this source's error, by default with the remedy for what is no table."""
        raise self.error(what, where=self.name, remedy=remedy or self.kind_remedy, **facts)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read.

    `member` is the pattern of the file inside a zip archive, `path` leads to the rows of a JSON document, `keys` are
    the words for the member that every JSON line has: without it a first line is a header and a later one an error.
    With `whole_rows` a CSV row shorter than its header is an error, a torn last one is set apart and blank rows are
    left out; without, its missing cells are null.
    """

    member: str | None = None
    path: str | None = None
    keys: tuple[str, ...] = ()
    whole_rows: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Columns as read, CSV cells as text with empty ones null.

    `torn_tail` is the last line when it was cut off in the middle by a killed writer; `repeated` are names that
    several columns of the header have.
    """

    frame: pl.DataFrame
    torn_tail: str | None = None
    repeated: tuple[str, ...] = ()


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, shortened for a message of one's own."""
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__


def is_parquet(path: Path) -> bool:
    """Tell whether a regular file begins as Parquet does. A pipe is left alone: reading it would empty it."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(PARQUET_MARK)) == PARQUET_MARK
    except OSError:
        return False
