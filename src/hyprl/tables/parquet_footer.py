"""Read from a Parquet footer how many rows there are, and in the largest row group: who decodes one holds all of it.

The footer is a Thrift struct in the compact protocol (FileMetaData of the Parquet format); all but `num_rows` and the
row groups' is skipped. Polars states neither row groups nor their sizes, and a damaged footer can end its process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyprl.tables.table import PARQUET_MARK

_NUM_ROWS, _ROW_GROUPS = (
    3,
    4,
)  # field numbers in FileMetaData; RowGroup has its num_rows under the same number
_BOOLS, _BYTE, _INTS, _DOUBLE, _BINARY, _LISTS, _MAP, _STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 11, 12
_LARGEST_FOOTER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Footer:
    """Rows as a footer states them, in the whole file and in its largest row group."""

    rows: int
    largest_row_group: int


def read_footer(path: Path) -> Footer | None:
    """Return what the footer says, None where it cannot be read so. Raises OSError."""
    with path.open("rb") as file:
        file.seek(0, 2)
        end = file.tell()
        file.seek(max(end - 8, 0))
        tail = file.read(8)
        size = int.from_bytes(tail[:4], "little")
        if tail[4:] != PARQUET_MARK or size > min(end - 8, _LARGEST_FOOTER):
            return None
        file.seek(end - 8 - size)
        footer = file.read(size)
    try:
        return _Thrift(footer).footer()
    except (IndexError, RecursionError):
        return None


class _Thrift:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def footer(self) -> Footer | None:
        field, rows = 0, 0
        while (head := self._next_field(field)) is not None:
            field, kind = head
            if field == _NUM_ROWS and kind in _INTS:
                rows = self._int()
            elif field == _ROW_GROUPS and kind in _LISTS:
                count, _ = self._list_head()
                return Footer(rows, max((self._rows_of_group() for _ in range(count)), default=0))
            else:
                self._skip(kind)
        return None

    def _rows_of_group(self) -> int:
        field, rows = 0, 0
        while (head := self._next_field(field)) is not None:
            field, kind = head
            if field == _NUM_ROWS and kind in _INTS:
                rows = self._int()
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
        return self._int(), kind

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

    def _int(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

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
