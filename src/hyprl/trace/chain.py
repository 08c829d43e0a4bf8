"""Verify the hash chain of a trace file, line by line, and say what is wrong where it breaks.

A chain finds every edited byte, every line that is missing in the middle or at the beginning, and every
change of order. It cannot find whole lines missing at the end: those are found by comparing with the bars
that were run. A last line that has no newline, or that does not parse, is the mark of a killed writer: it is
reported and the rest is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from hyprl.errors import TraceError
from hyprl.trace.encode import GENESIS_HASH

_MEMBER = b',"record_hash":"'
_SUFFIX_BYTES = len(_MEMBER) + 64 + len(b'"}')


@dataclass(frozen=True, slots=True)
class ChainedLines:
    """The verified lines of a file as parsed objects, header first, and what follows them."""

    objects: list[dict[str, Any]]
    head_hash: str
    byte_length: int
    torn_tail: bytes | None


def read_chain(path: Path) -> ChainedLines:
    """Read and verify a whole file. Raises TraceError naming the line number and what is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TraceError(
            f"cannot be read ({error.strerror or error})",
            where=str(path),
            remedy="Pass an existing trace file.",
        ) from error
    return verify_chain(data, str(path))


def verify_chain(data: bytes, where: str) -> ChainedLines:
    """Verify the bytes of a trace file; `where` names it in errors."""
    lines = data.split(b"\n")
    tail = lines.pop()
    if not lines:
        raise TraceError(
            "is empty" if not tail else "holds no complete line", where=where, remedy="Make the trace again."
        )
    objects: list[dict[str, Any]] = []
    head, length = GENESIS_HASH, 0
    for index, line in enumerate(lines):
        members = _parse(line)
        if members is None:
            if index == len(lines) - 1 and index > 0 and not tail:
                return ChainedLines(objects, head, length, data[length:])
            raise _broken(where, index, "is not a JSON object (edited, or damaged)")
        stated = sealed_hash(line)
        if stated is None:
            raise _broken(where, index, "does not end in its record_hash (edited, or not written by HyprL)")
        if link(head, line) != stated:
            raise _broken(where, index, _diagnose(lines, index, head))
        objects.append(members)
        head, length = stated, length + len(line) + 1
    return ChainedLines(objects, head, length, tail or None)


def sealed_hash(line: bytes) -> str | None:
    """Return the record_hash that a line (without newline) ends in, or None when it ends otherwise."""
    suffix = line[-_SUFFIX_BYTES:]
    digits = suffix[len(_MEMBER) : -2]
    if len(suffix) < _SUFFIX_BYTES or not suffix.startswith(_MEMBER) or not suffix.endswith(b'"}'):
        return None
    return digits.decode() if all(digit in b"0123456789abcdef" for digit in digits) else None


def link(previous_hash: str, line: bytes) -> str:
    """Return the record_hash that a sealed line (without newline) must have after `previous_hash`."""
    return sha256(previous_hash.encode() + line[:-_SUFFIX_BYTES] + b"}").hexdigest()


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        members = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return members if isinstance(members, dict) else None


def _diagnose(lines: list[bytes], index: int, head: str) -> str:
    line = lines[index]
    stated = sealed_hash(line)
    following = lines[index + 1] if index + 1 < len(lines) else b""
    if sealed_hash(following) is not None and link(link(head, line), following) == sealed_hash(following):
        return "has a record_hash that was edited"
    for other, candidate in _stated_hashes(lines):
        if other != index - 1 and link(candidate, line) == stated:
            fact = "lines were moved, repeated or removed"
            return f"follows line {other + 1} in the chain, not line {index}: {fact}"
    if index == 0:
        return "was edited (its record_hash does not fit)"
    return f"does not follow line {index}: it was edited, or records between the two were removed"


def _stated_hashes(lines: list[bytes]) -> Iterator[tuple[int, str]]:
    yield -1, GENESIS_HASH
    for number, line in enumerate(lines):
        stated = sealed_hash(line)
        if stated is not None:
            yield number, stated


def _broken(where: str, index: int, fact: str) -> TraceError:
    return TraceError(
        f"line {index + 1} {fact}",
        where=where,
        remedy="Do not trust this trace: restore it from a copy or make it again.",
        line=index + 1,
    )
