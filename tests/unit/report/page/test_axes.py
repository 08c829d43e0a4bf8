from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.report.page.causes import waterfall_spans
from hyprl.report.page.numbers import brief, counted, exact, instant, percent, power
from hyprl.report.page.scales import Linear, decades, linear, time_ticks


def test_linear_ticks_are_round_numbers_inside_the_axis() -> None:
    scale = Linear(0.0, 100.0)
    assert [(tick.at, tick.label) for tick in scale.ticks()] == [
        (0.0, "0"), (0.2, "20"), (0.4, "40"), (0.6, "60"), (0.8, "80"), (1.0, "100"),
    ]  # fmt: skip


def test_decades_place_powers_of_ten_evenly_and_zero_on_the_floor() -> None:
    scale = decades([1e-3, 1e-1])
    assert scale.at(0.0) == 0.0
    assert scale.at(1e-1) == 1.0
    assert scale.at(1e-2) == pytest.approx(2 / 3)  # the axis starts one decade below 1e-3
    assert [tick.label for tick in scale.ticks()] == ["0", "10⁻¹", "10⁻²", "10⁻³"]


def test_months_of_a_year_are_labelled_and_the_first_carries_the_year() -> None:
    days = [datetime(2024, 12, 12, 14, 30, tzinfo=UTC) + timedelta(days=n) for n in range(350)]
    labels = [tick.label for tick in time_ticks(days)]
    assert labels[:3] == ["Jan ’25", "Feb", "Mar"]  # twelve days of December leave no room for a label
    assert labels[-1] == "Nov"


def test_three_days_of_hours_are_labelled_by_day() -> None:
    hours = [datetime(2025, 1, 15 + day, 14 + hour, 30, tzinfo=UTC) for day in range(3) for hour in range(7)]
    assert [tick.label for tick in time_ticks(hours)] == ["15 Jan", "16 Jan", "17 Jan"]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_every_value_lands_on_its_axis_whatever_it_is(values: list[float]) -> None:
    for scale in (linear(values), decades(values)):
        for value in values:
            if value == value:
                assert 0.0 <= scale.at(value) <= 1.0
        assert all(-1e-9 <= tick.at <= 1.0 + 1e-9 for tick in scale.ticks())


def test_the_waterfall_lays_shares_end_to_end() -> None:
    assert waterfall_spans([0.5, 0.25], 0.25) == [(0.0, 0.5), (0.5, 0.75), (0.75, 1.0)]


def test_a_negative_share_runs_backwards_and_the_whole_still_fits() -> None:
    # 0 → 1 → 1.25 → 1, on an axis from 0 to 1.25
    assert waterfall_spans([1.0, 0.25], -0.25) == [(0.0, 0.8), (0.8, 1.0), (1.0, 0.8)]


def test_an_unmeasured_share_has_no_span() -> None:
    assert waterfall_spans([None, 1.0], None) == [None, (0.0, 1.0), None]


def test_numbers_are_spelled() -> None:
    assert [brief(value) for value in (None, 0.0, 1674.0, 1e-5, float("nan"), -2.5)] == [
        "none", "0", "1,674", "1e-05", "nan", "−2.5",
    ]  # fmt: skip
    assert exact(0.1 + 0.2) == "0.30000000000000004"
    assert exact(-0.0) == "−0.0"
    assert percent(None) == "none"
    assert percent(0.08123) == "8.12 %"
    assert power(-12) == "10⁻¹²"
    assert counted(1, "bar") == "1 bar"
    assert instant("2024-12-12T14:30:00Z") == "2024-12-12 14:30Z"
    assert instant("2024-12-12T14:30:01.000005Z") == "2024-12-12 14:30:01.000005Z"
