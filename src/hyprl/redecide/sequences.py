"""Which rows of both sides are the same market bar, and the four row sequences that swapping times and values gives.

A bar is the same when its five numbers are; else when its time is, shifted by the one clock offset that makes most
prices agree where no offset does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.redecide.sides import Side

NOWHERE = -1
MINUTE_US = 60_000_000
CLOCK_OFFSETS_MINUTES = (
    *(sign * minutes for minutes in (5, 15, 30, 60, 90, 120, 180, 240, 300, 360, 720, 1440) for sign in (1, -1)),
)  # fmt: skip
CLOSE = 3
AGREES = 1e-4  # relative: the same close, but for rounding
_FEWEST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """Rows to decide, in order; `left_row` and `right_row` are the sides' rows of each, NOWHERE if they lack it."""

    opens: Int64Array
    sessions: Int64Array
    flaws: Int64Array
    bars: Float64Array
    left_row: Int64Array
    right_row: Int64Array

    def __len__(self) -> int:
        return len(self.opens)


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """`left_of[j]` is the left row of right row j, `right_of[i]` the right row of left row i; NOWHERE if none."""

    left_of: Int64Array
    right_of: Int64Array


def pair_rows(left: Side, right: Side) -> Pairing:
    """Pair the rows of both sides."""
    same_time = _rows_at(left.opens, right.opens)
    left_of = same_time.copy()
    differing = ~_same_bars(left, right, same_time)
    if differing.any():
        elsewhere = _rows_with_bar(left, right)
        moved = differing & (elsewhere != NOWHERE)
        if moved.sum() >= _FEWEST:
            left_of[moved] = elsewhere[moved]
        elif (offset := _clock_offset(left, right)) is not None:
            left_of = _rows_at(left.opens, right.opens - offset)
    right_of = np.full(len(left), NOWHERE)
    for j in range(len(right) - 1, -1, -1):  # backwards, so that of several right rows the first stays
        if left_of[j] != NOWHERE:
            right_of[left_of[j]] = j
    exact = _rows_at(right.opens, left.opens)
    kept = (exact != NOWHERE) & (left_of[exact] == np.arange(len(left)))
    return Pairing(left_of, np.where(kept, exact, right_of))


def sequence_of(
    left: Side, right: Side, pairing: Pairing, *, right_times: bool, right_bars: bool
) -> Sequence:
    """Return the rows with times from one side and bar values from one side."""
    times, values = (right if right_times else left), (right if right_bars else left)
    own = np.arange(len(times))
    left_row = pairing.left_of if right_times else own
    right_row = own if right_times else pairing.right_of
    source = right_row if right_bars else left_row
    there = source != NOWHERE
    pick = np.where(there, source, 0)
    bars, flaws = times.bars, times.flaws
    if len(values):
        other = there & (_bits(values.bars)[pick] != _bits(times.bars)).any(axis=1)
        bars = np.where(other[:, None], values.bars[pick], times.bars)
        # A flaw is one of a bar in its place: where the bar's values are no others, it is the place that has it.
        flaws = np.where(other, values.flaws[pick], times.flaws)
    return Sequence(times.opens, times.sessions, flaws, np.ascontiguousarray(bars), left_row, right_row)


def times_differ(left: Side, right: Side, pairing: Pairing) -> bool:
    """Tell whether the sides have other rows, or give a bar another time."""
    return not np.array_equal(left.opens, right.opens) or bool(
        (pairing.left_of != np.arange(len(left))).any()
    )


def rows_of_other_values(left: Side, right: Side, pairing: Pairing) -> Int64Array:
    """Return the right rows whose bar values differ from the paired left row's."""
    paired = pairing.left_of != NOWHERE
    return np.flatnonzero(paired & ~_same_bars(left, right, pairing.left_of))


def _same_bars(left: Side, right: Side, left_of: Int64Array) -> BoolArray:
    if not len(left):
        return np.zeros(len(right), bool)
    there = left_of != NOWHERE
    pick = np.where(there, left_of, 0)
    same = _bits(left.bars)[pick] == _bits(right.bars)
    result: BoolArray = there & same.all(axis=1)
    return result


def _bits(values: Float64Array) -> Int64Array:
    return np.ascontiguousarray(values).view(np.int64)


def _rows_at(opens: Int64Array, wanted: Int64Array) -> Int64Array:
    if not len(opens):
        return np.full(len(wanted), NOWHERE)
    at = np.minimum(np.searchsorted(opens, wanted), len(opens) - 1)
    return np.where(opens[at] == wanted, at, NOWHERE)


def _rows_with_bar(left: Side, right: Side) -> Int64Array:
    places: dict[bytes, int] = {}
    for row, bar in enumerate(np.ascontiguousarray(left.bars)):
        key = bar.tobytes()
        places[key] = NOWHERE if key in places else row  # a bar that occurs twice identifies nothing
    return np.array(
        [places.get(bar.tobytes(), NOWHERE) for bar in np.ascontiguousarray(right.bars)], np.int64
    )


def _clock_offset(left: Side, right: Side) -> int | None:
    unshifted = _agreement(left, right, 0)
    best = max(CLOCK_OFFSETS_MINUTES, key=lambda minutes: _agreement(left, right, minutes * MINUTE_US))
    if _agreement(left, right, best * MINUTE_US) > max(0.5, 2.0 * unshifted):
        return best * MINUTE_US
    return None


def _agreement(left: Side, right: Side, offset: int) -> float:
    at = _rows_at(left.opens, right.opens - offset)
    there = at != NOWHERE
    if there.sum() < _FEWEST:
        return 0.0
    a, b = left.bars[at[there], CLOSE], right.bars[there, CLOSE]
    return float((np.abs(a - b) <= AGREES * np.abs(a)).sum() / len(right))
