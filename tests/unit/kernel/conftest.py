from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hyprl.domain.account import Order
from hyprl.domain.bars import Bar
from hyprl.kernel.account import ExecutionParameters, flatten, open_account, place
from hyprl.kernel.step import settle

EQUITY = 10_000.0


@pytest.fixture
def costs() -> ExecutionParameters:
    """Free fills, reward twice the risk, no trailing stop."""
    return ExecutionParameters(0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0)


class Desk:
    """An account that fills bars given as (open, high, low, close)."""

    def __init__(self, execution: ExecutionParameters) -> None:
        self.execution = execution
        self.account = open_account(EQUITY)

    def order(self, side: float, size: float = 10.0, stop_distance: float = 4.0) -> "Desk":
        self.account = place(self.account, Order(side, size, stop_distance))
        return self

    def bar(self, prices: Sequence[float], session: int = 0, volume: float = 1.0) -> "Desk":
        self.account = settle(self.account, Bar(*prices, volume), session, self.execution)
        return self

    def end(self, close: float) -> "Desk":
        self.account = flatten(self.account, close, self.execution)
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.account, name)


@pytest.fixture
def desk(costs: ExecutionParameters) -> Callable[..., Desk]:
    """Open a desk with some costs or exits changed."""
    return lambda **changes: Desk(costs._replace(**changes))
