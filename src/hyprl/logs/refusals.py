"""Refuse what cannot be read: the log, the row and the column that it stands in, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from hyprl.errors import SignalLogError

NAME_OR_CORRECT = "Name its columns and words in a map (--map; docs/check-my-own-bot.md), or correct the log."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which log is read. `columns` are the log's own names of our fields, where they are other words."""

    where: str
    remedy: str = NAME_OR_CORRECT
    columns: Mapping[str, str] = field(default_factory=dict)

    def error(self, fact: str) -> SignalLogError:
        """Return the error that says the fact."""
        return SignalLogError(fact, where=self.where, remedy=self.remedy)

    def rows(self, mask: pl.Series, values: pl.Series, fact: str) -> None:
        """Raise SignalLogError for the first row that the mask marks; `values` is the column, under our name."""
        marked = mask.fill_null(False).arg_true()
        if not len(marked):
            return
        row = int(marked[0])
        source = self.columns.get(values.name)
        stands = "" if source is None else f", read from the column {source}"
        more = f" (and {len(marked) - 1} more rows)" if len(marked) > 1 else ""
        raise self.error(f"row {row + 1}: {values.name} {values[row]!r} {fact}{stands}{more}")
