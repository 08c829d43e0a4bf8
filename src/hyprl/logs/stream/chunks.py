"""Cut one planned log into chunks that ascend: no bar twice, no timestamp in two chunks.

Rows that are out of order within a batch are sorted; out of order between batches, the log is not streamable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.errors import SignalLogError
from hyprl.logs.normalise import apply
from hyprl.logs.plausible import improbable
from hyprl.logs.stream.not_streamable import NotStreamable
from hyprl.logs.stream.pair_plan import PlannedLog
from hyprl.logs.stream.symbols import SymbolTable
from hyprl.logs.vocabulary import KEYS


@dataclass(frozen=True, slots=True)
class Chunk:
    """Ascending rows, their opens (µs UTC) and their symbols' numbers in that edition of the table."""

    frame: pl.DataFrame
    opens: Int64Array
    codes: Int64Array
    edition: int

    def cut(self, row: int) -> tuple[Chunk, Chunk]:
        """Return the rows before `row` and the rest, without copying."""
        head = Chunk(self.frame.slice(0, row), self.opens[:row], self.codes[:row], self.edition)
        return head, Chunk(self.frame.slice(row), self.opens[row:], self.codes[row:], self.edition)

    def renumbered(self, symbols: SymbolTable) -> Chunk:
        """Return the chunk in the table's present edition."""
        if self.edition == symbols.edition:
            return self
        return replace(self, codes=symbols.codes(self.frame["symbol"]), edition=symbols.edition)


def ascending(log: PlannedLog, symbols: SymbolTable) -> Iterator[Chunk]:
    """Yield the log's chunks, and enter its symbols in the table of both.

    Raises NotStreamable where it is not sorted, has two rows for one bar, a probability that is none, or a word that
    cannot be read.
    """
    where = log.where
    held: Chunk | None = None
    for batch in log.file.batches(log.plan.raw_columns):
        if batch.is_empty():
            continue
        chunk = _sorted(_applied(log, batch, symbols), symbols, where)
        if not improbable(chunk.frame).is_empty():
            raise NotStreamable(where, "has probabilities outside [0, 1]")
        if held is None:
            held = chunk
            continue
        if chunk.opens[0] < held.opens[-1]:
            raise NotStreamable(where, "is not sorted by timestamp")
        before, shared, after = _seam(held, chunk, symbols, where)
        whole, held = ((before, shared), after) if len(after.opens) else ((before,), shared)
        yield from (part for part in whole if len(part.opens))
    if held is not None:
        yield held


def _applied(log: PlannedLog, batch: pl.DataFrame, symbols: SymbolTable) -> pl.DataFrame:
    try:
        frame = apply(log.plan, batch, log.where, symbols.clean)
    except SignalLogError as error:
        raise NotStreamable(log.where, error.what) from error
    return frame.rechunk() if max(frame.n_chunks("all")) > 1 else frame


def _seam(left: Chunk, right: Chunk, symbols: SymbolTable, where: str) -> tuple[Chunk, Chunk, Chunk]:
    """Cut two chunks into what lies before, at and after the time at which one ends and the other begins."""
    last = left.opens[-1]
    row = int(np.searchsorted(right.opens, last, side="right"))
    if not row:
        return left, right.cut(0)[0], right
    before, tail = left.cut(int(np.searchsorted(left.opens, last)))
    head, after = right.cut(row)
    return before, _sorted(pl.concat([tail.frame, head.frame]).rechunk(), symbols, where), after


def _sorted(frame: pl.DataFrame, symbols: SymbolTable, where: str) -> Chunk:
    chunk = _chunk(frame, symbols)
    if _ascends(chunk):
        return chunk
    chunk = _chunk(frame.sort(KEYS), symbols)
    if not _ascends(chunk):
        raise NotStreamable(where, "has two rows for one bar")
    return chunk


def _chunk(frame: pl.DataFrame, symbols: SymbolTable) -> Chunk:
    opens = frame["timestamp"].to_numpy().view(np.int64)
    return Chunk(frame, opens, symbols.codes(frame["symbol"]), symbols.edition)


def _ascends(chunk: Chunk) -> bool:
    opens, codes = chunk.opens, chunk.codes
    later = opens[1:] > opens[:-1]
    return bool((later | ((opens[1:] == opens[:-1]) & (codes[1:] > codes[:-1]))).all())
