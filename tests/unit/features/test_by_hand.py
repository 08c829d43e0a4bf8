"""Tiny series worked out on paper."""

import math

import pytest

CLOSES = [10.0, 11.0, 9.0, 12.0]


def test_returns_divide_by_the_close_so_many_bars_ago(make_bars, values):
    found = values("ret_2h", make_bars(CLOSES)).tolist()
    assert [math.isnan(v) for v in found] == [True, True, False, False]
    assert found[2:] == [pytest.approx(-0.1), pytest.approx(1 / 11)]


def test_true_range_takes_the_gap_from_the_previous_close(make_bars, values):
    # Gap up: 12 - 10 = 2 exceeds high - low = 1; divided by the close of 11.5.
    series = make_bars([10.0, 11.5], high=[10.5, 12.0], low=[9.5, 11.0])
    assert values("true_range", series)[1] == pytest.approx(2 / 11.5)


def test_true_range_takes_the_gap_down_too(make_bars, values):
    series = make_bars([10.0, 8.5], high=[10.5, 9.0], low=[9.5, 8.0])
    assert values("true_range", series)[1] == pytest.approx(2 / 8.5)


def test_range_needs_no_previous_bar(make_bars, values):
    assert values("range_pct", make_bars([10.0], high=[11.0], low=[9.0]))[0] == 0.2


def test_atr_is_seeded_with_the_mean_and_goes_on_as_wilder(make_bars, values):
    # True ranges 1, 2, 3 -> mean of the first two 1.5, then 1.5 + (3 - 1.5) / 2 = 2.25.
    found = values("atr_2", make_bars(CLOSES, open=CLOSES)).tolist()
    assert found[2:] == [1.5, 2.25]


def test_atr_norm_divides_by_the_close(make_bars, values):
    assert values("atr_2_norm", make_bars(CLOSES, open=CLOSES))[3] == 2.25 / 12


def test_rsi_counts_gains_and_losses_as_wilder(make_bars, values):
    # Gains 1, 0, 3; losses 0, 2, 0. First mean of two: 0.5 / 1.0 -> 1/3; then 1.75 / 0.5 -> 7/9.
    found = values("rsi_2", make_bars(CLOSES)).tolist()
    assert found[2:] == [pytest.approx(1 / 3), pytest.approx(7 / 9)]


def test_volatility_ratio_is_of_sample_deviations(make_bars, values):
    # Returns 1, -0.5, 1: over two, deviation |1 + 0.5| / sqrt 2; over three, variance 0.75.
    found = values("vol_ratio_2_3", make_bars([1.0, 2.0, 1.0, 2.0]))[3]
    assert found == pytest.approx((1.5 / math.sqrt(2)) / math.sqrt(0.75))


def test_volume_zscore_uses_the_population_deviation(make_bars, values):
    # Volumes 1, 2, 3: mean 2, population variance 2/3.
    found = values("volume_zscore_3", make_bars([1.0] * 3, volume=[1.0, 2.0, 3.0]))[2]
    assert found == pytest.approx(1 / math.sqrt(2 / 3))


def test_surge_is_a_score_above_two(make_bars, values):
    # One spike among n equal volumes scores sqrt(n - 1): sqrt(23) here.
    series = make_bars([1.0] * 25, volume=[5.0] * 24 + [500.0])
    assert values("volume_surge", series)[23:].tolist() == [0.0, 1.0]


def test_skewness_and_kurtosis_of_one_outlier(make_bars, values):
    # Returns 0, 0, 0, 1: mean 1/4, m2 3/16, m3 3/32, m4 21/256.
    series = make_bars([1.0, 1.0, 1.0, 1.0, 2.0])
    assert values("ret_skew_4", series)[4] == pytest.approx((3 / 32) / (3 / 16) ** 1.5)
    assert values("ret_kurt_4", series)[4] == pytest.approx((21 / 256) / (3 / 16) ** 2 - 3)
