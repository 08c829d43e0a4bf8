"""A month of embedded bars to plant faults in, and the parts that plants are given."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from hyprl.domain.bars import Bar, ClosedBar
from hyprl.lab.lab import Lab
from hyprl.usecases.requests import RunRequest, prepare

HOUR_US = 3_600_000_000


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The embedded model on three months of embedded bars."""
    request = RunRequest(start=date(2024, 12, 12), end=date(2025, 3, 14))
    return Lab(prepare(request, Path(tmp_path_factory.mktemp("models")), print))


@pytest.fixture
def feed() -> Callable[..., Iterator[ClosedBar]]:
    """Hourly bars of one session from closes; open 1 below, high 2 above, low 2 below the close, volume 100."""

    def make(*closes: float) -> Iterator[ClosedBar]:
        for index, close in enumerate(closes):
            opened = (index + 1) * HOUR_US
            bar = Bar(close - 1.0, close + 2.0, close - 2.0, close, 100.0)
            yield ClosedBar("TEST", opened, opened + HOUR_US, 0, 0, bar)

    return make
