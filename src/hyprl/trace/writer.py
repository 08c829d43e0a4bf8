"""Append records to a trace as bars are decided: a kill leaves at most one torn line; `resume` goes on."""

from __future__ import annotations

import os
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from hyprl.errors import OutputError, TraceError
from hyprl.files import atomic_path, unwritable
from hyprl.trace.chain import link, sealed_hash
from hyprl.trace.encode import GENESIS_HASH, TraceHeader, encode_header, encode_record
from hyprl.trace.signal import SignalTrace


class TraceWriter:
    """An open trace. Every record is handed to the operating system before `write` returns.

    `byte_length` and `head_hash` are what a state file must keep for `resume`. With `fsync` each record also
    survives a power failure, at the price of a disk write per bar.
    """

    __slots__ = ("_file", "_fsync", "_path", "byte_length", "head_hash")

    def __init__(self, path: Path, file: FileIO, at: tuple[int, str], *, fsync: bool = False) -> None:
        self._path, self._file, self._fsync = path, file, fsync
        self.byte_length, self.head_hash = at

    @classmethod
    def create(cls, path: Path, header: TraceHeader, *, fsync: bool = False) -> Self:
        """Begin a trace, replacing a file of that name; missing directories are made. Raises OutputError."""
        line, head_hash = encode_header(header)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = FileIO(path, "wb")
        except OSError as error:
            raise unwritable(path, error) from error
        writer = cls(path, file, (0, GENESIS_HASH), fsync=fsync)
        try:
            writer._append(line, head_hash)
        except OutputError:
            file.close()
            raise
        return writer

    @classmethod
    def resume(cls, path: Path, byte_length: int, record_hash: str, *, fsync: bool = False) -> Self:
        """Go on after `byte_length` bytes whose last record has `record_hash`; whatever follows is cut off.

        The chain up to there is verified first. Raises TraceError when it is not as given, OutputError when
        the file cannot be written.
        """
        if not path.is_file():
            raise TraceError("is not there to resume", where=str(path), remedy=_START_AGAIN)
        try:
            file = FileIO(path, "rb+")
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            _verify_prefix(path, byte_length, record_hash)
            file.truncate(byte_length)
            file.seek(byte_length)
        except OSError as error:
            file.close()
            raise unwritable(path, error) from error
        except TraceError:
            file.close()
            raise
        return cls(path, file, (byte_length, record_hash), fsync=fsync)

    def write(self, record: SignalTrace) -> None:
        """Append one record. Raises OutputError; the records before it stay readable."""
        self._append(*encode_record(record, self.head_hash))

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, line: bytes, record_hash: str) -> None:
        try:
            left = memoryview(line)
            while left:  # an unbuffered write may take only a part, as on a disk that is nearly full
                left = left[self._file.write(left) or 0 :]
            if self._fsync:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise unwritable(self._path, error) from error
        self.byte_length += len(line)
        self.head_hash = record_hash


def write_trace(path: Path, header: TraceHeader, records: Iterable[SignalTrace]) -> str:
    """Write a finished run's trace at once, atomically; return the last record_hash. Raises OutputError."""
    line, head = encode_header(header)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.write(line)
        for record in records:
            line, head = encode_record(record, head)
            file.write(line)
    return head


_START_AGAIN = "Remove the state directory and start the run again from its first bar."


def _verify_prefix(path: Path, byte_length: int, record_hash: str) -> None:
    head, position = GENESIS_HASH, 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if position >= byte_length:
                break
            position += len(line)
            stated = sealed_hash(line[:-1]) if line.endswith(b"\n") else None
            if stated is None or link(head, line[:-1]) != stated:
                raise _not_as_saved(path, f"line {number} is torn or was edited")
            head = stated
    if position != byte_length or head != record_hash:
        raise _not_as_saved(
            path, f"its first {byte_length} bytes do not end in the record that the state names"
        )


def _not_as_saved(path: Path, fact: str) -> TraceError:
    return TraceError(
        f"is not the trace that the saved state continues: {fact}", where=str(path), remedy=_START_AGAIN
    )
