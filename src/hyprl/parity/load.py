"""Load a signal log from a file: read, verify the chain of a HyprL trace, normalise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hyprl.parity.normalise import normalise
from hyprl.parity.readers import parse_log, read_bytes
from hyprl.trace.frame import records_frame
from hyprl.trace.read import read_trace

_TRACE_MARK = b'"record_hash":"'


@dataclass(frozen=True, slots=True)
class SignalLog:
    """A normalised log; `torn_tail` is the unfinished last line that was left out, if there was one."""

    path: Path
    frame: pl.DataFrame
    torn_tail: str | None = None


def load_signal_log(path: Path) -> SignalLog:
    """Load CSV, JSON Lines or Parquet, told apart by content, into the form of `normalise`.

    A file with a record_hash anywhere is a HyprL trace: its chain is verified.
    Raises SignalLogError or TraceError.
    """
    data = read_bytes(path)
    if data.lstrip().startswith(b"{") and _TRACE_MARK in data:
        trace = read_trace(path)
        torn = None if trace.torn_tail is None else trace.torn_tail.decode("utf-8", "replace")
        return SignalLog(path, normalise(records_frame(trace.records), str(path)), torn)
    raw = parse_log(data, str(path))
    return SignalLog(path, normalise(raw.frame, str(path)), raw.torn_tail)
