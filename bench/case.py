"""The case that is timed: the default model and thresholds, without costs and caps, so that every rival can run it."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.bars import synthetic_series
from hyprl.backtest.run import BacktestRun, RunInputs, run_window
from hyprl.config import HyprLConfig
from hyprl.domain.trades import RunWindow
from hyprl.jit.kernel import COMPILED, Kernel
from hyprl.usecases.requests import RunRequest, prepare
from hyprl.wiring import Run, kernel_for, parameters_for

UNLIMITED = 1_000_000_000
# The model was trained on the very bars that the million is made of: small bets keep its equity from overflowing.
RISK_FRACTION = 0.0001


@dataclass(frozen=True, slots=True)
class Case:
    """One run, its linked kernel and what the batch driver reads."""

    run: Run
    kernel: Kernel
    inputs: RunInputs

    def backtest(self, *, record: bool = False) -> BacktestRun:
        """Run bars to trades and equity."""
        return run_window(self.kernel, self.run.window, self.inputs, record=record)


def simple(config: HyprLConfig) -> HyprLConfig:
    """Return the config with small bets and without costs, caps and trend gate."""
    risk = {
        "max_daily_loss_fraction": 1.0,
        "max_trade_notional_fraction": float(UNLIMITED),
        "max_gross_exposure_fraction": float(UNLIMITED),
        "max_trades_per_day": UNLIMITED,
        "trailing_activation_r": 0.0,
        "risk_fraction": RISK_FRACTION,
    }
    strategy = {
        "trend_long_min": -float(UNLIMITED),
        "trend_short_min": float(UNLIMITED),
        "min_ev_multiple": -1e9,
    }
    costs = {
        "slippage_bps": 0.0,
        "stop_slippage_bps": 0.0,
        "commission_bps": 0.0,
        "commission_per_share": 0.0,
    }
    return config.model_copy(
        update={
            "risk": config.risk.model_copy(update=risk),
            "strategy": config.strategy.model_copy(update=strategy),
            "execution": config.execution.model_copy(update=costs),
        }
    )


def make_case(count: int, mode: str = COMPILED) -> Case:
    """Train the default model on the embedded bars and set up a run over `count` synthetic ones."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(RunRequest(), Path(folder), lambda _message: None)
    config = simple(prepared.config)
    window = RunWindow(synthetic_series(config, count), 0)
    run = Run(prepared.symbol, config, prepared.plan, prepared.chosen.model, window)
    parameters = parameters_for(config, run.plan)
    inputs = RunInputs(run.model.weights, parameters, config.risk.initial_equity)
    return Case(run, kernel_for(run, mode, lambda message: print(message, file=sys.stderr)), inputs)
