"""Equity comes from the injected context alone."""

import math

import pytest

from hyprl.errors import RiskError
from hyprl.risk.manager import ParityEquity, RiskManager, SimulatedEquity


class Account:
    name = "account"

    def __init__(self, equity):
        self.equity = equity

    def equity_at(self, open_utc_us, account_equity):
        return self.equity


def test_simulated_equity_is_the_engines_own():
    manager = RiskManager(SimulatedEquity())
    assert (manager.equity_source, manager.sizing_equity(7, 123.0)) == ("simulated", 123.0)


def test_parity_equity_ignores_the_engines_own():
    manager = RiskManager(ParityEquity({7: 500.0}))
    assert (manager.equity_source, manager.sizing_equity(7, 123.0)) == ("parity_equity", 500.0)


def test_a_bar_without_parity_equity_is_an_error_that_names_it():
    with pytest.raises(RiskError, match="opens at 8 µs UTC") as caught:
        RiskManager(ParityEquity({7: 500.0})).sizing_equity(8, 123.0)
    assert caught.value.facts["open_utc_us"] == 8


def test_the_map_is_copied_when_it_is_given():
    equity = {7: 500.0}
    manager = RiskManager(ParityEquity(equity))
    equity[7] = 1.0
    assert manager.sizing_equity(7, 0.0) == 500.0


@pytest.mark.parametrize("equity", [math.nan, math.inf, -math.inf])
def test_equity_that_is_no_number_is_an_error(equity):
    with pytest.raises(RiskError, match="finite"):
        RiskManager(Account(equity)).sizing_equity(7, 100.0)


@pytest.mark.parametrize("equity", [0.0, -50.0])
def test_a_lost_account_is_a_number_and_passes(equity):
    assert RiskManager(Account(equity)).sizing_equity(7, 100.0) == equity
