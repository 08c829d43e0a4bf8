"""Read one planned log as chunks that ascend: no bar twice, no timestamp in two chunks.

Rows that are out of order within a batch are sorted; out of order between batches, the log is not streamable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hyprl.parity.stream.canonical import Canonical
from hyprl.parity.stream.declined import NotStreamable
from hyprl.parity.stream.plan import LogPlan
from hyprl.parity.vocabulary import KEYS

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Ascending rows and their opens, µs UTC."""

    frame: pl.DataFrame
    opens: Int64Array

    def cut(self, row: int) -> tuple[Chunk, Chunk]:
        """Return the rows before `row` and the rest, without copying."""
        head, tail = self.frame.slice(0, row), self.frame.slice(row)
        return Chunk(head, self.opens[:row]), Chunk(tail, self.opens[row:])


def ascending(plan: LogPlan, canonical: Canonical, batch_rows: int | None) -> Iterator[Chunk]:
    """Yield the log's chunks. Raises NotStreamable where it is not sorted or has two rows for one bar."""
    where, held = str(plan.path), None
    for batch in plan.batches(batch_rows):
        if batch.is_empty():
            continue
        chunk = _sorted(canonical.frame(batch), where)
        if held is not None:
            if chunk.opens[0] < held.opens[-1]:
                raise NotStreamable(where, "is not sorted by timestamp")
            row = int(np.searchsorted(chunk.opens, held.opens[-1], side="right"))
            if row:
                head, chunk = chunk.cut(row)
                held = _sorted(pl.concat([held.frame, head.frame]).rechunk(), where)
            if not len(chunk.opens):
                continue
            yield held
        held = chunk
    if held is not None:
        yield held


def _sorted(frame: pl.DataFrame, where: str) -> Chunk:
    chunk = Chunk(frame, _opens(frame))
    if _ascends(chunk):
        return chunk
    frame = frame.sort(KEYS)
    chunk = Chunk(frame, _opens(frame))
    if not _ascends(chunk):
        raise NotStreamable(where, "has two rows for one bar")
    return chunk


def _opens(frame: pl.DataFrame) -> Int64Array:
    return frame["timestamp"].to_numpy().view(np.int64)


def _ascends(chunk: Chunk) -> bool:
    before, after = chunk.opens[:-1], chunk.opens[1:]
    later = after > before
    if later.all():
        return True
    if (after < before).any():
        return False
    same = pl.Series(np.flatnonzero(~later))
    symbols = chunk.frame["symbol"]
    return bool((symbols.gather(same) < symbols.gather(same + 1)).all())
