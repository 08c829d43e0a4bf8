"""Rows in JSON as columns: one object a line, or the list of objects deep inside a document."""

from __future__ import annotations

from json import dumps, loads
from typing import Any

import orjson
import polars as pl

from hyprl.tables.spellings import spelling
from hyprl.tables.table import Reading, Source, Table
from hyprl.tables.values import column_of, text_column


def read_json_lines(text: str, source: Source, reading: Reading) -> Table:
    """Return one row a line, nested members as columns `outer.inner`.

    A first line without the key of the rows is a header and passed over; a torn last line is set apart. Raises the
    source's error naming the line that is no object or lacks the key.
    """
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    key = _key_of([line for _, line in lines[:2]], reading.keys)
    rows: list[dict[str, Any]] = []
    for position, (number, line) in enumerate(lines):
        members = _object(line)
        if members is None:
            if position == len(lines) - 1 and position > 0:
                return Table(_columns(rows), line)
            source.fail(f"line {number} is not a JSON object")
        if key is not None and key not in members:
            if position == 0 and "decision" not in members:
                continue
            source.fail(f"line {number} has no {key}")
        rows.append(_flat(members))
    return Table(_columns(rows))


def read_json_document(text: str, path: str, source: Source) -> Table | None:
    """Return the list of objects at a dotted path of a JSON document, None when the text is no document.

    `*` stands for any single member. A document that is itself a list is taken as the rows.
    Raises the source's error when the path leads nowhere, or to several lists.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    found = [document] if isinstance(document, list) else _follow(document, path.split("."))
    lists = [item for item in found if isinstance(item, list)]
    if len(lists) != 1 or any(not isinstance(row, dict) for row in lists[0]):
        several = f"{len(lists)} lists" if lists else "no list of objects"
        source.fail(f"holds {several} at {path!r}", "Name one list with `path` in the map.")
    names = dict.fromkeys(name for row in lists[0] for name in row)
    return Table(pl.DataFrame([text_column(name, [row.get(name) for row in lists[0]]) for name in names]))


def _key_of(lines: list[str], words: tuple[str, ...]) -> str | None:
    """Return the member that makes a line a row, None where no word for it is found.

    A header may bear one of the words too, so the second line goes before the first.
    """
    found = [members for line in reversed(lines) if (members := _object(line)) is not None]
    for word in words[:1]:
        if any(word in members for members in found):
            return word
    plain = {spelling(word) for word in words}
    return next((name for members in found for name in members if spelling(name) in plain), None)


def _object(line: str) -> dict[str, Any] | None:
    try:
        members = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            members = loads(line)  # Python's own writer spells NaN and Infinity as bare words
            dumps(members, ensure_ascii=False).encode()  # half a surrogate pair is no text for a column
        except (ValueError, RecursionError):
            return None
    return members if isinstance(members, dict) else None


def _flat(members: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in members.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = repr(value) if isinstance(value, list) else value
    return flat


def _columns(rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame([column_of(name, [row.get(name) for row in rows]) for name in names])


def _follow(document: Any, path: list[str]) -> list[Any]:
    found = [document]
    for part in path:
        tables = [item for item in found if isinstance(item, dict)]
        if part == "*":
            found = [value for table in tables for value in table.values()]
        else:
            found = [table[part] for table in tables if part in table]
    return found
