"""Whole runs: where trades begin and end, warm-up, caps, headlines. Weights of 0 make the probability a constant."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hyprl.backtest.run import RunInputs, run_window
from hyprl.domain.decisions import REASON_NAMES
from hyprl.domain.trades import RunWindow
from hyprl.kernel.account import ExecutionParameters
from hyprl.kernel.step import Parameters
from hyprl.strategy.decide import REGIME_ANY, Columns, StrategyParameters

COLUMNS = ("atr_1", "ret_1h", "range_pct")
ALWAYS_LONG = (3.0, 0.0, 0.0, 5.0, *([0.0] * 3), *([1.0] * 3), *([0.0] * 3))
RULES = StrategyParameters(
    threshold_long=0.6, threshold_short=0.4, trend_long_min=-1.0, trend_short_min=1.0, score_min=-0.5,
    score_max=0.5, regime=REGIME_ANY, min_ev_multiple=0.0, risk_fraction=0.01, atr_multiplier=1.0,
    reward_multiple=2.0, max_leverage=1.0, min_size=1e-6, max_daily_loss_fraction=0.5,
    max_trade_notional_fraction=1.0, max_gross_exposure_fraction=1.0, max_trades_per_day=99.0,
    min_bars_between_entries=0.0,
)  # fmt: skip
FREE = ExecutionParameters(0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0)


@pytest.fixture(params=[False, True], ids=["interpreted", "compiled"])
def run(request, link):
    kernel = link(*COLUMNS, compiled=request.param)

    def go(series, start=0, *, headlines=(), weights=ALWAYS_LONG, equity=(), **rules):
        inputs = RunInputs(
            weights,
            Parameters(RULES._replace(**rules), FREE, Columns(0, 1, 2)),
            10_000.0,
            np.array(equity, dtype=np.float64),
            np.array([when for when, _ in headlines], dtype=np.int64),
            np.array([score for _, score in headlines], dtype=np.float64),
            2 * 3_600_000_000,
        )
        done = run_window(kernel, RunWindow(series, start), inputs, record=True)
        return done, [REASON_NAMES[code] for code in done.decisions["reason"]]

    return go


@pytest.fixture
def calm(make_bars):
    """Bars of 100 with a range of 2: ATR 2, stop 98, target 104, no exit."""

    def make(count=8, **columns):
        return make_bars([100.0] * count, **{"high": 101.0, "low": 99.0, **columns})

    return make


def test_a_signal_enters_on_the_next_bar_and_is_flat_at_the_end(run, calm):
    done, reasons = run(calm())
    assert reasons == ["warmup", "emit", *["position_open"] * 6]
    (trade,) = done.trades
    assert (trade.entry_bar, trade.exit_bar, trade.side, trade.exit_kind) == (2, 7, 1, 4)
    # 1 % of 10 000 over a stop distance of 2 is 50 shares.
    assert (trade.size, trade.entry_price, trade.pnl, done.exposed_bars) == (50.0, 100.0, 0.0, 6)


def test_a_signal_on_the_last_bar_is_dropped(run, calm):
    done, reasons = run(calm(2))
    assert reasons == ["warmup", "emit"] and done.trades == ()


def test_bars_before_the_window_only_warm_up(run, calm):
    done, reasons = run(calm(), start=3)
    assert reasons[0] == "emit" and len(reasons) == len(done.equity) == 5
    assert done.trades[0].entry_bar == 1


def test_a_stop_frees_the_account_for_the_next_signal_on_the_same_bar(run, calm):
    low = [99.0] * 8
    low[3] = 97.0
    done, reasons = run(calm(low=low))
    assert reasons[2:5] == ["position_open", "emit", "position_open"]
    assert (done.trades[0].exit_bar, done.trades[0].exit_price, done.trades[0].pnl) == (3, 98.0, -100.0)


def test_the_days_trades_are_capped_and_the_next_day_is_free(run, calm):
    _, reasons = run(calm(8, low=97.0, bars_a_day=4), max_trades_per_day=1.0, atr_multiplier=0.5)
    assert reasons == ["warmup", "emit", "risk", "risk", "emit", "risk", "risk", "risk"]


def test_the_daily_loss_cap_stops_the_day_and_no_longer(run, calm):
    low = [99.0] * 10
    low[2] = 97.0
    _, reasons = run(calm(10, low=low, bars_a_day=5), max_daily_loss_fraction=0.01)
    assert reasons == ["warmup", "emit", "risk", "risk", "risk", "emit", *["position_open"] * 4]


def test_an_unusable_bar_is_rejected_for_its_data_and_skipped(run, calm):
    series = calm()
    close = series.close.copy()
    close[4] = math.nan
    done, reasons = run(replace(series, close=close))
    assert reasons[4] == "data" and reasons[5] == "position_open"
    assert np.isnan(done.features[4]).all()
    assert done.equity.tolist() == [10_000.0] * 8
    assert len(done.trades) == 1


def test_a_last_bar_that_is_unusable_closes_at_the_last_known_price(run, calm):
    series = calm(6)
    close = np.array([100.0, 100.0, 100.0, 100.0, 101.0, math.nan])
    done, _ = run(replace(series, close=close))
    assert (done.trades[0].exit_price, done.trades[0].pnl) == (101.0, 50.0)


def test_injected_equity_sizes_entries(run, calm):
    done, _ = run(calm(), equity=[20_000.0] * 8)
    assert done.trades[0].size == 100.0


def test_a_headline_counts_from_its_time_on_and_until_it_is_old(run, calm):
    series = calm()
    at = series.close_utc_us
    _, reasons = run(series, headlines=[(int(at[2]) + 1, 0.9)], weights=(*ALWAYS_LONG[:3], -5.0, *ALWAYS_LONG[4:]),
                     threshold_short=0.0)  # fmt: skip
    assert set(reasons[1:]) == {"threshold"}
    done, reasons = run(series, headlines=[(int(at[1]), 0.9), (int(at[4]) + 1, 0.9)])
    # Known at the close of bar 1, two hours old at bar 3, too old at bar 4.
    assert reasons[:6] == ["warmup", "sentiment", "sentiment", "sentiment", "emit", "position_open"]
    np.testing.assert_array_equal(
        done.contexts["sentiment_score"], [math.nan, 0.9, 0.9, 0.9, math.nan, 0.9, 0.9, math.nan]
    )


def test_a_window_without_a_usable_bar_trades_nothing(run, calm):
    done, reasons = run(replace(calm(3), close=np.full(3, math.nan)))
    assert reasons == ["data"] * 3 and done.trades == () and done.final_equity == 10_000.0
