"""The stores, and the features, that one suite holds to one contract."""

import importlib.util
from pathlib import Path

import pytest

from hyprl.features.pipeline import FeaturePipeline
from hyprl.features.registry import register_feature
from hyprl.features.stores import BacktestFeatureStore, LiveFeatureStore

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "my_feature.py"


def gap_of_opens(state, bar):
    """The open over the open before; a second feature of a user's, with a state of one."""
    earlier = state[0]
    state[0] = bar.open
    return bar.open / earlier - 1.0 if earlier > 0.0 else float("nan")


@pytest.fixture(scope="session", autouse=True)
def users_features():
    """Register the features of a user: the documented example, and one more."""
    spec = importlib.util.spec_from_file_location("my_feature", EXAMPLE)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    register_feature("gap_of_opens", gap_of_opens, state_size=1, bars_needed=2)


STORES = {
    "backtest": lambda link, names: BacktestFeatureStore(link(*names, compiled=True)),
    "backtest, interpreted": lambda link, names: BacktestFeatureStore(link(*names)),
    "live": lambda link, names: LiveFeatureStore(FeaturePipeline(link(*names))),
    "live, compiled": lambda link, names: LiveFeatureStore(FeaturePipeline(link(*names, compiled=True))),
}


@pytest.fixture(params=STORES)
def store(request, link):
    """Make a fresh store of the columns named."""
    return lambda *names: STORES[request.param](link, names)
