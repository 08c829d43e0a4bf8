"""A short run on the embedded bars: three sessions after two thousand bars of history."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from hyprl.bars.calendar import window_us
from hyprl.bars.windows import cut_window
from hyprl.config import HyprLConfig, load_config
from hyprl.domain.bars import BarSeries
from hyprl.features.choice import plan_for
from hyprl.model.artifact import ProbabilityModel
from hyprl.usecases.models import embedded_artifact
from hyprl.wiring import Run

START, END = date(2025, 1, 15), date(2025, 1, 17)


@pytest.fixture(scope="session")
def config() -> HyprLConfig:
    """Thresholds so close that most bars emit, stops so near that most trades end in a few bars."""
    built_in = load_config(None)
    strategy = built_in.strategy.model_copy(
        update={
            "threshold_long": 0.5001,
            "threshold_short": 0.4999,
            "trend_long_min": -1.0,
            "trend_short_min": 1.0,
        }
    )
    risk = built_in.risk.model_copy(
        update={
            "atr_multiplier": 0.3,
            "reward_multiple": 1.5,
            "max_trades_per_day": 99,
            "max_daily_loss_fraction": 1.0,
        }
    )
    return built_in.model_copy(update={"strategy": strategy, "risk": risk})


@pytest.fixture(scope="session")
def run(embedded: BarSeries, config: HyprLConfig) -> Run:
    """The short run; 21 bars decided, 300 before them."""
    first = embedded.index_at(window_us(START, END)[0])
    series = embedded.slice(first - 300, len(embedded))
    model = ProbabilityModel.load_artifact(embedded_artifact())
    return Run("NVDA", config, plan_for(config), model, cut_window(series, START, END))


@pytest.fixture(scope="session")
def run_with(run: Run) -> Callable[..., Run]:
    """The short run with other fields."""
    return lambda **changes: replace(run, **changes)
