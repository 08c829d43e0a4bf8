"""The left side's features over another sequence of bars, by the left side's own plan.

With the bars before the window (`history`) this is what its engine would have computed. Without them the recursion
starts on the window's own bars, played backwards before it, on both sequences, and only the change is added to what
the left side recorded: exact up to the first bar that differs, exact again in every windowed column once its window
lies inside, and off by what Wilder's averages remember of the false start, times the change, in the others.
"""

from __future__ import annotations

from collections.abc import Sequence as Names
from dataclasses import dataclass
from math import isfinite

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.domain.bars import PRICE_COLUMNS, BarSeries
from hyprl.errors import FeatureError
from hyprl.features.plan import FeaturePlan
from hyprl.features.registry import resolve_feature
from hyprl.jit.kernel import INTERPRETED, Kernel, link_kernel
from hyprl.model.evaluate import logistic_probability
from hyprl.redecide.memories import memory_of
from hyprl.redecide.sequences import NOWHERE, Sequence
from hyprl.redecide.sides import Side

HIGH, LOW, CLOSE = (PRICE_COLUMNS.index(name) for name in ("high", "low", "close"))
PRIMING_BARS = 600
_START_ROWS = 100
_AMPLIFIED = 4.0
_NOISE = 1e-9  # of a column's size


@dataclass(frozen=True, slots=True, eq=False)
class Recomputed:
    """Features of a sequence; where |difference| to another value is within `doubt` it says nothing."""

    values: Float64Array
    doubt: Float64Array


class Recomputer:
    """Computes the left side's features over sequences of bars."""

    def __init__(
        self, left: Side, plan: FeaturePlan, history: BarSeries | None, *, is_other_start: bool
    ) -> None:
        self._left = left
        self._kernel: Kernel = link_kernel(plan, logistic_probability, INTERPRETED)
        self._places = [plan.position(name) for name in left.columns]
        self._history = _priming(left) if history is None else _values(history)
        self._own = self._run(left.bars)
        self._history_known = history is not None
        self._noise = _NOISE * _sizes(left.features)
        # Without history, a column knows nothing of its own before its window lies inside the log.
        needed = [plan.columns[place].bars_needed for place in self._places]
        self._needed = np.array(needed) * (history is None)
        self._lengths = np.array([memory_of(plan, name).length for name in left.columns])
        self._is_other_start = is_other_start

    def over(self, sequence: Sequence) -> Recomputed:
        """Return the features of each row of a sequence."""
        fresh, recorded = self._run(sequence.bars), self._left.features
        there = sequence.left_row != NOWHERE
        pick = np.where(there, sequence.left_row, 0)
        own = self._own[pick]
        changed = recorded[pick] + (fresh - own)
        full = np.arange(len(sequence))[:, None] >= self._needed
        usable = (
            there[:, None] & (own != recorded[pick]) & np.isfinite(changed) & ~((self._lengths == 0) & full)
        )
        values = np.where(usable, changed, fresh)
        doubt = np.where(full, self._start_error(sequence) + self._noise, np.inf)
        same = self._common_start(sequence)
        values[:same] = recorded[:same]
        if not self._is_other_start:
            doubt[:same] = 0.0
        return Recomputed(values, doubt)

    def _start_error(self, sequence: Sequence) -> Float64Array:
        # What a wrong start can still do to each row of a column that never forgets: it decays by (1 - 1/n) a bar.
        rows = len(sequence)
        if self._history_known or not rows:
            return np.zeros((rows, len(self._lengths)))
        keeps = np.where(self._lengths > 0, 1.0 - 1.0 / np.maximum(self._lengths, 1), 0.0)
        own, recorded = self._own, self._left.features
        rows_seen, jump = min(len(own), _START_ROWS), self._jump(sequence.bars)
        with np.errstate(all="ignore"):
            grown = np.abs(own[:rows_seen] - recorded[:rows_seen]) / keeps ** np.arange(rows_seen)[:, None]
        start = _AMPLIFIED * np.where(np.isfinite(grown), grown, 0.0).max(axis=0, initial=0.0)
        if self._is_other_start:
            start = np.maximum(start, _sizes(recorded)) * jump
        # Where the sides have other numbers of bars, the one with fewer remembers its start longer.
        seen_by_left = np.cumsum(sequence.left_row != NOWHERE)
        age = np.minimum(np.arange(rows), seen_by_left)
        result: Float64Array = start * keeps ** age[:, None]
        return result

    def _jump(self, bars: Float64Array) -> float:
        # The false start leaps to where the sequence begins; in usual ranges of a bar, at least 1.
        leap = abs(float(bars[0, CLOSE]) - float(self._history[-1, CLOSE]))
        usual = float(np.median(bars[:, HIGH] - bars[:, LOW]))
        return max(leap / usual, 1.0) if usual > 0.0 and isfinite(leap) else 1.0

    def _common_start(self, sequence: Sequence) -> int:
        # How many of the first rows are the left side's own: there its records are the answer.
        own = sequence.left_row == np.arange(len(sequence))
        pick = np.where(own, sequence.left_row, 0)
        own &= (sequence.bars == self._left.bars[pick]).all(axis=1)
        return int(np.argmin(own)) if not own.all() else len(own)

    def _run(self, bars: Float64Array) -> Float64Array:
        frame = self._kernel.feature_frame(_series(np.concatenate([self._history, bars])))
        return frame[len(self._history) :, self._places]


def plan_of(columns: Names[str]) -> FeaturePlan | None:
    """Return the plan of these columns, None if one of them is registered nowhere."""
    try:
        found = tuple(resolve_feature(name) for name in columns)
    except FeatureError:
        return None
    return FeaturePlan("recorded", found, len(found), tuple(dict.fromkeys(item.node for item in found)))


def _priming(left: Side) -> Float64Array:
    bars = left.bars[np.isfinite(left.bars).all(axis=1)][:PRIMING_BARS]
    return np.ascontiguousarray(bars[::-1])


def _sizes(features: Float64Array) -> Float64Array:
    finite = np.where(np.isfinite(features), np.abs(features), 0.0)
    sizes: Float64Array = finite.max(axis=0, initial=0.0)
    return sizes


def _values(history: BarSeries) -> Float64Array:
    return np.column_stack([history.open, history.high, history.low, history.close, history.volume])


def _series(bars: Float64Array) -> BarSeries:
    opened, high, low, close, volume = (np.ascontiguousarray(column) for column in bars.T)
    times: Int64Array = np.arange(len(bars), dtype=np.int64)
    return BarSeries(
        "", "recomputed", times, times, times, np.zeros_like(times), opened, high, low, close, volume
    )
