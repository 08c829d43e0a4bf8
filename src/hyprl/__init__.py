"""HyprL: a signal engine that proves its backtest and its live engine decide the same thing.

`run_check`, `run_backtest`, `run_replay`, `compare_logs` and `explain_logs` do the work; `request` says what to run.
`register_feature`, `register_preset`, the stores, the risk manager and the strategy engine are for those who
bring a strategy, a feature or an engine of their own. Everything here is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:  # for type checkers and editors: the names of _HOMES
    from hyprl.api import compare_logs, explain_logs, request, run_backtest, run_check, run_replay
    from hyprl.config import HyprLConfig, load_config
    from hyprl.domain.bars import Bar, BarSeries, ClosedBar
    from hyprl.domain.decisions import Decision
    from hyprl.errors import HyprLError
    from hyprl.features.pipeline import FeatureFrameSnapshot
    from hyprl.features.registry import register_feature, register_preset
    from hyprl.features.stores import BacktestFeatureStore, LiveFeatureStore
    from hyprl.model.artifact import ProbabilityModel
    from hyprl.risk.calculators import calc_position_size, expected_pnl, risk_amount
    from hyprl.risk.manager import EquityContext, RiskManager
    from hyprl.strategy.engine import StrategyEngine, StrategyInputs
    from hyprl.trace.signal import SignalTrace

_HOMES = {
    "Bar": "hyprl.domain.bars",
    "BarSeries": "hyprl.domain.bars",
    "BacktestFeatureStore": "hyprl.features.stores",
    "ClosedBar": "hyprl.domain.bars",
    "Decision": "hyprl.domain.decisions",
    "EquityContext": "hyprl.risk.manager",
    "FeatureFrameSnapshot": "hyprl.features.pipeline",
    "HyprLConfig": "hyprl.config",
    "HyprLError": "hyprl.errors",
    "LiveFeatureStore": "hyprl.features.stores",
    "ProbabilityModel": "hyprl.model.artifact",
    "RiskManager": "hyprl.risk.manager",
    "SignalTrace": "hyprl.trace.signal",
    "StrategyEngine": "hyprl.strategy.engine",
    "StrategyInputs": "hyprl.strategy.engine",
    "calc_position_size": "hyprl.risk.calculators",
    "expected_pnl": "hyprl.risk.calculators",
    "load_config": "hyprl.config",
    "register_feature": "hyprl.features.registry",
    "register_preset": "hyprl.features.registry",
    "compare_logs": "hyprl.api",
    "explain_logs": "hyprl.api",
    "request": "hyprl.api",
    "run_backtest": "hyprl.api",
    "run_check": "hyprl.api",
    "run_replay": "hyprl.api",
    "risk_amount": "hyprl.risk.calculators",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'hyprl' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
