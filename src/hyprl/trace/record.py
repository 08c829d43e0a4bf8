"""SignalTrace: everything that one engine knew and decided at one bar.

Floats are float64. `None` means "does not apply or was not recorded"; NaN means "computed and not a number"
(a feature in warm-up). Both survive the round trip through the file, told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class RiskInputs:
    """What sizing read: equity in account currency, ATR and price in quote currency; the rest are ratios."""

    equity: float
    atr: float
    price: float
    risk_fraction: float
    atr_multiplier: float
    reward_multiple: float


@dataclass(frozen=True, slots=True)
class SignalTrace:
    """One bar's decision as one engine took it. `timestamp_utc_us` is the bar's open, µs, UTC."""

    run_id: str
    source: str  # backtest | replay | live
    symbol: str
    timestamp_utc_us: int
    bar_hash: str
    data_flaws: int  # FLAW_BITS that a keep policy let through
    feature_hash: str
    indicators: dict[str, float]
    model_params_hash: str
    config_hash: str
    probability_up: float
    threshold_long: float
    threshold_short: float
    direction: str  # long | short | none
    decision: str  # emit | reject
    reason: str
    trend_ok: bool | None
    sentiment_ok: bool | None
    sentiment: str  # no_source | no_headline | scored
    sentiment_score: float | None
    risk_inputs: RiskInputs
    expected_pnl: float
    position_size: float
    risk_amount: float
    equity: float
    schema_version: int = SCHEMA_VERSION
