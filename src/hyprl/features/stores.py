"""Which bars the pipeline sees: all of history at once, or one closed bar after the other.

Both stores run the same step. `diff_stores` prints where they differ, if they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.domain.bars import BarSeries, ClosedBar
from hyprl.features.pipeline import FeatureFrameSnapshot, FeaturePipeline
from hyprl.features.plan import FeaturePlan


class FrameMachine(Protocol):
    """A linked kernel that computes a whole frame."""

    @property
    def plan(self) -> FeaturePlan:
        """Return the plan whose steps it runs."""

    def feature_frame(self, series: BarSeries) -> Float64Array:
        """Return (bars, columns)."""


@dataclass(frozen=True, slots=True)
class FeatureFrame:
    """Features of a run of bars: float64 (bars, columns), NaN while a column's window is not full."""

    columns: tuple[str, ...]
    open_utc_us: Int64Array
    values: Float64Array


class BacktestFeatureStore:
    """Sees the whole history; the compiled loop fills the frame."""

    __slots__ = ("_machine",)

    def __init__(self, machine: FrameMachine) -> None:
        self._machine = machine

    def frame(self, series: BarSeries) -> FeatureFrame:
        """Return the features of every bar of `series`, started cold at its first."""
        values = self._machine.feature_frame(series)
        return FeatureFrame(self._machine.plan.names, series.open_utc_us, values)


class LiveFeatureStore:
    """Sees one closed bar at a time, as they arrive; can be frozen and continued."""

    __slots__ = ("_pipeline",)

    def __init__(self, pipeline: FeaturePipeline) -> None:
        self._pipeline = pipeline

    @property
    def plan(self) -> FeaturePlan:
        """Return the columns and their steps."""
        return self._pipeline.plan

    def push(self, closed: ClosedBar) -> tuple[Sequence[float], bool]:
        """Return the bar's features (reused at the next call) and whether every one is a number."""
        ready = self._pipeline.update(closed)
        return self._pipeline.row, ready

    def snapshot(self, symbol: str) -> FeatureFrameSnapshot:
        """Freeze the state after the last bar."""
        return self._pipeline.snapshot(symbol)

    def restore(self, snapshot: FeatureFrameSnapshot) -> None:
        """Continue from a snapshot. Raises FeatureError if it is of other columns."""
        self._pipeline.restore(snapshot)

    def frame(self, series: BarSeries) -> FeatureFrame:
        """Return the features of every bar of `series`, pushed one by one."""
        values = np.empty((len(series), len(self.plan.names)))
        for index in range(len(series)):
            values[index] = self.push(series.bar(index))[0]
        return FeatureFrame(self.plan.names, series.open_utc_us, values)


class FeatureStore(Protocol):
    """What the live engine asks of a store."""

    @property
    def plan(self) -> FeaturePlan:
        """Return the columns and their steps."""

    def push(self, closed: ClosedBar) -> tuple[Sequence[float], bool]:
        """Return the bar's features and whether every one is a number."""

    def snapshot(self, symbol: str) -> FeatureFrameSnapshot:
        """Freeze the state."""

    def restore(self, snapshot: FeatureFrameSnapshot) -> None:
        """Continue from a snapshot."""


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """How one column of two frames differs over the bars that both have."""

    column: str
    unequal_bits: int
    nan_left_only: int
    nan_right_only: int
    max_abs_difference: float
    first_open_utc_us: int | None


@dataclass(frozen=True, slots=True)
class StoreDifference:
    """The full difference of two stores: index, NaN, warm-up and values. Empty when they agree to the bit."""

    bars_left_only: tuple[int, ...]
    bars_right_only: tuple[int, ...]
    warmup_left: int
    warmup_right: int
    columns: tuple[ColumnDifference, ...]

    @property
    def is_equal(self) -> bool:
        """Tell whether index, warm-up and every float64 agree to the bit."""
        differs = any(column.unequal_bits for column in self.columns)
        unpaired = bool(self.bars_left_only or self.bars_right_only)
        return not differs and not unpaired and self.warmup_left == self.warmup_right


def diff_stores(left: FeatureFrame, right: FeatureFrame) -> StoreDifference:
    """Compare two frames bar by bar and column by column, over the float64 bits.

    Raises ValueError when the columns are not the same.
    """
    if left.columns != right.columns:
        raise ValueError("the frames have different columns")
    both, at_left, at_right = np.intersect1d(left.open_utc_us, right.open_utc_us, return_indices=True)
    a, b = left.values[at_left], right.values[at_right]
    columns = tuple(_column(name, a[:, i], b[:, i], both) for i, name in enumerate(left.columns))
    return StoreDifference(
        tuple(np.setdiff1d(left.open_utc_us, both).tolist()),
        tuple(np.setdiff1d(right.open_utc_us, both).tolist()),
        warmup_length(left),
        warmup_length(right),
        columns,
    )


def warmup_length(frame: FeatureFrame) -> int:
    """Return how many leading bars have at least one column that is not a number."""
    ready = np.isfinite(frame.values).all(axis=1)
    return int(np.argmax(ready)) if ready.any() else len(frame.values)


def _column(name: str, a: Float64Array, b: Float64Array, opens: Int64Array) -> ColumnDifference:
    unequal = np.ascontiguousarray(a).view(np.int64) != np.ascontiguousarray(b).view(np.int64)
    unequal &= ~(np.isnan(a) & np.isnan(b))
    comparable = np.isfinite(a) & np.isfinite(b)
    largest = float(np.max(np.abs(a - b), initial=0.0, where=comparable))
    first = int(opens[int(np.argmax(unequal))]) if unequal.any() else None
    return ColumnDifference(
        name,
        int(unequal.sum()),
        int((np.isnan(a) & ~np.isnan(b)).sum()),
        int((np.isnan(b) & ~np.isnan(a)).sum()),
        largest,
        first,
    )
