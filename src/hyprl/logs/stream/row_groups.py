"""Read from a Parquet footer how many rows its largest row group has: whoever decodes one holds all of it.

The footer is a Thrift struct in the compact protocol (FileMetaData of the Parquet format); all but the row groups'
`num_rows` is skipped. Polars states neither row groups nor their sizes.
"""

from __future__ import annotations

from pathlib import Path

_ROW_GROUPS, _NUM_ROWS = 4, 3  # field numbers in FileMetaData and RowGroup
_BOOLS, _BYTE, _INTS, _DOUBLE, _BINARY, _LISTS, _MAP, _STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 11, 12
_LARGEST_FOOTER = 64 * 1024 * 1024


def largest_row_group(path: Path) -> int | None:
    """Return the rows of the largest row group, None where the footer cannot be read so. Raises OSError."""
    with path.open("rb") as file:
        file.seek(0, 2)
        end = file.tell()
        file.seek(max(end - 8, 0))
        tail = file.read(8)
        size = int.from_bytes(tail[:4], "little")
        if tail[4:] != b"PAR1" or size > min(end - 8, _LARGEST_FOOTER):
            return None
        file.seek(end - 8 - size)
        footer = file.read(size)
    try:
        return _Footer(footer).largest_row_group()
    except (IndexError, RecursionError):
        return None


class _Footer:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def largest_row_group(self) -> int | None:
        field = 0
        while (head := self._next_field(field)) is not None:
            field, kind = head
            if field == _ROW_GROUPS and kind in _LISTS:
                count, _ = self._list_head()
                return max((self._rows_of_group() for _ in range(count)), default=0)
            self._skip(kind)
        return None

    def _rows_of_group(self) -> int:
        field, rows = 0, 0
        while (head := self._next_field(field)) is not None:
            field, kind = head
            if field == _NUM_ROWS and kind in _INTS:
                number = self._varint()
                rows = (number >> 1) ^ -(number & 1)
            else:
                self._skip(kind)
        return rows

    def _next_field(self, last: int) -> tuple[int, int] | None:
        head = self._byte()
        if head == 0:
            return None
        step, kind = head >> 4, head & 15
        if step:
            return last + step, kind
        number = self._varint()
        return (number >> 1) ^ -(number & 1), kind

    def _skip(self, kind: int) -> None:
        if kind in _INTS:
            self._varint()
        elif kind in (_BYTE, _DOUBLE):
            self._at += 1 if kind == _BYTE else 8
        elif kind == _BINARY:
            size = self._varint()
            self._at += size
        elif kind in _LISTS:
            count, inner = self._list_head()
            for _ in range(count):
                self._skip_element(inner)
        elif kind == _MAP:
            self._skip_map()
        elif kind == _STRUCT:
            field = 0
            while (head := self._next_field(field)) is not None:
                field = head[0]
                self._skip(head[1])
        elif kind not in _BOOLS:
            raise IndexError(f"unknown kind {kind}")

    def _skip_element(self, kind: int) -> None:
        if kind in _BOOLS:
            self._byte()  # in a list a truth value takes a byte, as a field it is part of the head
        else:
            self._skip(kind)

    def _skip_map(self) -> None:
        count = self._varint()
        if not count:
            return
        kinds = self._byte()
        for _ in range(count):
            self._skip_element(kinds >> 4)
            self._skip_element(kinds & 15)

    def _list_head(self) -> tuple[int, int]:
        head = self._byte()
        size = head >> 4
        return (self._varint() if size == 15 else size), head & 15

    def _varint(self) -> int:
        result = shift = 0
        while True:
            byte = self._byte()
            result |= (byte & 127) << shift
            if byte < 128:
                return result
            shift += 7

    def _byte(self) -> int:
        byte = self._data[self._at]
        self._at += 1
        return byte
