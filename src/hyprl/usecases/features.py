"""Features: the columns that a config computes, and the two stores that compute them, compared over a window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyprl.config import load_config
from hyprl.features.choice import plan_for
from hyprl.features.pipeline import FeaturePipeline
from hyprl.features.plan import FeaturePlan
from hyprl.features.stores import (
    BacktestFeatureStore,
    FeatureFrame,
    LiveFeatureStore,
    StoreDifference,
    diff_stores,
)
from hyprl.jit.kernel import COMPILED, INTERPRETED, Announce
from hyprl.usecases.requests import MODELS, RunRequest, prepare
from hyprl.wiring import Run, kernel_for


@dataclass(frozen=True, slots=True)
class StoresCompared:
    """What was compared, in a few words, and in what the stores differ."""

    subject: str
    difference: StoreDifference


def list_features(config: Path | None) -> FeaturePlan:
    """Return the columns of a config. Raises ConfigError or FeatureError."""
    return plan_for(load_config(config))


def compare_features(request: RunRequest, announce: Announce, models: Path = MODELS) -> StoresCompared:
    """Compare the batch store and the live store over a run's window. Raises HyprLError children."""
    prepared = prepare(request, models, announce)
    run = prepared.run(prepared.start, prepared.end)
    return StoresCompared(prepared.subject, compare_stores(run, announce))


def compare_stores(run: Run, announce: Announce) -> StoreDifference:
    """Run the compiled batch store and the interpreted live store over the same history; compare the window."""
    series, start = run.window.series, run.window.start
    batch = BacktestFeatureStore(kernel_for(run, COMPILED, announce)).frame(series)
    live = LiveFeatureStore(FeaturePipeline(kernel_for(run, INTERPRETED, announce))).frame(series)
    return diff_stores(_from(batch, start), _from(live, start))


def _from(frame: FeatureFrame, start: int) -> FeatureFrame:
    return FeatureFrame(frame.columns, frame.open_utc_us[start:], frame.values[start:])
