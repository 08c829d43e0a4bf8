"""CSV text to columns of text: comma, semicolon or tab, whichever the header has most of.

Cells stay text, so that no reader's guess can lose bits: one exact parser reads them later.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

import polars as pl

from hyprl.tables.table import Reading, Source, Table, first_line

_DELIMITERS = (",", ";", "\t")
_DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
_MEND = "Mend the file or export it again."


def read_csv(text: str, source: Source, reading: Reading) -> Table:
    """Return the columns of CSV text, named by its header without blanks around the names.

    Raises the source's error for what is no CSV; with `reading.whole_rows` also for a row that is cut off inside.
    """
    text = _one_header(text.lstrip("\r\n"))
    first = text.splitlines()[0]
    delimiter = max(_DELIMITERS, key=first.count)
    header = [name.strip() for name in next(_rows(text, delimiter, source))]
    try:
        frame = pl.read_csv(text.encode(), separator=delimiter, infer_schema=False)
    except _DAMAGED as error:
        source.fail(f"is not a readable CSV file ({first_line(error)})", _MEND)
    if frame.width != len(header):
        source.fail("is not a readable CSV file (its header and its rows disagree)", _MEND)
    names, repeated = _unique(header)
    frame.columns = names
    if not reading.whole_rows:
        return Table(frame, None, repeated)
    torn = _torn_row(text, delimiter, len(names), source) if _may_be_short(frame) else None
    if torn is not None:
        frame = frame.head(-1)
    return Table(frame.filter(~pl.all_horizontal(pl.all().is_null())), torn, repeated)


def _one_header(text: str) -> str:
    """Fold the three header lines of a saved yfinance frame (Price, Ticker, Datetime) into one."""
    lines = text.split("\n", 3)
    if len(lines) < 4 or not (lines[0].startswith("Price,") and lines[1].startswith("Ticker,")):
        return text
    return f"{lines[2].split(',', 1)[0]},{lines[0].split(',', 1)[1]}\n{lines[3]}"


def _unique(header: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return names of which none repeats, spelled as Polars does it, and those that did."""
    names: dict[str, None] = {}
    for place, title in enumerate(header):
        name = title or f"unnamed_{place}"
        while name in names:
            name += f"_duplicated_{place}"
        names[name] = None
    counts = Counter(title for title in header if title)
    return list(names), tuple(sorted(title for title, count in counts.items() if count > 1))


def _rows(text: str, delimiter: str, source: Source) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        source.fail(f"is not a readable CSV file ({error})", _MEND)


def _may_be_short(frame: pl.DataFrame) -> bool:
    return frame.width > 1 and frame.height > 0 and frame[:, -1].null_count() > 0


def _torn_row(text: str, delimiter: str, width: int, source: Source) -> str | None:
    # A row with fewer cells than the header is read as if the rest were blank; only a killed writer's last may be.
    numbered = [(number, row) for number, row in enumerate(_rows(text, delimiter, source)) if row]
    short = next((item for item in numbered if _is_short(item[1], width)), None)
    if short is None:
        return None
    number, row = short
    if number < numbered[-1][0] or text.endswith(("\n", "\r")):
        source.fail(f"row {number} has {len(row)} of {width} cells: the line is cut off")
    return delimiter.join(row)


def _is_short(row: list[str], width: int) -> bool:
    return len(row) < width and any(cell.strip() for cell in row)
