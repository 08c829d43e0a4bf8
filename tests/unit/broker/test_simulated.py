"""The simulated venue, bar by bar, against fills worked out by hand."""

import pytest

from hyprl.broker.simulated import FillRules, SimulatedBroker
from hyprl.domain.account import ACCOUNT_SIZE, Order, account_values
from hyprl.domain.bars import Bar, ClosedBar
from hyprl.domain.decisions import EXIT_END, EXIT_STOP, EXIT_TARGET, EXIT_TRAILING
from hyprl.errors import BrokerError
from hyprl.kernel.account import ExecutionParameters, flatten
from hyprl.kernel.step import settle

FREE = ExecutionParameters(0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0)


def broker(costs: ExecutionParameters = FREE) -> SimulatedBroker:
    return SimulatedBroker(FillRules(settle, flatten, costs), 10_000.0)


def closed(number: int, *prices: float) -> ClosedBar:
    """A bar of open, high, low and close."""
    return ClosedBar("TEST", number, number + 1, 0, 0, Bar(*prices, 1.0))


def entered(side: int, costs: ExecutionParameters = FREE) -> SimulatedBroker:
    """25 shares at 100, stop 8 away, target 16 away."""
    venue = broker(costs)
    venue.on_bar(closed(1, 100.0, 100.0, 100.0, 100.0))
    venue.place(Order(side, 25.0, 8.0))
    assert venue.on_bar(closed(2, 100.0, 101.0, 99.0, 100.0)) is None
    return venue


def test_an_order_fills_at_the_next_open_not_at_the_close_it_was_decided_on():
    venue = broker()
    venue.on_bar(closed(1, 100.0, 100.0, 100.0, 100.0))
    venue.place(Order(1, 25.0, 8.0))
    assert venue.account.position.side == 0.0
    venue.on_bar(closed(2, 104.0, 106.0, 103.0, 105.0))
    assert venue.account.equity == 10_000.0 + 25.0 * (105.0 - 104.0)


def test_a_long_that_touches_its_stop_leaves_there():
    trade = entered(1).on_bar(closed(3, 99.0, 99.0, 91.0, 98.0))
    assert (trade.exit_price, trade.pnl, trade.exit_kind) == (92.0, -200.0, EXIT_STOP)


def test_a_long_that_touches_its_target_leaves_there():
    trade = entered(1).on_bar(closed(3, 101.0, 117.0, 101.0, 110.0))
    assert (trade.exit_price, trade.pnl, trade.exit_kind) == (116.0, 400.0, EXIT_TARGET)


def test_a_short_mirrors_the_long():
    stopped = entered(-1).on_bar(closed(3, 101.0, 109.0, 101.0, 105.0))
    assert (stopped.exit_price, stopped.pnl, stopped.exit_kind) == (108.0, -200.0, EXIT_STOP)
    won = entered(-1).on_bar(closed(3, 99.0, 99.0, 83.0, 90.0))
    assert (won.exit_price, won.pnl, won.exit_kind) == (84.0, 400.0, EXIT_TARGET)


def test_a_bar_that_touches_both_takes_the_stop():
    trade = entered(1).on_bar(closed(3, 100.0, 120.0, 90.0, 110.0))
    assert (trade.exit_price, trade.exit_kind) == (92.0, EXIT_STOP)


def test_a_gap_through_the_stop_fills_at_the_open():
    trade = entered(1).on_bar(closed(3, 85.0, 86.0, 84.0, 85.0))
    assert (trade.exit_price, trade.pnl, trade.exit_kind) == (85.0, -375.0, EXIT_STOP)


def test_a_gap_through_the_target_fills_at_the_open():
    trade = entered(1).on_bar(closed(3, 120.0, 121.0, 119.0, 120.0))
    assert (trade.exit_price, trade.pnl, trade.exit_kind) == (120.0, 500.0, EXIT_TARGET)


def test_the_entry_bar_itself_can_stop_a_position_out():
    venue = broker()
    venue.on_bar(closed(1, 100.0, 100.0, 100.0, 100.0))
    venue.place(Order(1, 25.0, 8.0))
    trade = venue.on_bar(closed(2, 100.0, 100.0, 92.0, 95.0))
    assert (trade.entry_bar, trade.exit_bar, trade.exit_price) == (1, 1, 92.0)


def test_slippage_and_both_commissions_are_paid_on_both_sides():
    costs = ExecutionParameters(0.01, 0.0, 0.001, 0.02, 2.0, 0.0, 0.0)
    trade = entered(1, costs).on_bar(closed(3, 101.0, 120.0, 101.0, 110.0))
    # entry 100 × 1.01 = 101, target 101 + 16 = 117; costs (101 + 117) × 25 × 0.001 + 2 × 25 × 0.02
    assert trade.entry_price == pytest.approx(101.0, abs=1e-12)
    assert trade.pnl == pytest.approx(25.0 * 16.0 - (218.0 * 25.0 * 0.001 + 1.0), abs=1e-9)


def test_stop_slippage_worsens_the_stop_only():
    costs = ExecutionParameters(0.0, 0.01, 0.0, 0.0, 2.0, 0.0, 0.0)
    assert entered(1, costs).on_bar(closed(3, 99.0, 99.0, 91.0, 98.0)).exit_price == pytest.approx(
        92.0 * 0.99
    )
    assert entered(1, costs).on_bar(closed(3, 101.0, 117.0, 101.0, 110.0)).exit_price == 116.0


def test_a_trailing_stop_moves_at_the_close_and_works_from_the_next_bar():
    costs = ExecutionParameters(
        0.0, 0.0, 0.0, 0.0, 9.0, 1.0, 0.5
    )  # from 1 R on, half an R behind the best price
    venue = entered(1, costs)
    assert venue.on_bar(closed(3, 101.0, 110.0, 100.0, 109.0)) is None  # stop now 110 - 4
    trade = venue.on_bar(closed(4, 109.0, 109.0, 105.0, 107.0))
    assert (trade.exit_price, trade.exit_kind) == (106.0, EXIT_TRAILING)


def test_what_is_open_at_the_end_leaves_at_the_close_given():
    venue = entered(1)
    trade = venue.finish(103.0)
    assert (trade.exit_price, trade.pnl, trade.exit_kind) == (103.0, 75.0, EXIT_END)
    assert venue.account.equity == venue.account.cash == 10_075.0


def test_an_order_that_is_pending_at_the_end_is_dropped():
    venue = broker()
    venue.on_bar(closed(1, 100.0, 100.0, 100.0, 100.0))
    venue.place(Order(1, 25.0, 8.0))
    assert venue.finish(100.0) is None
    assert venue.account.pending.side == 0.0


def test_an_order_waits_over_an_unusable_bar():
    venue = broker()
    venue.on_bar(closed(1, 100.0, 100.0, 100.0, 100.0))
    venue.place(Order(1, 25.0, 8.0))
    venue.on_bar(closed(2, float("nan"), 100.0, 100.0, 100.0))
    assert venue.account.position.side == 0.0
    venue.on_bar(closed(3, 105.0, 105.0, 105.0, 105.0))
    assert venue.account.position.side == 1.0


@pytest.mark.parametrize(("side", "size"), [(0, 1.0), (2, 1.0), (1, 0.0), (1, -1.0), (1, float("nan"))])
def test_an_impossible_order_is_refused(side, size):
    with pytest.raises(BrokerError, match="refused an entry"):
        broker().place(Order(side, size, 8.0))


def test_an_order_while_a_position_is_open_is_refused():
    with pytest.raises(BrokerError, match="position 1"):
        entered(1).place(Order(1, 25.0, 8.0))


def test_a_restored_account_goes_on_to_the_same_trade():
    venue, other = entered(1), broker()
    other.restore(account_values(venue.account))
    last = closed(3, 99.0, 99.0, 91.0, 98.0)
    assert other.on_bar(last) == venue.on_bar(last)
    assert other.account == venue.account


def test_an_account_of_another_layout_is_refused():
    with pytest.raises(BrokerError, match="another layout"):
        broker().restore([0.0] * (ACCOUNT_SIZE - 1))
