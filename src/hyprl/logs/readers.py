"""Read a signal log file as a table of raw columns: CSV, JSON Lines or Parquet, told apart by content.

Numbers in text are kept as text here, so that no reader's guess can lose bits; `normalise` types them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecodeError
from json import loads as lenient_loads
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from hyprl.errors import SignalLogError
from hyprl.files import quiet_native_stderr
from hyprl.logs.containers import rows_at

_REMEDY = "Pass a CSV, JSON Lines or Parquet file with the columns timestamp, symbol, decision."
_DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class RawLog:
    """Columns as read, and the last line when it was torn: cut off in the middle by a killed writer."""

    frame: pl.DataFrame
    torn_tail: str | None = None


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes. Raises SignalLogError when it is missing, a directory, unreadable or empty."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(str(path), f"cannot be read ({error.strerror or error})") from error
    if not data.strip():
        raise _unreadable(str(path), "is empty")
    return data


def parse_log(data: bytes, where: str, path: str | None = None) -> RawLog:
    """Parse the bytes of a log; `path` leads to the rows of a JSON document.

    Raises SignalLogError naming `where`, and the line where there is one.
    """
    if not data.strip():
        raise _unreadable(where, "is empty")
    if data.startswith(b"PAR1"):
        return RawLog(_parse_parquet(data, where))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(where, f"is not UTF-8 text (byte {error.start})") from error
    if "\x00" in text:
        raise _unreadable(where, "is binary, not text")
    if path is not None and text.lstrip().startswith(("{", "[")):
        document = rows_at(text, path, where)
        if document is not None:
            return RawLog(document)
    if text.lstrip().startswith("{"):
        return _parse_json_lines(text, where)
    return _parse_csv(text, where)


def _parse_parquet(data: bytes, where: str) -> pl.DataFrame:
    try:
        with quiet_native_stderr(f"{where}: is damaged Parquet\n  {_REMEDY}"):
            return pl.read_parquet(io.BytesIO(data), use_statistics=False)
    except (*_DAMAGED, OSError, ValueError, OverflowError) as error:
        raise _unreadable(where, f"is damaged Parquet ({_first_line(error)})") from error


def _parse_csv(text: str, where: str) -> RawLog:
    text = text.lstrip("\r\n")
    first = text.splitlines()[0]
    delimiter = max(_DELIMITERS, key=first.count)
    names = [name.strip() for name in _rows(text, delimiter, where).__next__()]
    names = [name or f"unnamed_{index}" for index, name in enumerate(names)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise _unreadable(where, f"has two columns named {', '.join(repeated)}")
    try:
        frame = pl.read_csv(text.encode(), separator=delimiter, infer_schema=False)
    except _DAMAGED as error:
        raise _unreadable(where, f"is not CSV ({_first_line(error)})") from error
    if frame.width != len(names):
        raise _unreadable(where, "is not CSV (its header and its rows disagree)")
    frame.columns = names
    torn = _torn_row(text, delimiter, len(names), where) if _may_be_short(frame) else None
    if torn is not None:
        frame = frame.head(-1)
    return RawLog(frame.filter(~pl.all_horizontal(pl.all().is_null())) if frame.width else frame, torn)


def _rows(text: str, delimiter: str, where: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise _unreadable(where, f"is not CSV ({error})") from error


def _may_be_short(frame: pl.DataFrame) -> bool:
    return frame.width > 1 and frame.height > 0 and frame[:, -1].null_count() > 0


def _torn_row(text: str, delimiter: str, width: int, where: str) -> str | None:
    # A row with fewer cells than the header is read as if the rest were blank; only a killed writer's last may be.
    numbered = ((number, row) for number, row in enumerate(_rows(text, delimiter, where)) if row)
    short: tuple[int, list[str]] | None = None
    for number, row in numbered:
        if short is not None:
            break
        if len(row) < width and any(cell.strip() for cell in row):
            short = (number, row)
    else:
        if short is None:
            return None
        if not text.endswith(("\n", "\r")):
            return delimiter.join(short[1])
    fact = f"row {short[0]} has {len(short[1])} of {width} cells: the line is cut off"
    raise _unreadable(where, fact)


def _parse_json_lines(text: str, where: str) -> RawLog:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    columns: dict[str, list[Any]] = {}
    height = 0
    for position, (number, line) in enumerate(lines):
        members = _parse_line(line)
        if members is None:
            if position == len(lines) - 1 and position > 0:
                return RawLog(_frame(columns), line)
            raise _unreadable(where, f"line {number} is not a JSON object")
        if "timestamp" not in members:
            if position == 0 and "decision" not in members:
                continue
            raise _unreadable(where, f"line {number} has no timestamp")
        flat = _flatten(members)
        for name in flat:
            if name not in columns:
                columns[name] = [None] * height
        for name, values in columns.items():
            values.append(flat.get(name))
        height += 1
    return RawLog(_frame(columns))


def _parse_line(line: str) -> dict[str, Any] | None:
    try:
        members = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            members = lenient_loads(line)  # Python's own writer spells NaN and Infinity as bare words
        except (JSONDecodeError, RecursionError):
            return None
    return members if isinstance(members, dict) else None


def _flatten(members: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in members.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = repr(value) if isinstance(value, list) else value
    return flat


def _frame(columns: dict[str, list[Any]]) -> pl.DataFrame:
    if not columns:
        return pl.DataFrame(schema=dict.fromkeys(("timestamp", "symbol", "decision"), pl.String))
    return pl.DataFrame([column_of(name, values) for name, values in columns.items()])


def column_of(name: str, values: list[Any]) -> pl.Series:
    """Return Python values as a column; whole numbers, and values of several kinds, as text that loses nothing."""
    kinds = {type(value) for value in values} - {type(None)}
    if len(kinds) > 1 or kinds == {int}:
        return pl.Series(name, [_spell(value) for value in values], dtype=pl.String)
    return pl.Series(name, values)


def _spell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]


def _unreadable(where: str, fact: str) -> SignalLogError:
    return SignalLogError(fact, where=where, remedy=_REMEDY)
