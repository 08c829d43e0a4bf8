import types
from collections.abc import Callable

import numba
import numpy as np
import pytest

from hyprl.jit.link import Linker
from hyprl.model import evaluate, layout
from hyprl.model.artifact import ProbabilityModel, TrainingRecord
from hyprl.model.frame import TrainingFrame

KERNEL = (
    "sigmoid",
    "calibrated",
    "logistic_margin",
    "trees_margin",
    "logistic_probability",
    "trees_probability",
)


@pytest.fixture(scope="session")
def compiled() -> types.SimpleNamespace:
    linker = Linker({}, numba.njit)
    return types.SimpleNamespace(**{name: linker.link(getattr(evaluate, name)) for name in KERNEL})


@pytest.fixture
def record() -> TrainingRecord:
    return TrainingRecord(
        first_open_utc_us=1_690_378_200_000_000,
        last_open_utc_us=1_733_949_000_000_000,
        bars_sha256="ab" * 32,
        bars_source="NVDA.csv",
        rows=2353,
        label_horizon_bars=6,
        purge_bars=24,
        largest_check_error=3.5e-16,
        out_of_sample={"auc": 0.5, "log_loss": 0.69},
        settings={"kind": "logistic", "l2_penalty_c": 0.001},
    )


@pytest.fixture
def make_model(record: TrainingRecord) -> Callable[..., ProbabilityModel]:
    def make(**changes: object) -> ProbabilityModel:
        weights = layout.pack_logistic(0.5, [1.0, 2.0], [2.0, 4.0], [2.0, -1.0])
        facts: dict[str, object] = {
            "kind": "logistic",
            "symbol": "NVDA",
            "preset": "pair",
            "feature_names": ("ret_1h", "rsi_14"),
            "seed": 7,
            "weights": weights,
            "training": record,
            "library_versions": {"numpy": "2.4"},
        }
        return ProbabilityModel(**(facts | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def make_frame() -> Callable[..., TrainingFrame]:
    def make(bars: int = 900, columns: int = 5, warmup: int = 30, seed: int = 3) -> TrainingFrame:
        generator = np.random.default_rng(seed)
        x = generator.normal(size=(bars, columns)) * 10.0 ** np.arange(columns) + 3.0
        lead = np.concatenate(([0.0], (x[:-1, 0] - 3.0) * 0.004))
        close = 100.0 * np.cumprod(1.0 + generator.normal(size=bars) * 0.01 + lead)
        x[:warmup] = np.nan
        names = tuple(f"column_{i}" for i in range(columns))
        opens = np.arange(bars, dtype=np.int64) * 3_600_000_000
        return TrainingFrame("NVDA", "made_up", names, x, opens, close, "cd" * 32, "made up")

    return make
