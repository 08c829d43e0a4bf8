"""All kinds of evidence that can be read off two logs."""

from __future__ import annotations

from dataclasses import dataclass

from hyprl.causes.facts.account import AccountReading
from hyprl.causes.facts.atr_levels import LevelReading
from hyprl.causes.facts.bar_values import BarReading
from hyprl.causes.facts.decisions import DecisionReading
from hyprl.causes.facts.equity import EquityReading
from hyprl.causes.facts.feature_values import FeatureReading
from hyprl.causes.facts.lags import LagReading
from hyprl.causes.facts.late_starts import StartReading
from hyprl.causes.facts.log_odds import LogOddsReading
from hyprl.causes.facts.model_weights import ModelReading
from hyprl.causes.facts.number_formats import FormatReading
from hyprl.causes.facts.settings import SettingReading
from hyprl.causes.facts.size_ratios import SizeReading
from hyprl.causes.facts.stamps import StampReading


@dataclass(frozen=True, slots=True)
class OfSymbol:
    """What was read of one symbol, where the logs have several."""

    symbol: str
    reading: Reading


Reading = (
    AccountReading
    | BarReading
    | DecisionReading
    | EquityReading
    | FeatureReading
    | FormatReading
    | LagReading
    | LevelReading
    | LogOddsReading
    | ModelReading
    | SettingReading
    | SizeReading
    | StampReading
    | StartReading
    | OfSymbol
)
