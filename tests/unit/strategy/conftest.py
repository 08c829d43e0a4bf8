import pytest

from hyprl.domain.decisions import BarContext
from hyprl.strategy.decide import REGIME_ANY, StrategyParameters


@pytest.fixture
def parameters() -> StrategyParameters:
    """Equity 10 000, 2 % risk, ATR 4, multiplier 2, reward 2: size 25, risk 200."""
    return StrategyParameters(
        threshold_long=0.6, threshold_short=0.4, trend_long_min=-0.02, trend_short_min=0.02,
        score_min=-0.5, score_max=0.5, regime=REGIME_ANY, min_ev_multiple=0.0, risk_fraction=0.02,
        atr_multiplier=2.0, reward_multiple=2.0, max_leverage=1.0, min_size=1.0, max_daily_loss_fraction=0.03,
        max_trade_notional_fraction=1.0, max_gross_exposure_fraction=1.0, max_trades_per_day=3.0,
        min_bars_between_entries=0.0,
    )  # fmt: skip


@pytest.fixture
def context() -> BarContext:
    """A bar on which nothing stands in the way."""
    return BarContext(
        features_ready=True, data_ok=True, position_open=False, price=100.0, atr=4.0, trend_return=0.0,
        regime_high=0.0, sentiment_score=float("nan"), equity=10_000.0, account_equity=10_000.0,
        session_start_equity=10_000.0, gross_exposure=0.0, trades_today=0.0, bars_since_entry=1e9,
    )  # fmt: skip
