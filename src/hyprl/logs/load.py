"""From a file or a frame to a Log: unpacked, read, a HyprL trace's chain verified, mapped, normalised; each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from hyprl.logs.cells import log_source
from hyprl.logs.log import Log, TraceLog
from hyprl.logs.logmap import LogMap
from hyprl.logs.normalise import normalise, unnest
from hyprl.logs.plausible import doubts
from hyprl.tables.read import read_contents, table_of
from hyprl.tables.spellings import LOG_FIELDS
from hyprl.tables.table import Reading, Source, Table

if TYPE_CHECKING:  # a log that is no trace is read without the trace's own modules
    from hyprl.trace.signal import SignalTrace

_TRACE_MARK = b'"record_hash":"'
_PLAIN = LogMap()


def load_log(path: Path, log_map: LogMap = _PLAIN) -> Log:
    """Load CSV, JSON Lines or Parquet, also in gzip or zip, told apart by content, into the form of `normalise`.

    A file with a record_hash anywhere is a HyprL trace: its chain is verified, and a map does not apply to it.
    Raises SignalLogError, TraceError, or ConfigError for a map that does not fit.
    """
    where = str(path)
    source, reading = log_source(where), _reading_of(log_map)
    contents = read_contents(path, source, reading)
    if isinstance(contents, bytes) and contents.lstrip().startswith(b"{") and _TRACE_MARK in contents:
        return _load_trace(contents, path)
    raw = _parse(contents, source, reading)
    log = log_of_frame(raw.frame, where, log_map)
    return Log(path, log.frame, raw.torn_tail, log_map, log.notes)


def _reading_of(log_map: LogMap) -> Reading:
    # Every row whole and stamped; a killed writer's torn last line is set apart.
    stamp = log_map.columns.get("timestamp", "timestamp")
    return Reading(log_map.member, log_map.path, (stamp, *LOG_FIELDS["timestamp"].sure), whole_rows=True)


def _parse(contents: bytes | Path, source: Source, reading: Reading) -> Table:
    table = table_of(contents, source, reading)
    if table.repeated:
        source.fail(f"has two columns named {', '.join(table.repeated)}")
    if table.frame.width or reading.path is not None:
        return table
    nothing = pl.DataFrame(schema=dict.fromkeys(("timestamp", "symbol", "decision"), pl.String))
    return Table(nothing, table.torn_tail)


def _load_trace(data: bytes, path: Path) -> TraceLog:
    from hyprl.trace.chain import verify_chain
    from hyprl.trace.read import trace_of

    where = str(path)
    trace = trace_of(verify_chain(data, where), where)
    torn = None if trace.torn_tail is None else trace.torn_tail.decode("utf-8", "replace")
    return log_of_records(trace.records, trace.header.facts, path, torn)


def log_of_records(
    records: Sequence[SignalTrace], facts: Mapping[str, Any], path: Path, torn_tail: str | None = None
) -> TraceLog:
    """Normalise a trace's records; `facts` are its header's, `path` is where it is kept. Raises SignalLogError."""
    from hyprl.trace.frame import records_frame

    return TraceLog(path, normalise(records_frame(records), str(path)), torn_tail, facts=facts)


def log_of_frame(frame: pl.DataFrame, where: str, log_map: LogMap = _PLAIN) -> Log:
    """Map and normalise a frame that is at hand; `where` names it in errors and notes. Raises as `load_log`."""
    if log_map != _PLAIN:
        from hyprl.logs.remap import remap

        frame = remap(unnest(frame), log_map, where)
    clean = normalise(frame, where)
    return Log(Path(where), clean, None, log_map, doubts(clean, where))
