"""Train a model on the bars before a date, and say how it did out of sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hyprl.bars.calendar import window_us
from hyprl.bars.windows import load_bars
from hyprl.config import HyprLConfig, load_config
from hyprl.domain.bars import BarSeries
from hyprl.errors import DataError
from hyprl.features.choice import plan_for
from hyprl.features.plan import FeaturePlan
from hyprl.features.stores import BacktestFeatureStore
from hyprl.jit.kernel import COMPILED, Announce, link_kernel
from hyprl.model.artifact import PROBABILITY_FUNCTIONS
from hyprl.model.frame import TrainingFrame

if TYPE_CHECKING:  # whoever only needs the frame of a run's past does not load the learners
    from hyprl.model.train import TrainingResult


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """Which bars to fit on, exchange-local dates, `end` excluded; None: the config's, the built-in, the first bar."""

    end: date
    out: Path
    start: date | None = None
    bars: Path | None = None
    symbol: str | None = None
    config: Path | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was written to `path`, and the frame that it was fitted on."""

    frame: TrainingFrame
    result: TrainingResult
    path: Path


@dataclass(frozen=True, slots=True)
class Past:
    """The bars of `series` from `start` (None: the first) to strictly before `end`, and what a model reads of them."""

    series: BarSeries
    end: date
    config: HyprLConfig
    plan: FeaturePlan
    start: date | None = None

    def bars(self) -> BarSeries:
        """Return the bars; there may be none."""
        first = 0 if self.start is None else self.series.index_at(window_us(self.start, self.start)[0])
        return self.series.slice(first, self.series.index_at(window_us(self.end, self.end)[0]))


def train(request: TrainRequest, announce: Announce) -> Trained:
    """Fit a model, score it by a purged walk-forward, and write it. Raises HyprLError children."""
    from hyprl.model.train import train_model

    config = load_config(request.config)
    symbol = request.symbol or config.symbol
    series = load_bars(request.bars, symbol, config, request.timezone).series
    past = Past(series, request.end, config, plan_for(config), request.start)
    frame = frame_of(past, announce)
    result = train_model(frame, config.model)
    result.model.save_artifact(request.out)
    return Trained(frame, result, request.out)


def frame_of(past: Past, announce: Announce) -> TrainingFrame:
    """Compute the features of the past's bars. Raises DataError when there is none."""
    bars, plan = past.bars(), past.plan
    if not len(bars):
        raise DataError(
            f"no bar lies before {past.end}",
            where=f"{bars.symbol} ({bars.source})",
            remedy="Give bars with history before the window, or a model trained elsewhere (--model).",
        )
    kernel = link_kernel(plan, PROBABILITY_FUNCTIONS[past.config.model.kind], COMPILED, announce)
    frame = BacktestFeatureStore(kernel).frame(bars)
    return TrainingFrame(
        bars.symbol,
        plan.preset,
        plan.model_names,
        frame.values[:, : plan.model_width],
        bars.open_utc_us,
        bars.close,
        bars.sha256(),
        bars.source,
    )
