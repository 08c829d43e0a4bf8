"""Read a trace file: header and records, the chain verified, a torn last line reported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyprl.trace.chain import ChainedLines, read_chain
from hyprl.trace.decode import decode_header, decode_record
from hyprl.trace.encode import TraceHeader
from hyprl.trace.signal import SignalTrace


@dataclass(frozen=True, slots=True)
class TraceFile:
    """A verified trace. A writer would go on at `byte_length` after `head_hash`; `torn_tail` lies beyond."""

    header: TraceHeader
    records: list[SignalTrace]
    torn_tail: bytes | None
    byte_length: int
    head_hash: str


def read_trace(path: Path) -> TraceFile:
    """Read and verify a trace.

    Raises TraceError naming the line and what is wrong: unreadable, empty, of another schema version, cut,
    edited, reordered, or a record that lacks a member.
    """
    return trace_of(read_chain(path), str(path))


def trace_of(chain: ChainedLines, where: str) -> TraceFile:
    """Decode verified lines; `where` names the file in errors. Raises TraceError for what is no trace record."""
    header = decode_header(chain.objects[0], where)
    records = [
        decode_record(members, f"{where}: line {number}")
        for number, members in enumerate(chain.objects[1:], start=2)
    ]
    return TraceFile(header, records, chain.torn_tail, chain.byte_length, chain.head_hash)
