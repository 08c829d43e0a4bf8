"""Take a table out of what it is packed in: gzip, or one member of a zip archive."""

from __future__ import annotations

import io
import zipfile
import zlib
from fnmatch import fnmatchcase

from hyprl.tables.table import GZIP_MARK, ZIP_MARK, Source

LARGEST_BYTES = 8 * 2**30  # what a packed file may become; above it, it is a trap sooner than a table
_REMEDY = "Unpack the file by hand and pass the table itself; for a log, a map can name its part (member)."
_AGAIN = "Fetch or write the file again."


def unpack(data: bytes, source: Source, member: str | None = None) -> bytes:
    """Return the table's own bytes; what is packed in nothing is returned as it is.

    `member` is the pattern of the file inside a zip archive; without one it must hold a single file.
    Raises the source's error for a damaged or oversized container, or one whose member is not found.
    """
    if data.startswith(GZIP_MARK):
        return _gunzip(data, source)
    if data.startswith(ZIP_MARK):
        return _unzip(data, source, member)
    return data


def _gunzip(data: bytes, source: Source) -> bytes:
    parts, size, rest = [], 0, data
    try:
        while rest:
            stream = zlib.decompressobj(wbits=31)
            part = stream.decompress(rest, LARGEST_BYTES - size + 1)
            size += len(part)
            _require_size(size, source)
            if not stream.eof:
                source.fail("is a damaged gzip file (it is cut off: the stream has no end)", _AGAIN)
            parts.append(part)
            rest = stream.unused_data.lstrip(b"\x00")
    except zlib.error as error:
        source.fail(f"is a damaged gzip file ({error})", _AGAIN)
    return b"".join(parts)


def _unzip(data: bytes, source: Source, member: str | None) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [item for item in archive.infolist() if not item.is_dir()]
            wanted = [item for item in names if member is None or fnmatchcase(item.filename, member)]
            if len(wanted) != 1:
                listed = ", ".join(item.filename for item in names[:8]) or "nothing"
                source.fail(f"holds {len(wanted)} files like {member or '*'} (it has: {listed})", _REMEDY)
            _require_size(wanted[0].file_size, source)
            return archive.read(wanted[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        source.fail(f"is a damaged or locked zip archive ({error})", _REMEDY)


def _require_size(size: int, source: Source) -> None:
    if size > LARGEST_BYTES:
        source.fail(f"unpacks to more than {LARGEST_BYTES // 2**30} GiB", _REMEDY)
