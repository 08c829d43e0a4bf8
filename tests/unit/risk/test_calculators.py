"""Sizing arithmetic against hand calculations and against Python's own rounding."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprl.risk.calculators import calc_position_size, expected_pnl, risk_amount, round6, stop_distance


def test_the_worked_example_of_the_specification():
    distance = stop_distance(4.0, 2.0)
    size = calc_position_size(10_000.0, 0.02, distance, 100.0)
    amount = risk_amount(size, distance)
    assert (distance, size, amount, expected_pnl(0.6, amount, 2.0)) == (8.0, 25.0, 200.0, 160.0)


def test_leverage_caps_the_size():
    # 10 000 / 100 = 100 shares can be bought; 5 % of 10 000 over 1 would be 500.
    assert calc_position_size(10_000.0, 0.05, 1.0, 100.0) == 100.0
    assert calc_position_size(10_000.0, 0.05, 1.0, 100.0, max_leverage=2.0) == 200.0


def test_a_size_below_the_minimum_is_zero_and_at_it_stands():
    assert calc_position_size(10_000.0, 0.02, 8.0, 100.0, min_size=25.000001) == 0.0
    assert calc_position_size(10_000.0, 0.02, 8.0, 100.0, min_size=25.0) == 25.0


@pytest.mark.parametrize("equity", [0.0, -1.0, math.nan])
@pytest.mark.parametrize("distance", [0.0, -1.0, math.nan, 8.0])
def test_no_equity_gives_no_size(equity, distance):
    assert calc_position_size(equity, 0.02, distance, 100.0) == 0.0


@pytest.mark.parametrize(("distance", "price"), [(0.0, 100.0), (math.nan, 100.0), (8.0, 0.0), (8.0, -5.0)])
def test_no_distance_or_price_gives_no_size(distance, price):
    assert calc_position_size(10_000.0, 0.02, distance, price) == 0.0


def test_results_are_rounded_to_six_decimals():
    assert calc_position_size(10_000.0, 0.01, 3.0, 100.0) == 33.333333
    assert risk_amount(1.0, 2.0 / 3.0) == 0.666667
    assert expected_pnl(1.0 / 3.0, 1.0, 1.0) == -0.333333


@pytest.mark.parametrize(
    "value",
    [0.0, -0.0, 2.5e-7, 5e-7, 1.5e-6, 2.5e-6, 0.1234565, 1.0000005, 2**33 + 0.3, 1e300, -1e300, 5e-324],
)
def test_awkward_values_round_as_python_rounds(value):
    assert math.copysign(1.0, round6(value)) == math.copysign(1.0, round(value, 6))
    assert round6(value) == round(value, 6)


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinity_stays(value):
    assert round6(value) == value


def test_nan_stays():
    assert math.isnan(round6(math.nan))


@settings(max_examples=3000, deadline=None)
@given(st.floats(-1e9, 1e9))
def test_rounding_is_pythons_below_a_billion(value):
    assert round6(value) == round(value, 6)


@settings(max_examples=1000, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_is_pythons_for_any_float(value):
    assert round6(value) == round(value, 6)


@settings(max_examples=3000, deadline=None)
@given(st.integers(-(10**14), 10**14), st.integers(-3, 3))
def test_rounding_is_pythons_around_every_tie(millionths, steps):
    value = (millionths + 0.5) / 1e6
    for _ in range(abs(steps)):
        value = math.nextafter(value, math.inf if steps > 0 else -math.inf)
    assert round6(value) == round(value, 6)


@settings(max_examples=300, deadline=None)
@given(st.floats(1.0, 1e7), st.floats(0.001, 1.0), st.floats(0.01, 100.0), st.floats(1.0, 1e4))
def test_the_stop_never_risks_more_than_the_fraction(equity, fraction, distance, price):
    size = calc_position_size(equity, fraction, distance, price)
    assert size * distance <= equity * fraction + 1e-6 * distance
    assert size * price <= equity + 1e-6 * price
