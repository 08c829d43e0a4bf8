"""The two feature stores over one window, compared."""

from __future__ import annotations

from hyprl.features.pipeline import FeaturePipeline
from hyprl.features.stores import (
    BacktestFeatureStore,
    FeatureFrame,
    LiveFeatureStore,
    StoreDifference,
    diff_stores,
)
from hyprl.jit.kernel import COMPILED, INTERPRETED, Announce
from hyprl.wiring import Run, kernel_for


def compare_stores(run: Run, announce: Announce) -> StoreDifference:
    """Run the compiled batch store and the interpreted live store over the same history; compare the window."""
    series, start = run.window.series, run.window.start
    batch = BacktestFeatureStore(kernel_for(run, COMPILED, announce)).frame(series)
    live = LiveFeatureStore(FeaturePipeline(kernel_for(run, INTERPRETED, announce))).frame(series)
    return diff_stores(_from(batch, start), _from(live, start))


def _from(frame: FeatureFrame, start: int) -> FeatureFrame:
    return FeatureFrame(frame.columns, frame.open_utc_us[start:], frame.values[start:])
