"""Performance by hand."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from hyprl.backtest.metrics import max_drawdown, measure, sharpe
from hyprl.domain.bars import BarSeries
from hyprl.domain.decisions import EXIT_NAMES, EXIT_STOP, EXIT_TARGET
from hyprl.domain.trades import Trade


def trade(pnl: float, kind: int = EXIT_TARGET) -> Trade:
    """A trade of which only P&L and exit count."""
    return Trade(0, 1, 1, 1.0, 100.0, 100.0 + pnl, pnl, kind)


def test_the_drawdown_is_the_deepest_fall_from_a_peak_before_it() -> None:
    assert max_drawdown(np.array([100.0, 120.0, 90.0, 130.0, 117.0])) == 0.25


def test_a_rising_curve_and_an_empty_one_have_no_drawdown() -> None:
    assert max_drawdown(np.array([1.0, 2.0, 3.0])) == 0.0
    assert max_drawdown(np.zeros(0)) == 0.0


def test_sharpe_is_mean_over_sample_deviation_annualised_by_trading_hours() -> None:
    # Returns 0.1 and -0.05: mean 0.025, sample deviation 0.15 / sqrt(2).
    expected = 0.025 / (0.15 / math.sqrt(2)) * math.sqrt(252 * 7)
    assert sharpe(np.array([100.0, 110.0, 104.5])) == pytest.approx(expected, rel=1e-12)


def test_a_curve_that_does_not_move_has_no_sharpe() -> None:
    assert sharpe(np.full(10, 100.0)) is None
    assert sharpe(np.array([100.0, 110.0])) is None


def test_a_run_is_measured_beside_buy_and_hold(make_bars: Callable[..., BarSeries]) -> None:
    bars = make_bars([100.0, 110.0, 88.0, 120.0])
    trades = [trade(300.0), trade(-100.0, EXIT_STOP), trade(50.0)]
    found = measure(bars, np.array([1000.0, 1300.0, 1200.0, 1250.0]), trades, 2, (1000.0, 1250.0))
    assert found.total_return == 0.25
    assert found.max_drawdown == pytest.approx(100 / 1300)
    assert (found.trades, found.win_rate, found.profit_factor) == (3, pytest.approx(2 / 3), 3.5)
    assert found.exposure == 0.5
    assert found.exits == {EXIT_NAMES[EXIT_TARGET]: 2, EXIT_NAMES[EXIT_STOP]: 1}
    assert found.buy_and_hold_return == pytest.approx(0.2)
    assert found.buy_and_hold_max_drawdown == pytest.approx(0.2)


def test_what_cannot_be_computed_is_none(make_bars: Callable[..., BarSeries]) -> None:
    idle = measure(make_bars([100.0, 100.0]), np.array([1000.0, 1000.0]), [], 0, (1000.0, 1000.0))
    assert (idle.win_rate, idle.profit_factor, idle.sharpe, idle.exits) == (None, None, None, {})
    only_gains = measure(make_bars([100.0]), np.array([1001.0]), [trade(1.0)], 1, (1000.0, 1001.0))
    assert only_gains.profit_factor is None


def test_the_last_close_counts_after_the_costs_of_leaving(make_bars: Callable[..., BarSeries]) -> None:
    found = measure(make_bars([100.0, 100.0]), np.array([1000.0, 1100.0]), [], 1, (1000.0, 1090.0))
    assert found.total_return == pytest.approx(0.09)
