"""The microscope's golden fixture: StrategyEngine.decide() on the backtest's kernel and on the live one.

The fixture holds the embedded bars of 2025-01-15 … 2025-01-20, what the backtest recorded, and oracle columns that
TA-Lib, pandas, SciPy and scikit-learn computed (scripts/make_nvda_microscope_fixtures.py).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from hyprl.bars.windows import cut_window, load_bars
from hyprl.config import load_config
from hyprl.domain.decisions import BarContext
from hyprl.features.choice import plan_for
from hyprl.jit.kernel import COMPILED, INTERPRETED
from hyprl.model.artifact import ProbabilityModel
from hyprl.risk.manager import RiskManager, SimulatedEquity
from hyprl.strategy.engine import DecisionRules, StrategyEngine, StrategyInputs, describe
from hyprl.trace.frame import records_frame
from hyprl.usecases.drive import replay_in_memory
from hyprl.usecases.models import embedded_artifact
from hyprl.usecases.traces import backtest_records
from hyprl.wiring import Run, backtest, kernel_for, parameters_for

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "tests/fixtures/parity/nvda_microscope.parquet"
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    return pl.read_parquet(FIXTURE).to_dicts()


@pytest.fixture(scope="module")
def run() -> Run:
    config = load_config(None)
    series = load_bars(None, "NVDA", config).series
    window = cut_window(series, config.parity.microscope_start, config.parity.microscope_end)
    model = ProbabilityModel.load_artifact(embedded_artifact())
    return Run("NVDA", config, plan_for(config), model, window)


def engine(run: Run, mode: str) -> StrategyEngine:
    kernel = kernel_for(run, mode, lambda _message: None)
    parameters = parameters_for(run.config, run.plan)
    weights = kernel.vector(run.model.weights)
    rules = DecisionRules(
        kernel.probability_of,
        kernel.decide,
        kernel.judge,
        weights,
        parameters.strategy,
        parameters.columns,
    )
    return StrategyEngine(rules, RiskManager(SimulatedEquity()))


def inputs(run: Run, row: dict[str, object], vector: object) -> StrategyInputs:
    equity = row["risk_inputs.equity"]
    context = BarContext(
        features_ready=True,
        data_ok=True,
        position_open=row["reason"] == "position_open",
        price=row["bar.close"],
        atr=row["oracle.atr_14"],
        trend_return=row["oracle.ret_24h"],
        regime_high=row["oracle.vol_regime_high"],
        sentiment_score=float("nan"),
        equity=equity,
        account_equity=equity,
        session_start_equity=equity,
        gross_exposure=0.0,
        trades_today=0.0,
        bars_since_entry=1e18,
    )
    return StrategyInputs(vector([row[f"oracle.{name}"] for name in run.plan.names]), context)


@pytest.mark.parametrize("mode", [COMPILED, INTERPRETED])
def test_decide_on_oracle_features_gives_what_was_recorded(run, rows, mode):
    strategy, vector = engine(run, mode), kernel_for(run, mode, lambda _message: None).vector
    for row in rows:
        decision = strategy.decide(inputs(run, row, vector))
        assert describe(decision) == (row["decision"], row["direction"], row["reason"])
        assert decision.probability_up == pytest.approx(row["oracle.probability_up"], abs=TOLERANCE)
        assert (decision.trend_ok, decision.sentiment_ok) == (row["trend_ok"], row["sentiment_ok"])
        assert decision.position_size == pytest.approx(row["position_size"], abs=TOLERANCE)
        assert decision.expected_pnl == pytest.approx(row["expected_pnl"], abs=TOLERANCE)


def test_the_fixture_holds_at_least_one_emitted_and_one_rejected_bar(rows):
    assert {row["decision"] for row in rows} == {"emit", "reject"}


def test_recorded_features_and_probability_equal_the_oracles(rows):
    for row in rows:
        for name, value in row.items():
            if name.startswith("oracle."):
                feature = name.removeprefix("oracle.")
                recorded = row.get(f"indicator.{feature}", row.get(feature))
                assert recorded == pytest.approx(value, abs=1e-9), (row["timestamp"], feature)


def test_both_engines_still_write_the_committed_fixture_to_the_bit(run):
    recorded = pl.read_parquet(FIXTURE).select(pl.exclude("^oracle\\..*$", "run_id"))
    done = backtest(run, kernel_for(run, COMPILED, lambda _message: None), record=True)
    batch = records_frame(backtest_records(run, done)).drop("run_id")
    live = records_frame(replay_in_memory(run, lambda _message: None)[1]).drop("run_id", "source")
    assert batch.equals(recorded, null_equal=True)
    assert live.equals(recorded.drop("source"), null_equal=True)


@pytest.mark.parametrize("name", ["backtest_signal_log", "replay_signal_log", "signal_diff"])
def test_the_plans_csv_files_are_committed_and_hold_the_microscope(name):
    frame = pl.read_csv(ROOT / "data/parity" / f"nvda_{name}_MICRO.csv")
    assert frame.height == 21
