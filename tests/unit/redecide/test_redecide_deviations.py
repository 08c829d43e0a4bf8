"""What a column's deviation looks like, on columns made by hand."""

import numpy as np
import pytest

from hyprl.redecide.deviations import fades, frozen_rows, is_noise, lags_of, rounding_of
from hyprl.redecide.memories import Memory

PLAIN = np.random.default_rng(7).normal(size=400)
WILDER_14 = Memory(14, 14)


@pytest.mark.parametrize("lag", [1, 3, -2, 24])
def test_a_shifted_column_shows_its_lag(lag: int):
    assert lags_of(PLAIN, np.roll(PLAIN, lag))[0] == (lag,)


def test_an_unrelated_column_shows_no_lag():
    assert lags_of(PLAIN, np.random.default_rng(8).normal(size=400)) == ((), True)


def test_a_column_that_stands_still_cannot_tell_a_lag():
    assert lags_of(np.ones(400), np.ones(400)) == ((), False)


def test_a_rounded_column_shows_its_format():
    found = rounding_of(PLAIN, np.round(PLAIN, 3))
    assert found is not None
    assert found[0] == "3 decimals"


def test_float32_is_recognised_by_its_bits():
    found = rounding_of(PLAIN, PLAIN.astype(np.float32).astype(np.float64))
    assert found is not None
    assert found[0] == "float32"


def test_a_constant_is_no_rounding():
    assert rounding_of(PLAIN, np.zeros(400)) is None


def test_a_gap_that_decays_like_the_average_is_a_late_start():
    gap = 0.5 * (1.0 - 1.0 / 14) ** np.arange(400)
    assert fades(gap, WILDER_14, 1.0)


def test_a_gap_that_stays_is_none():
    assert not fades(np.full(400, 0.01), WILDER_14, 1.0)


def test_a_gap_that_stops_at_once_after_many_memories_is_none():
    gap = np.where(np.arange(2000) < 600, 0.02, 0.0)
    assert not fades(gap, WILDER_14, 1.0)


def test_a_window_forgets_altogether():
    window = Memory(24, 0)
    assert fades(np.where(np.arange(400) < 24, 1.0, 0.0), window, 1.0)
    assert not fades(np.where(np.arange(400) < 60, 1.0, 0.0), window, 1.0)


def test_last_places_are_noise_and_a_thousandth_is_not():
    assert is_noise(np.full(400, 1e-15), PLAIN)
    assert not is_noise(np.full(400, 1e-3), PLAIN)


def test_rows_that_repeat_while_the_market_moves_are_frozen():
    plain = np.column_stack([PLAIN, PLAIN[::-1]])
    other = plain.copy()
    other[100:110] = other[99]
    assert np.flatnonzero(frozen_rows(plain, other)).tolist() == list(range(100, 110))
