"""Which columns a config asks for: its preset, a user's own modules, and what the strategy reads besides."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from hashlib import sha256

from hyprl.config import HyprLConfig
from hyprl.errors import ConfigError, HyprLError
from hyprl.features.plan import FeaturePlan, make_plan


def plan_for(config: HyprLConfig) -> FeaturePlan:
    """Import the config's feature modules and resolve its columns. Raises ConfigError or FeatureError."""
    for module in config.features.modules:
        import_feature_module(module)
    return make_plan(config.features.preset, config.features.add, auxiliary_columns(config))


def auxiliary_columns(config: HyprLConfig) -> tuple[str, ...]:
    """Return the columns that the strategy reads: the sizing ATR, the trend return, the volatility regime."""
    return f"atr_{config.risk.atr_bars}", f"ret_{config.strategy.trend_window_bars}h", "vol_regime_high"


def import_feature_module(module: str) -> None:
    """Import `package.module`, or a file whose name ends in .py, so that it registers its features.

    Raises ConfigError when it cannot be imported.
    """
    try:
        if module.endswith(".py"):
            _import_file(module)
        else:
            importlib.import_module(module)
    except HyprLError:
        raise
    except Exception as error:  # a user's own code may raise anything
        raise ConfigError(
            f"cannot import `{module}` ({type(error).__name__}: {error})",
            where="features.modules",
            remedy="Name an importable module, or a .py file by its path.",
        ) from error


def _import_file(path: str) -> None:
    spec = importlib.util.spec_from_file_location("hyprl_user", path)
    if spec is None or spec.loader is None or spec.origin is None:
        raise ImportError(f"{path} is not a Python file")
    name = f"hyprl_user_{sha256(spec.origin.encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    try:
        spec.loader.exec_module(loaded)
    except BaseException:
        del sys.modules[name]
        raise
