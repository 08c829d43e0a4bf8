"""Walk two ascending logs together: for each stretch of time, the rows that both have and the rows of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from hyprl.domain.arrays import BoolArray, Int64Array
from hyprl.logs.stream.chunks import Chunk
from hyprl.logs.stream.symbols import SymbolTable

_LARGEST_KEY = (
    2**62
)  # half of int64's range: a bar's number is offset x symbols + code, and may not wrap around
_MOST_BREAKS = (
    100  # runs that are walked before the rest is searched: each costs a few calls, a search costs per bar
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of one stretch of time: `left` and `right` hold the same bars in the same order, the others one side's."""

    left: pl.DataFrame
    right: pl.DataFrame
    left_alone: pl.DataFrame
    right_alone: pl.DataFrame


def stretches(left: Iterator[Chunk], right: Iterator[Chunk], symbols: SymbolTable) -> Iterator[Stretch]:
    """Yield stretches in the order of time until both logs end."""
    mine, theirs = next(left, None), next(right, None)
    while mine is not None and theirs is not None:
        last = min(mine.opens[-1], theirs.opens[-1])
        mine_now, mine = _until(mine, last, left)
        theirs_now, theirs = _until(theirs, last, right)
        yield _paired(mine_now.renumbered(symbols), theirs_now.renumbered(symbols), len(symbols.names))
    while mine is not None:
        yield _alone(mine, left=True)
        mine = next(left, None)
    while theirs is not None:
        yield _alone(theirs, left=False)
        theirs = next(right, None)


def _until(chunk: Chunk, last: int, more: Iterator[Chunk]) -> tuple[Chunk, Chunk | None]:
    row = int(np.searchsorted(chunk.opens, last, side="right"))
    if row == len(chunk.opens):
        return chunk, next(more, None)
    return chunk.cut(row)


def _alone(chunk: Chunk, *, left: bool) -> Stretch:
    frame, none = chunk.frame, chunk.frame.clear()
    return Stretch(none, none, frame, none) if left else Stretch(none, none, none, frame)


def _paired(left: Chunk, right: Chunk, symbols: int) -> Stretch:
    if _same_bars(left, right):
        return Stretch(left.frame, right.frame, left.frame.clear(), right.frame.clear())
    in_left, in_right = matches(*_keys(left, right, symbols))
    return Stretch(*_split(left.frame, right.frame, in_left, in_right))


def matches(left: Int64Array, right: Int64Array) -> tuple[BoolArray, BoolArray]:
    """Say for each of two ascending arrays without repeats which of its values the other has.

    Walks along runs of equal values, of which logs that lack a bar now and then have few; what many breaks leave
    is searched.
    """
    in_left, in_right = (np.zeros(len(keys), dtype=np.bool_) for keys in (left, right))
    row, other = 0, 0
    for _ in range(_MOST_BREAKS):
        run = _equal_run(left[row:], right[other:])
        in_left[row : row + run] = True
        in_right[other : other + run] = True
        row, other = row + run, other + run
        if row == len(left) or other == len(right):
            return in_left, in_right
        row += int(np.searchsorted(left[row:], right[other]))
        if row < len(left):
            other += int(np.searchsorted(right[other:], left[row]))
    place = other + np.searchsorted(right[other:], left[row:])
    within = place < len(right)
    found = np.zeros(len(place), dtype=np.bool_)
    found[within] = right[place[within]] == left[row:][within]
    in_left[row:] = found
    in_right[place[found]] = True
    return in_left, in_right


def _equal_run(left: Int64Array, right: Int64Array) -> int:
    size = min(len(left), len(right))
    differs = left[:size] != right[:size]
    first = int(differs.argmax()) if size else 0
    return first if size and differs[first] else size


def _split(
    left: pl.DataFrame, right: pl.DataFrame, in_both: BoolArray, found: BoolArray
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    both, none = _filtered(left, in_both), _filtered(left, ~in_both)
    return both, _filtered(right, found), none, _filtered(right, ~found)


def _filtered(frame: pl.DataFrame, mask: BoolArray) -> pl.DataFrame:
    if mask.all():
        return frame
    if not mask.any():
        return frame.clear()
    chosen = pl.Series(mask)
    return pl.DataFrame([series.filter(chosen) for series in frame])


def _same_bars(left: Chunk, right: Chunk) -> bool:
    return np.array_equal(left.opens, right.opens) and np.array_equal(left.codes, right.codes)


def _keys(left: Chunk, right: Chunk, symbols: int) -> tuple[Int64Array, Int64Array]:
    """Return one number for each bar, ascending with (timestamp, symbol), equal for equal bars."""
    opens = left.opens, right.opens
    if symbols == 1 or not (len(left.opens) and len(right.opens)):
        return opens
    lowest = int(min(opens[0][0], opens[1][0]))
    highest = int(max(opens[0][-1], opens[1][-1]))
    if (highest - lowest + 1) * symbols < _LARGEST_KEY:
        places = opens[0] - lowest, opens[1] - lowest
    else:
        ranks = np.unique(np.concatenate(opens), return_inverse=True)[1].astype(np.int64)
        places = ranks[: len(opens[0])], ranks[len(opens[0]) :]
    return places[0] * symbols + left.codes, places[1] * symbols + right.codes
