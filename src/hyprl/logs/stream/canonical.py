"""Bring one batch of a planned log into the form of `normalise`; what it would refuse ends the stream.

Words that are canonical already, the usual case, are recognised by comparing them, which is ten times as fast as
reading them.
"""

from __future__ import annotations

import polars as pl

from hyprl.errors import SignalLogError
from hyprl.logs import normalise
from hyprl.logs import vocabulary as words
from hyprl.logs.stream.declined import NotStreamable
from hyprl.logs.stream.plan import LogPlan
from hyprl.logs.stream.symbols import SymbolTable
from hyprl.logs.timestamps import UTC_US, to_utc_us


class Canonical:
    """Types batches of one log, and enters its symbols in the table of both."""

    def __init__(self, plan: LogPlan, symbols: SymbolTable) -> None:
        self.symbols = symbols
        self._plan = plan
        self._where = str(plan.path)

    def frame(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the batch in the plan's columns and types. Raises NotStreamable."""
        try:
            columns = {series.name: series for series in self._columns(batch)}
        except SignalLogError as error:
            raise NotStreamable(self._where, error.what) from error
        frame = pl.DataFrame([columns[name] for name in self._plan.types])
        return frame.rechunk() if max(frame.n_chunks("all")) > 1 else frame

    def _columns(self, batch: pl.DataFrame) -> list[pl.Series]:
        found = [_stamps(batch["timestamp"], self._where), self.symbols.clean(batch["symbol"], self._where)]
        found += self._decisions(batch)
        taken = (*words.REQUIRED, "direction")
        return found + [self._typed(batch[name]) for name in batch.columns if name not in taken]

    def _decisions(self, batch: pl.DataFrame) -> list[pl.Series]:
        decision = batch["decision"]
        direction = batch["direction"] if "direction" in batch.columns else None
        if _is_plain(decision, (words.EMIT, words.REJECT)) and (
            direction is None or _is_plain(direction, (words.LONG, words.SHORT, words.NO_DIRECTION))
        ):
            found = [decision] if direction is None else [decision, direction]
        else:
            found = normalise.decisions(batch, self._where)
        if len(found) == 1 and not self._plan.silent:
            found.append(pl.Series("direction", [None], pl.String).new_from_index(0, batch.height))
        return found

    def _typed(self, series: pl.Series) -> pl.Series:
        name, dtype = series.name, self._plan.types[series.name]
        if name in self._plan.missing:
            return pl.Series(name, [None], dtype).new_from_index(0, len(series))
        if series.dtype == dtype:
            return series
        if isinstance(series.dtype, (pl.Categorical, pl.Enum)):
            series = series.cast(pl.String)
        if name in words.NUMERIC:
            return normalise.typed(series, self._where)
        if series.dtype == pl.String and dtype != pl.String:
            return _from_text(series, dtype)
        return series.cast(dtype)


def _stamps(series: pl.Series, where: str) -> pl.Series:
    return series if series.dtype == UTC_US and not series.null_count() else to_utc_us(series, where)


def _from_text(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    text = normalise.cleaned(series)
    if dtype == pl.Boolean:
        return text.str.to_lowercase() == "true"
    return text.cast(dtype)


def _is_plain(series: pl.Series, known: tuple[str, ...]) -> bool:
    if series.dtype != pl.String:
        return False
    found = series == known[0]
    for word in known[1:]:
        found |= series == word
    return found.all()
