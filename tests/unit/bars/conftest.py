import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hyprl.bars.calendar import session_hours
from hyprl.bars.columns import RawBars
from hyprl.config import BarPolicies, BarsConfig

PRICES = ("open", "high", "low", "close", "volume")


@pytest.fixture
def real_bars() -> Path:
    default = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
    folder = Path(os.environ.get("HYPRL_REAL_BARS", default))
    if not (folder / "bars_1h").is_dir():
        pytest.skip("the real bars are not here; set HYPRL_REAL_BARS")
    return folder


@pytest.fixture
def make_raw():
    """Calm, valid bars on the calendar's grid: price 100, range 1, volume 1000."""

    def make(start=date(2025, 1, 13), end=date(2025, 1, 17), symbol="TEST") -> RawBars:
        opens = session_hours(start, end).open_utc_us.copy()
        full = {"open": 100.0, "high": 100.5, "low": 99.5, "close": 100.0, "volume": 1000.0}
        columns = {name: np.full(len(opens), full[name]) for name in PRICES}
        return RawBars(symbol, "made", np.arange(1, len(opens) + 1), opens, **columns)

    return make


@pytest.fixture
def policies():
    def make(**policy: str) -> BarsConfig:
        return BarsConfig(policy=BarPolicies(**policy))

    return make


@pytest.fixture
def csv(tmp_path):
    """Write text (or bytes) to a file and return its path."""

    def write(content: str | bytes, name: str = "bars.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
