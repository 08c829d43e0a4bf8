"""SignalTrace: everything that one engine knew and decided at one bar.

Floats are float64. `None` means "does not apply or was not recorded"; NaN means "computed and not a number"
(a feature in warm-up). Both survive the round trip through the file, told apart. Records are named tuples
because one is made for every live bar: a frozen dataclass of this size takes four times as long to make.
"""

from __future__ import annotations

from typing import NamedTuple

from hyprl.domain.bars import Bar

SCHEMA_VERSION = 1


class RiskInputs(NamedTuple):
    """What sizing read: equity in account currency, ATR and price in quote currency; the rest are ratios."""

    equity: float
    atr: float
    price: float
    risk_fraction: float
    atr_multiplier: float
    reward_multiple: float


class AccountState(NamedTuple):
    """What the caps read: money in account currency; `bars_since_entry` is None before the first entry."""

    position_open: bool
    session_start_equity: float
    gross_exposure: float
    trades_today: int
    bars_since_entry: int | None


class SignalTrace(NamedTuple):
    """One bar's decision as one engine took it, with all that it was taken from: it can be taken again.

    `timestamp_utc_us` is the bar's open, µs, UTC; `bar` its prices and volume as the engine saw them.
    """

    run_id: str
    source: str  # backtest | replay | live
    symbol: str
    timestamp_utc_us: int
    bar: Bar
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
    account: AccountState
    expected_pnl: float
    position_size: float
    risk_amount: float
    equity: float
    schema_version: int = SCHEMA_VERSION
