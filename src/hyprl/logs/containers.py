"""Take a log out of what it is packed in: gzip, a zip archive's member, a JSON document with the rows deep inside."""

from __future__ import annotations

import io
import zipfile
import zlib
from fnmatch import fnmatchcase
from typing import Any

import orjson
import polars as pl

from hyprl.errors import SignalLogError

GZIP_MARK, ZIP_MARK = b"\x1f\x8b", b"PK\x03\x04"
LARGEST_BYTES = 8 * 2**30
_REMEDY = "Unpack the file by hand and pass the log itself, or name the part in the map (member, path)."


def unpack(data: bytes, where: str, member: str | None) -> bytes:
    """Return the log's own bytes; what is packed in nothing is returned as it is.

    `member` is the pattern of the file inside a zip archive; without one it must hold a single file.
    Raises SignalLogError for a damaged or oversized container, or one whose member is not found.
    """
    if data.startswith(GZIP_MARK):
        return _gunzip(data, where)
    if data.startswith(ZIP_MARK):
        return _unzip(data, where, member)
    return data


def rows_at(text: str, path: str, where: str) -> pl.DataFrame | None:
    """Return the list of objects at a dotted path of a JSON document as columns, None when the text is no document.

    `*` stands for any single member. A document that is itself a list is taken as the rows.
    Raises SignalLogError when the path leads nowhere, or to several lists.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    found = [document] if isinstance(document, list) else _follow(document, path.split("."))
    lists = [item for item in found if isinstance(item, list)]
    if len(lists) != 1 or any(not isinstance(row, dict) for row in lists[0]):
        several = f"{len(lists)} lists" if lists else "no list of objects"
        raise _bad(where, f"holds {several} at {path!r}", "Name one list with `path` in the map.")
    return _columns(lists[0])


def _follow(document: Any, path: list[str]) -> list[Any]:
    found = [document]
    for part in path:
        tables = [item for item in found if isinstance(item, dict)]
        if part == "*":
            found = [value for table in tables for value in table.values()]
        else:
            found = [table[part] for table in tables if part in table]
    return found


def _columns(rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        [pl.Series(name, [_text(row.get(name)) for row in rows], dtype=pl.String) for name in names]
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _gunzip(data: bytes, where: str) -> bytes:
    parts, size, rest = [], 0, data
    try:
        while rest:
            stream = zlib.decompressobj(wbits=31)
            part = stream.decompress(rest, LARGEST_BYTES - size + 1)
            size += len(part)
            if size > LARGEST_BYTES:
                raise _bad(where, f"unpacks to more than {LARGEST_BYTES // 2**30} GiB")
            if not stream.eof:
                raise _bad(where, "is cut off: the gzip stream has no end")
            parts.append(part)
            rest = stream.unused_data.lstrip(b"\x00")
    except zlib.error as error:
        raise _bad(where, f"is damaged gzip ({error})") from error
    return b"".join(parts)


def _unzip(data: bytes, where: str, member: str | None) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [item for item in archive.infolist() if not item.is_dir()]
            wanted = [item for item in names if member is None or fnmatchcase(item.filename, member)]
            if len(wanted) != 1:
                listed = ", ".join(item.filename for item in names[:8]) or "nothing"
                fact = f"holds {len(wanted)} files like {member or '*'} (it has: {listed})"
                raise _bad(where, fact)
            if wanted[0].file_size > LARGEST_BYTES:
                raise _bad(where, f"unpacks to more than {LARGEST_BYTES // 2**30} GiB")
            return archive.read(wanted[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise _bad(where, f"is a damaged or locked zip archive ({error})") from error


def _bad(where: str, fact: str, remedy: str = _REMEDY) -> SignalLogError:
    return SignalLogError(fact, where=where, remedy=remedy)
