"""What several rooms share: bars (made by hand, embedded, real), plans of named columns, linked kernels."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from hyprl.bars.embedded import load_embedded
from hyprl.bars.read import read_bars
from hyprl.config import load_config
from hyprl.domain.bars import BarSeries
from hyprl.features.plan import FeaturePlan
from hyprl.features.registry import resolve_feature
from hyprl.jit.kernel import COMPILED, INTERPRETED, Kernel, link_kernel
from hyprl.model.evaluate import logistic_probability

settings.register_profile("hyprl", deadline=None)  # a loaded machine is no bug
settings.load_profile("hyprl")

ROOT = Path(__file__).resolve().parents[1]
HOUR_US = 3_600_000_000


@pytest.fixture(scope="session")
def embedded() -> BarSeries:
    """The synthetic bars that ship with HyprL."""
    return load_embedded(load_config(None).bars).series


@pytest.fixture(scope="session")
def real_nvda_file() -> Path:
    """The file of real NVDA bars, where it is at hand."""
    folder = Path(os.environ.get("HYPRL_REAL_BARS", ROOT / ".." / "shared" / "data"))
    path = folder / "bars_1h" / "NVDA.csv"
    if not path.is_file():
        pytest.skip("the real bars are not here; set HYPRL_REAL_BARS")
    return path


@pytest.fixture(scope="session")
def real_nvda(real_nvda_file: Path) -> BarSeries:
    """Real NVDA bars."""
    return read_bars(real_nvda_file, "NVDA", load_config(None).bars).series


@pytest.fixture(scope="session")
def make_bars() -> Callable[..., BarSeries]:
    """Bars from a list of closes; opens equal closes and ranges span them, unless given."""

    def make(close: Sequence[float], *, bars_a_day: int = 7, **columns: Sequence[float] | float) -> BarSeries:
        closes = np.array(close, dtype=np.float64)
        opens = _column(columns.get("open"), closes)
        high = _column(columns.get("high"), np.maximum(opens, closes))
        low = _column(columns.get("low"), np.minimum(opens, closes))
        volume = _column(columns.get("volume"), np.full(len(closes), 1000.0))
        times = (1 + np.arange(len(closes), dtype=np.int64)) * HOUR_US
        days = np.arange(len(closes), dtype=np.int64) // bars_a_day
        flaws = np.zeros(len(closes), np.int64)
        return BarSeries(
            "TEST", "made", times, times + HOUR_US, days, flaws, opens, high, low, closes, volume
        )

    return make


def _column(given: Sequence[float] | float | None, default: np.ndarray) -> np.ndarray:
    if given is None:
        return default.copy()
    return np.array(np.broadcast_to(np.array(given, dtype=np.float64), default.shape))


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., FeaturePlan]:
    """A plan of exactly the columns named."""

    def make(*names: str) -> FeaturePlan:
        columns = tuple(resolve_feature(name) for name in names)
        nodes = tuple(dict.fromkeys(column.node for column in columns))
        return FeaturePlan("test", columns, len(columns), nodes)

    return make


@pytest.fixture(scope="session")
def link(plan_of: Callable[..., FeaturePlan]) -> Callable[..., Kernel]:
    """A kernel of exactly the columns named, with a logistic model; interpreted unless asked otherwise."""

    @cache
    def make(*names: str, compiled: bool = False) -> Kernel:
        return link_kernel(plan_of(*names), logistic_probability, COMPILED if compiled else INTERPRETED)

    return make


@pytest.fixture(scope="session")
def values(link: Callable[..., Kernel]) -> Callable[..., np.ndarray]:
    """The values of one column over a series, from the interpreted kernel."""

    def compute(name: str, series: BarSeries) -> np.ndarray:
        return link(name).feature_frame(series)[:, 0]

    return compute


@pytest.fixture
def run_python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python in a fresh process, in `tmp_path`, with an environment of one's own added."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("HYPRL_")}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**inherited, "HYPRL_CACHE_DIR": str(tmp_path / "cache"), **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run
