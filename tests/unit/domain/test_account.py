"""An account as numbers: each in its own place, in the order that saved states have had from the first."""

import pytest

from hyprl.domain.account import (
    ACCOUNT_SIZE,
    Account,
    Exit,
    Order,
    Position,
    Session,
    account_from,
    account_values,
)

# The order of version 1 of the saved state.
SAVED = Account(
    cash=0.0,
    equity=1.0,
    position=Position(
        side=2.0,
        size=3.0,
        entry_price=4.0,
        entry_bar=5.0,
        stop=6.0,
        target=7.0,
        risk_distance=8.0,
        best_price=9.0,
        stop_trailed=10.0,
    ),
    pending=Order(side=11.0, size=12.0, stop_distance=13.0),
    session=Session(day=14.0, start_equity=15.0, trades=16.0),
    bar_count=17.0,
    last_entry_bar=18.0,
    exit=Exit(kind=19.0, price=20.0, side=21.0, size=22.0, pnl=23.0),
    entry_cost=24.0,
)


def test_the_numbers_of_a_saved_account_stand_where_they_always_stood():
    assert account_values(SAVED) == tuple(map(float, range(25)))
    assert ACCOUNT_SIZE == 25


def test_an_account_comes_back_from_its_numbers():
    assert account_from(account_values(SAVED)) == SAVED


@pytest.mark.parametrize("count", [0, ACCOUNT_SIZE - 1, ACCOUNT_SIZE + 1])
def test_too_few_or_too_many_numbers_are_no_account(count):
    with pytest.raises(ValueError, match=f"has 25 numbers, not {count}"):
        account_from([0.0] * count)
