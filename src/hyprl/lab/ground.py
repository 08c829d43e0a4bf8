"""What faults are planted in, and what is known of each plant: the first bar that its component handed out otherwise.

The truth is noted by the planted component itself, which holds the healthy one beside it; no trace is read for it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from hyprl.causes.steps import DecisionStep
from hyprl.domain.arrays import Float64Array
from hyprl.errors import ConfigError
from hyprl.features.pipeline import FeaturePipeline
from hyprl.features.stores import BacktestFeatureStore, LiveFeatureStore
from hyprl.jit.kernel import COMPILED, Kernel, link_kernel
from hyprl.lab.fault import Level
from hyprl.model.artifact import PROBABILITY_FUNCTIONS
from hyprl.wiring import Run


@dataclass(slots=True)
class GroundTruth:
    """The first bar (open, µs UTC) in the window at which a plant had an effect, and how many bars it changed."""

    window_open_utc_us: int
    first_open_utc_us: int | None = None
    bars: int = 0
    step: DecisionStep | None = None

    def note(
        self, open_utc_us: int, stamped_utc_us: int | None = None, step: DecisionStep | None = None
    ) -> None:
        """Note that something else was handed out at this bar, or this bar under an earlier stamp.

        Bars before the window do not count.
        """
        if open_utc_us < self.window_open_utc_us:
            return
        self.bars += 1
        first = open_utc_us if stamped_utc_us is None else min(open_utc_us, stamped_utc_us)
        if self.first_open_utc_us is None or first < self.first_open_utc_us:
            self.first_open_utc_us, self.step = first, step


class Ground:
    """A run to plant faults in, with its healthy features at hand (float64, one row per bar, history included)."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def kernel(self) -> Kernel:
        """Return the run's compiled kernel."""
        return link_kernel(self.run.plan, PROBABILITY_FUNCTIONS[self.run.model.kind], COMPILED)

    @cached_property
    def frame(self) -> Float64Array:
        """Return the healthy features of every bar, history first."""
        return BacktestFeatureStore(self.kernel).frame(self.run.window.series).values

    @cached_property
    def rows(self) -> dict[int, list[float]]:
        """Return the healthy features of the window by bar open, µs UTC."""
        window, start = self.run.window, self.run.window.start
        return dict(zip(window.evaluated.open_utc_us.tolist(), self.frame[start:].tolist(), strict=True))

    @property
    def window_open_utc_us(self) -> int:
        """Return the window's first open, µs UTC."""
        return int(self.run.window.evaluated.open_utc_us[0])

    def cold_store(self) -> LiveFeatureStore:
        """Return a store that has seen nothing."""
        return LiveFeatureStore(FeaturePipeline(self.kernel))

    def open_at(self, share: float) -> int:
        """Return the open, µs UTC, of the bar before which this share of the window lies."""
        opens = self.run.window.evaluated.open_utc_us
        return int(opens[min(int(share * len(opens)), len(opens) - 1)])

    def open_before_window(self, bars: int) -> int:
        """Return the open, µs UTC, of the bar so many before the window, or of the first there is."""
        window = self.run.window
        return int(window.series.open_utc_us[max(window.start - bars, 0)])

    def column(self, name: str) -> int:
        """Return a column's place. Raises ConfigError if the run has none of this name."""
        if name not in self.run.plan.names:
            raise ConfigError(
                f"the run has no column `{name}` to plant this fault in",
                where="faults",
                remedy="Plant another fault or another level; `hyprl faults list` shows them.",
            )
        return self.run.plan.position(name)

    def sized_by(self) -> tuple[int, ...]:
        """Return the places of the columns that the strategy reads itself: ATR, trend return, regime."""
        from hyprl.wiring import strategy_columns

        return tuple(strategy_columns(self.run.config, self.run.plan))


@dataclass(frozen=True, slots=True)
class Planting:
    """One fault on its way into a live side: where, how strong, and what became of it."""

    ground: Ground
    level: Level
    truth: GroundTruth = field(repr=False)

    @property
    def number(self) -> float:
        """Return a numeric level."""
        return float(self.level)

    @property
    def count(self) -> int:
        """Return a level that counts bars or decimals."""
        return int(self.level)

    @property
    def word(self) -> str:
        """Return a level in words."""
        return str(self.level)


def differ(left: Sequence[float], right: Sequence[float]) -> bool:
    """Tell whether two rows differ; NaN equals NaN."""
    return any(a != b and (a == a or b == b) for a, b in zip(left, right, strict=True))


def is_chosen(open_utc_us: int, share: float) -> bool:
    """Choose about this share of all bars, the same ones every time."""
    return ((open_utc_us // 1_800_000_000) * 2_654_435_761 % 4_294_967_296) / 4_294_967_296 < share


def narrowed(value: float, word: str) -> float:
    """Return a number through `float32` or `float16` and back; beyond the range it stays as it was."""
    code = {"float32": "<f", "float16": "<e"}[word]
    try:
        narrow: float = struct.unpack(code, struct.pack(code, value))[0]
    except OverflowError:
        return value
    return narrow
