"""Read a signal log file as a table of raw columns, one row a bar; `normalise` types them."""

from __future__ import annotations

import polars as pl

from hyprl.errors import SignalLogError
from hyprl.logs.logmap import LogMap
from hyprl.tables.read import table_of
from hyprl.tables.spellings import LOG_FIELDS
from hyprl.tables.table import Reading, Source, Table

KIND_REMEDY = "Pass a CSV, JSON Lines or Parquet file with the columns timestamp, symbol, decision."
ZONE_REMEDY = (
    "Write the UTC offset, as in 2024-12-12T14:30:00Z, or declare the zone: --set timezone=IANA/NAME."
)


def log_source(where: str) -> Source:
    """Return the source whose defects are SignalLogErrors that name `where`."""
    return Source(where, SignalLogError, KIND_REMEDY, ZONE_REMEDY)


def reading_of(log_map: LogMap) -> Reading:
    """Return how a log is read: every row whole and stamped; a killed writer's torn last line is set apart."""
    stamp = log_map.columns.get("timestamp", "timestamp")
    return Reading(log_map.member, log_map.path, (stamp, *LOG_FIELDS["timestamp"].sure), whole_rows=True)


def parse_log(data: bytes, source: Source, reading: Reading) -> Table:
    """Parse the bytes of a log. Raises SignalLogError naming the source, and the line where there is one."""
    table = table_of(data, source, reading)
    if table.repeated:
        source.fail(f"has two columns named {', '.join(table.repeated)}")
    if table.frame.width or reading.path is not None:
        return table
    nothing = pl.DataFrame(schema=dict.fromkeys(("timestamp", "symbol", "decision"), pl.String))
    return Table(nothing, table.torn_tail)
