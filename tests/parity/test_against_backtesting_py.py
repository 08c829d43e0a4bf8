"""HyprL's trades beside those of backtesting.py, another public backtester, on the same bars and signals.

Conventions that differ, and what is done about each:
- backtesting.py trades whole units: it gets millionths of a share and a million times the cash.
- It first asks its strategy at the second bar: it gets one bar of history before the window.
- It leaves the last position open; HyprL closes it at the last close (`EXIT_END`), which is left out here.
- A bar that opens beyond the target and then touches the stop: HyprL fills at the open, backtesting.py at the stop.
- It knows no trailing stop as HyprL has it, no caps by notional, no costs by share: the simple case has none.
"""

import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from backtesting import Backtest, Strategy

from hyprl.backtest.run import BacktestRun, RunInputs, run_window
from hyprl.bars.calendar import window_us
from hyprl.bars.read import read_bars
from hyprl.bars.windows import cut_window
from hyprl.config import HyprLConfig, load_config
from hyprl.domain.bars import BarSeries
from hyprl.domain.decisions import EMIT, EXIT_END, EXIT_TARGET
from hyprl.domain.trades import Trade
from hyprl.features.choice import plan_for
from hyprl.jit.kernel import COMPILED
from hyprl.model.artifact import ProbabilityModel
from hyprl.usecases.models import embedded_artifact
from hyprl.wiring import Run, kernel_for, parameters_for

UNITS_PER_SHARE = 1_000_000
RISK_FRACTION = 0.005
ATR_MULTIPLIER = 1.0
REWARD_MULTIPLE = 1.5
NO_LIMIT = 1e9


def simple_case() -> HyprLConfig:
    """Most bars emit; no costs, caps, trend gate or trailing stop."""
    built_in = load_config(None)
    strategy = {"threshold_long": 0.5001, "threshold_short": 0.4999, "min_ev_multiple": -NO_LIMIT}
    trend = {"trend_long_min": -NO_LIMIT, "trend_short_min": NO_LIMIT}
    risk = {
        "risk_fraction": RISK_FRACTION,
        "atr_multiplier": ATR_MULTIPLIER,
        "reward_multiple": REWARD_MULTIPLE,
        "trailing_activation_r": 0.0,
        "max_leverage": NO_LIMIT,
        "max_daily_loss_fraction": 1.0,
        "max_trade_notional_fraction": NO_LIMIT,
        "max_gross_exposure_fraction": NO_LIMIT,
        "max_trades_per_day": int(NO_LIMIT),
    }
    costs = dict.fromkeys(
        ("slippage_bps", "stop_slippage_bps", "commission_bps", "commission_per_share"), 0.0
    )
    return built_in.model_copy(
        update={
            "strategy": built_in.strategy.model_copy(update=strategy | trend),
            "risk": built_in.risk.model_copy(update=risk),
            "execution": built_in.execution.model_copy(update=costs),
        }
    )


def hyprl_run(series: BarSeries) -> BacktestRun:
    """A year of HyprL on the simple case, every decision recorded."""
    config = simple_case()
    first = series.index_at(window_us(date(2024, 12, 12), date(2025, 11, 26))[0])
    window = cut_window(series.slice(first - 300, len(series)), date(2024, 12, 12), date(2025, 11, 26))
    model = ProbabilityModel.load_artifact(embedded_artifact())
    run = Run(series.symbol, config, plan_for(config), model, window)
    inputs = RunInputs(model.weights, parameters_for(config, run.plan), config.risk.initial_equity)
    return run_window(kernel_for(run, COMPILED, lambda _message: None), run.window, inputs, record=True)


def sides_of(run: BacktestRun) -> list[int]:
    """+1, -1 or 0 for each bar: what HyprL recorded that it ordered."""
    return np.where(run.decisions["reason"] == EMIT, run.decisions["direction"], 0).tolist()


def backtesting_py(run: BacktestRun, atr: list[float]) -> pd.DataFrame:
    """The trades of backtesting.py when it enters on HyprL's signals while it is flat."""
    side = sides_of(run)
    window = run.window
    bars = window.series.slice(window.start - 1, len(window.series))

    class ReadySignals(Strategy):
        def init(self) -> None:
            self.opens = np.append(self.data.Open[1:], np.nan).tolist()

        def next(self) -> None:
            bar = len(self.data) - 2
            entry = self.opens[bar + 1]
            if not side[bar] or self.position or np.isnan(entry):
                return
            distance = atr[bar] * ATR_MULTIPLIER
            size = round(self.equity * RISK_FRACTION / distance)
            order = self.buy(size=size) if side[bar] > 0 else self.sell(size=size)
            # Set on the order: backtesting.py refuses levels that lie on the wrong side of the last close.
            order._replace(
                sl_price=entry - side[bar] * distance,
                tp_price=entry + side[bar] * distance * REWARD_MULTIPLE,
            )

    frame = pd.DataFrame(
        {"Open": bars.open, "High": bars.high, "Low": bars.low, "Close": bars.close, "Volume": bars.volume},
        index=pd.to_datetime(bars.open_utc_us, unit="us"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the trade open at the end; prices above cash
        result = Backtest(frame, ReadySignals, cash=100_000.0 * UNITS_PER_SHARE, margin=0.001).run()
    return result["_trades"].sort_values("EntryBar")


def atr_of(run: BacktestRun, config: HyprLConfig) -> list[float]:
    """The recorded ATR column."""
    names = [column.name for column in plan_for(config).columns]
    return run.features[:, names.index("atr_14")].tolist()


def as_theirs(trade: Trade) -> tuple[object, ...]:
    """Side, bars and prices: equal to the bit or not at all."""
    return (trade.side, trade.entry_bar, trade.exit_bar, trade.entry_price, trade.exit_price)


def opened_beyond_target(trade: Trade, bars: BarSeries) -> bool:
    """The one convention that may change a trade: target at the open before the stop."""
    return trade.exit_kind == EXIT_TARGET and trade.exit_price == bars.open[trade.exit_bar]


def assert_trade_by_trade(run: BacktestRun, at_least: int) -> None:
    """Every closed trade of HyprL is backtesting.py's."""
    mine = [trade for trade in run.trades if trade.exit_kind != EXIT_END]
    theirs = backtesting_py(run, atr_of(run, simple_case()))
    assert len(mine) == len(theirs) >= at_least
    by_convention = 0
    for trade, row in zip(mine, theirs.itertuples(), strict=True):
        other = (1 if row.Size > 0 else -1, row.EntryBar - 1, row.ExitBar - 1, row.EntryPrice, row.ExitPrice)
        if not by_convention:  # from there on the two have different equity to size by
            assert abs(row.Size) / UNITS_PER_SHARE == pytest.approx(trade.size, rel=1e-6)
        if as_theirs(trade) != other:
            assert opened_beyond_target(trade, run.window.evaluated)
            by_convention += 1
        elif not by_convention:
            assert row.PnL / UNITS_PER_SHARE == pytest.approx(trade.pnl, rel=1e-6, abs=1e-6)
    assert by_convention <= len(mine) // 50


def test_the_embedded_year_trades_as_backtesting_py_does(embedded: BarSeries) -> None:
    assert_trade_by_trade(hyprl_run(embedded), at_least=100)


@pytest.mark.real
@pytest.mark.parametrize("symbol", ["NVDA", "MSFT", "META"])
def test_a_real_year_trades_as_backtesting_py_does(real_nvda_file: Path, symbol: str) -> None:
    file = real_nvda_file.with_name(f"{symbol}.csv")
    assert_trade_by_trade(hyprl_run(read_bars(file, symbol, load_config(None).bars).series), at_least=100)


@pytest.mark.parametrize("change", [{"exit_price": 1.0}, {"side": 0}, {"exit_bar": -1}])
def test_a_changed_trade_is_noticed(
    embedded: BarSeries, change: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hyprl_run(embedded)
    changed = [run.trades[0]._replace(**change), *run.trades[1:]]
    monkeypatch.setattr(BacktestRun, "trades", changed)
    with pytest.raises(AssertionError):
        assert_trade_by_trade(run, at_least=100)
