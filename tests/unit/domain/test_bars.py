"""Bars and series of them."""

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from hyprl.domain.bars import Bar, is_usable
from hyprl.domain.trades import RunWindow


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0])
def test_a_bar_with_such_a_number_is_unusable(place, value):
    numbers = [10.0, 11.0, 9.0, 10.5, 100.0]
    assert is_usable(Bar(*numbers))
    numbers[place] = value
    assert not is_usable(Bar(*numbers))


def test_zero_volume_is_usable_and_a_zero_price_is_not():
    assert is_usable(Bar(10.0, 11.0, 9.0, 10.5, 0.0))
    assert not is_usable(Bar(10.0, 11.0, 0.0, 10.5, 1.0))


def test_enormous_prices_are_usable():
    assert is_usable(Bar(1e308, 1.7e308, 1e308, 1.5e308, 1e308))


def test_a_row_is_python_numbers(make_bars):
    closed = make_bars([1.0, 2.0], high=3.0, low=0.5, volume=7.0).bar(1)
    assert closed.bar == Bar(2.0, 3.0, 0.5, 2.0, 7.0)
    assert {type(value) for value in closed.bar} == {float}
    assert {type(closed.open_utc_us), type(closed.close_utc_us), type(closed.session)} == {int}


def test_a_slice_is_a_view(make_bars):
    series = make_bars([1.0, 2.0, 3.0])
    part = series.slice(1, 3)
    assert len(part) == 2 and np.shares_memory(part.close, series.close)


def test_index_at_finds_the_first_bar_at_or_after_a_time(make_bars):
    series = make_bars([1.0, 2.0, 3.0])
    first = int(series.open_utc_us[0])
    assert [series.index_at(us) for us in (0, first, first + 1, 10**18)] == [0, 0, 1, 3]


def test_the_hash_sees_one_bit_the_symbol_and_the_time(make_bars):
    series = make_bars([1.0, 2.0])
    others = [
        replace(series, close=np.nextafter(series.close, 9.0)),
        replace(series, volume=series.volume + 1.0),
        replace(series, symbol="OTHER"),
        replace(series, open_utc_us=series.open_utc_us + 1),
    ]
    assert len({bars.sha256() for bars in (series, *others)}) == 5
    assert series.sha256() == make_bars([1.0, 2.0]).sha256()


def test_a_series_is_frozen(make_bars):
    with pytest.raises(FrozenInstanceError):
        make_bars([1.0]).symbol = "X"


def test_a_window_splits_history_from_what_is_decided(make_bars):
    window = RunWindow(make_bars([1.0, 2.0, 3.0]), 2)
    assert (window.length, window.evaluated.close.tolist()) == (1, [3.0])
