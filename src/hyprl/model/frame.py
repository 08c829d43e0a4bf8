"""What a model is trained on: features and closes of consecutive bars, and the label made from them.

The label of bar i is whether the close h bars later lies above its own close. The last h bars have
none: it would need bars after the end, and those belong to the evaluation window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.errors import DataError


@dataclass(frozen=True, slots=True)
class TrainingFrame:
    """Consecutive bars of one symbol, all strictly before the evaluation window.

    `features` is (n, k) float64, NaN in warm-up; `open_utc_us` and `close` are (n,). `bars_sha256` and
    `bars_source` identify the bars. Raises DataError if the shapes disagree.
    """

    symbol: str
    preset: str
    feature_names: tuple[str, ...]
    features: Float64Array
    open_utc_us: Int64Array
    close: Float64Array
    bars_sha256: str
    bars_source: str

    def __post_init__(self) -> None:
        bars = len(self.open_utc_us)
        if self.features.shape != (bars, len(self.feature_names)) or self.close.shape != (bars,):
            shapes = f"features {self.features.shape}, closes {self.close.shape}, {bars} bars"
            raise DataError(
                f"training columns disagree: {shapes}", where=self.symbol, remedy="Build them alike."
            )


@dataclass(frozen=True, slots=True)
class Samples:
    """Rows that can be learned from, in time order: `bar` is the row's index in the frame, `y` is 0 or 1."""

    bar: Int64Array
    x: Float64Array
    y: Int64Array

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: slice | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Samples:
        """Return some rows."""
        return Samples(self.bar[rows], self.x[rows], self.y[rows])


def label_rises(frame: TrainingFrame, horizon_bars: int) -> Samples:
    """Return the rows that have finite features and a label; a tie counts as no rise."""
    labelled = max(len(frame.close) - horizon_bars, 0)
    now, later = frame.close[:labelled], frame.close[horizon_bars : horizon_bars + labelled]
    usable = np.isfinite(frame.features[:labelled]).all(axis=1) & np.isfinite(now) & np.isfinite(later)
    bar = np.flatnonzero(usable)
    return Samples(bar, np.ascontiguousarray(frame.features[bar]), (later > now)[bar].astype(np.int64))
