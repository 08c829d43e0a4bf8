"""Load a signal log from a file: unpack, read, verify the chain of a HyprL trace, apply the map, normalise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hyprl.logs.containers import unpack
from hyprl.logs.logmap import LogMap
from hyprl.logs.normalise import normalise, unnest
from hyprl.logs.plausible import doubts
from hyprl.logs.readers import parse_log, read_bytes
from hyprl.logs.remap import remap
from hyprl.trace.chain import verify_chain
from hyprl.trace.frame import records_frame
from hyprl.trace.read import trace_of

_TRACE_MARK = b'"record_hash":"'
_PLAIN = LogMap()


@dataclass(frozen=True, slots=True)
class SignalLog:
    """A normalised log; `torn_tail` is the unfinished last line that was left out, if there was one.

    With a map, times are still as stamped: `pairing.pair_logs` moves them to the bars' opens.
    """

    path: Path
    frame: pl.DataFrame
    torn_tail: str | None = None
    log_map: LogMap = _PLAIN
    notes: tuple[str, ...] = ()


def load_signal_log(path: Path, log_map: LogMap = _PLAIN) -> SignalLog:
    """Load CSV, JSON Lines or Parquet, also in gzip or zip, told apart by content, into the form of `normalise`.

    A file with a record_hash anywhere is a HyprL trace: its chain is verified, and a map does not apply to it.
    Raises SignalLogError, TraceError, or ConfigError for a map that does not fit.
    """
    where = str(path)
    data = unpack(read_bytes(path), where, log_map.member)
    if data.lstrip().startswith(b"{") and _TRACE_MARK in data:
        trace = trace_of(verify_chain(data, where), where)
        torn = None if trace.torn_tail is None else trace.torn_tail.decode("utf-8", "replace")
        return SignalLog(path, normalise(records_frame(trace.records), where), torn)
    raw = parse_log(data, where, log_map.path)
    log = log_of_frame(raw.frame, where, log_map)
    return SignalLog(path, log.frame, raw.torn_tail, log_map, log.notes)


def log_of_frame(frame: pl.DataFrame, where: str, log_map: LogMap = _PLAIN) -> SignalLog:
    """Map and normalise a frame that is at hand; `where` names it in errors and notes. Raises as above."""
    clean = normalise(remap(unnest(frame), log_map, where), where)
    return SignalLog(Path(where), clean, None, log_map, doubts(clean, where))
