"""What a signal log is once it is read: a normalised table, where it came from, and for a HyprL trace its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from hyprl.logs.logmap import LogMap

_PLAIN = LogMap()


@dataclass(frozen=True, slots=True)
class Log:
    """A log in the form of `normalise`; `torn_tail` is the unfinished last line that was left out, if there was one.

    With a map, times are still as stamped: `pairing.pair_logs` moves them to the bars' opens. `notes` are what was
    assumed or is doubtful, a line each.
    """

    path: Path
    frame: pl.DataFrame
    torn_tail: str | None = None
    log_map: LogMap = _PLAIN
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceLog(Log):
    """A HyprL trace, its chain verified. `facts` are its header's: with them its bars can be decided again."""

    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogPair:
    """Two logs that stand on the same bars; `notes` say what was assumed to get there, a line each."""

    left: Log
    right: Log
    notes: tuple[str, ...] = ()

    @property
    def traces(self) -> tuple[TraceLog, TraceLog] | None:
        """Return both sides where both are HyprL traces."""
        if isinstance(self.left, TraceLog) and isinstance(self.right, TraceLog):
            return self.left, self.right
        return None
