"""Fills on tiny bars, worked out on paper. Entry at 100, stop distance 4: stop 96, target 108 for a long."""

import math

import pytest

from hyprl.domain.decisions import EXIT_END, EXIT_NONE, EXIT_STOP, EXIT_TARGET, EXIT_TRAILING

LONG, SHORT = 1, -1
QUIET = (100.0, 101.0, 99.0, 100.0)


def test_a_long_fills_at_the_next_open_plus_slippage(desk):
    held = desk(slippage=0.001).order(LONG).bar(QUIET)
    assert (held.position.side, held.position.size, held.position.entry_price) == (
        LONG,
        10.0,
        pytest.approx(100.1),
    )
    assert (held.position.stop, held.position.target) == (pytest.approx(96.1), pytest.approx(108.1))
    assert held.pending.side == 0 and held.session.trades == 1.0


def test_a_short_fills_below_the_open_with_its_levels_mirrored(desk):
    held = desk(slippage=0.001).order(SHORT).bar(QUIET)
    assert (held.position.side, held.position.entry_price) == (SHORT, pytest.approx(99.9))
    assert (held.position.stop, held.position.target) == (pytest.approx(103.9), pytest.approx(91.9))


# prices of the second bar, the exit's kind and price, the gain per share
LONG_EXITS = {
    "stop touched": ((100, 101, 96, 97), EXIT_STOP, 96.0),
    "target touched": ((100, 108, 99, 107), EXIT_TARGET, 108.0),
    "both touched: stop first": ((100, 109, 95, 100), EXIT_STOP, 96.0),
    "gap through the stop fills at the open": ((94, 95, 93, 94), EXIT_STOP, 94.0),
    "gap onto the stop": ((96, 97, 95, 96), EXIT_STOP, 96.0),
    "gap through the target fills at the open": ((110, 112, 90, 111), EXIT_TARGET, 110.0),
    "neither touched": ((100, 107.99, 96.01, 100), EXIT_NONE, None),
}


@pytest.mark.parametrize(("prices", "kind", "price"), LONG_EXITS.values(), ids=LONG_EXITS)
def test_a_long_leaves(prices, kind, price, desk):
    held = desk().order(LONG).bar(QUIET).bar(prices)
    assert held.exit.kind == kind
    if price is not None:
        assert (held.exit.price, held.exit.pnl) == (price, 10.0 * (price - 100.0))
        assert held.equity == held.cash == 10_000.0 + 10.0 * (price - 100.0)
        assert held.position.side == 0 and held.position.size == 0.0


@pytest.mark.parametrize(("prices", "kind", "price"), LONG_EXITS.values(), ids=LONG_EXITS)
def test_a_short_leaves_at_the_mirrored_prices(prices, kind, price, desk):
    opened, high, low, close = (200.0 - value for value in prices)
    held = desk().order(SHORT).bar(QUIET).bar((opened, low, high, close))
    assert held.exit.kind == kind
    if price is not None:
        assert (held.exit.price, held.exit.pnl) == (200.0 - price, 10.0 * (price - 100.0))


def test_a_position_can_leave_on_the_bar_it_entered(desk):
    held = desk().order(LONG).bar((100.0, 101.0, 95.0, 99.0))
    assert (held.exit.kind, held.exit.price, held.position.side) == (EXIT_STOP, 96.0, 0)


def test_stop_slippage_worsens_stops_alone(desk):
    stopped = desk(stop_slippage=0.01).order(LONG).bar(QUIET).bar((100, 101, 96, 97))
    gapped = desk(stop_slippage=0.01).order(LONG).bar(QUIET).bar((94, 95, 93, 94))
    paid = desk(stop_slippage=0.01).order(LONG).bar(QUIET).bar((100, 108, 99, 107))
    assert stopped.exit.price == pytest.approx(96 * 0.99)
    assert gapped.exit.price == pytest.approx(94 * 0.99)
    assert paid.exit.price == 108.0
    short = desk(stop_slippage=0.01).order(SHORT).bar(QUIET).bar((100, 104, 99, 103))
    assert short.exit.price == pytest.approx(104 * 1.01)


def test_commission_by_notional_is_paid_on_both_sides(desk):
    # 0.1 % of 1000 on entry, of 1080 on exit.
    held = desk(commission=0.001).order(LONG).bar(QUIET)
    assert held.equity == pytest.approx(10_000.0 - 1.0)
    held.bar((100, 108, 99, 107))
    assert held.exit.pnl == pytest.approx(80.0 - 1.0 - 1.08)
    assert held.cash == pytest.approx(10_077.92)


def test_commission_per_share_is_paid_on_both_sides(desk):
    held = desk(commission_per_share=0.5).order(SHORT).bar(QUIET).bar((100, 104, 99, 103))
    assert held.exit.pnl == pytest.approx(-40.0 - 5.0 - 5.0)
    assert held.cash == pytest.approx(9_950.0)


def test_equity_is_marked_at_the_close(desk):
    assert desk().order(LONG).bar((100, 103, 99, 102.5)).equity == 10_025.0
    assert desk().order(SHORT).bar((100, 103, 99, 102.5)).equity == 9_975.0


def test_a_trailing_stop_moves_at_the_close_and_works_from_the_next_bar(desk):
    # Activation 1 R = 104, distance 0.5 R = 2: a high of 105 puts the stop to 103.
    held = desk(trailing_activation_r=1.0, trailing_distance_r=0.5).order(LONG).bar(QUIET)
    held.bar((100, 105, 102, 104.5))
    assert (held.exit.kind, held.position.stop) == (EXIT_NONE, 103.0)
    held.bar((104, 104.5, 103, 103.5))
    assert (held.exit.kind, held.exit.price, held.exit.pnl) == (EXIT_TRAILING, 103.0, 30.0)


def test_a_trailing_stop_waits_for_its_activation_and_never_retreats(desk):
    held = desk(trailing_activation_r=1.0, trailing_distance_r=0.5).order(LONG).bar(QUIET)
    assert held.bar((100, 103.9, 99, 103)).position.stop == 96.0
    assert held.bar((103, 106, 103, 105)).position.stop == 104.0
    assert held.bar((105, 105.5, 104.5, 105)).position.stop == 104.0


def test_a_trailing_stop_of_a_short_follows_the_low(desk):
    held = desk(trailing_activation_r=1.0, trailing_distance_r=0.5).order(SHORT).bar(QUIET)
    assert held.bar((100, 100.5, 95, 95.5)).position.stop == 97.0
    held.bar((96, 98, 95.5, 97))
    assert (held.exit.kind, held.exit.price) == (EXIT_TRAILING, 97.0)


def test_a_gap_through_a_trailing_stop_fills_at_the_open(desk):
    held = desk(trailing_activation_r=1.0, trailing_distance_r=0.5).order(LONG).bar(QUIET)
    held.bar((100, 105, 102, 104.5)).bar((101, 102, 100, 101))
    assert (held.exit.kind, held.exit.price) == (EXIT_TRAILING, 101.0)


def test_an_untouched_initial_stop_is_not_called_trailing(desk):
    held = desk(trailing_activation_r=1.0, trailing_distance_r=0.5).order(LONG).bar(QUIET)
    assert held.bar((100, 101, 95, 96)).exit.kind == EXIT_STOP


def test_the_end_closes_what_is_open_at_the_last_close(desk):
    held = desk(commission_per_share=0.5).order(LONG).bar((100, 103, 99, 102)).end(102.0)
    assert (held.exit.kind, held.exit.price, held.exit.pnl) == (EXIT_END, 102.0, 10.0)
    assert (held.position.side, held.equity) == (0, 10_010.0)


def test_the_end_drops_an_order_that_waits(desk):
    held = desk().order(LONG).end(102.0)
    assert (held.pending.side, held.exit.kind, held.equity) == (0, EXIT_NONE, 10_000.0)


@pytest.mark.parametrize("broken", [(math.nan, 101, 99, 100), (100, 101, 0.0, 100), (100, math.inf, 99, 100)])
def test_nothing_fills_in_an_unusable_bar_and_an_order_waits(broken, desk):
    held = desk().order(LONG).bar(broken)
    assert (held.position.side, held.pending.side, held.equity, held.bar_count) == (0, LONG, 10_000.0, 1.0)
    held.bar(QUIET)
    assert (held.position.side, held.position.entry_bar) == (LONG, 2.0)
    assert held.bar((math.nan, 120.0, 50.0, 100.0)).position.side == LONG


def test_a_new_session_resets_the_days_trades_and_starting_equity(desk):
    held = desk().order(LONG).bar(QUIET, session=1).bar((100, 101, 95, 96), session=1)
    assert (held.session.trades, held.session.start_equity) == (1.0, 10_000.0)
    held.bar(QUIET, session=2)
    assert (held.session.trades, held.session.start_equity) == (0.0, 9_960.0)


def test_an_entry_at_the_open_of_a_session_counts_for_it(desk):
    held = desk().bar(QUIET, session=1).order(LONG).bar(QUIET, session=2)
    assert (held.session.trades, held.last_entry_bar) == (1.0, 2.0)


def test_a_session_starts_with_the_equity_marked_at_the_close_before(desk):
    held = desk().order(LONG).bar((100, 103, 99, 102), session=1).bar((90, 91, 89, 90), session=2)
    assert held.session.start_equity == 10_020.0
