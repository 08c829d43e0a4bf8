import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from hyprl.domain.bars import BarSeries


@pytest.fixture(params=["embedded", "real_nvda"])
def market(request: pytest.FixtureRequest) -> BarSeries:
    """The embedded bars, then the real ones."""
    series: BarSeries = request.getfixturevalue(request.param)
    return series


@pytest.fixture
def windows():
    """Every window of so many values, and NaN rows in front, one row per bar."""

    def make(column: np.ndarray, length: int, lead: int = 0) -> np.ndarray:
        padded = np.concatenate((np.full(length - 1 + lead, np.nan), column))
        return sliding_window_view(padded, length)

    return make
