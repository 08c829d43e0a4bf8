"""Every feature against a program that HyprL did not write, on the embedded and on real bars.

Ratios and scores within 1e-9 absolute; prices (ATR) within 1e-9 relative.
"""

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import talib

from hyprl.features.registry import NVDA_V2, resolve_feature


def returns(series):
    return pd.Series(series.close).pct_change().to_numpy()[1:]


def deviation_ratio(series, windows, short, long):
    recent = windows(returns(series), short, 1).std(axis=1, ddof=1)
    return recent / windows(returns(series), long, 1).std(axis=1, ddof=1)


def zscore(series, windows, length):
    window = windows(series.volume, length)
    deviation = window.std(axis=1)
    flat = deviation == 0.0
    return np.where(flat, 0.0, (series.volume - window.mean(axis=1)) / np.where(flat, 1.0, deviation))


def shape(function, series, windows, length):
    return function(windows(returns(series), length, 1), axis=1)


def atr(series, length):
    return talib.ATR(series.high, series.low, series.close, length)


def true_range(series):
    return talib.TRANGE(series.high, series.low, series.close)


def flag(condition, source):
    return np.where(np.isnan(source), np.nan, condition.astype(float))


ORACLES = {
    **{f"ret_{k}h": lambda s, _w, k=k: pd.Series(s.close).pct_change(k).to_numpy() for k in (1, 3, 5, 6, 24)},
    **{f"atr_{n}": lambda s, _w, n=n: atr(s, n) for n in (3, 14, 72)},
    **{f"atr_{n}_norm": lambda s, _w, n=n: atr(s, n) / s.close for n in (14, 72)},
    **{f"rsi_{n}": lambda s, _w, n=n: talib.RSI(s.close, n) / 100.0 for n in (2, 7, 14, 21)},
    "vol_ratio_10_30": lambda s, w: deviation_ratio(s, w, 10, 30),
    "vol_ratio_5_8": lambda s, w: deviation_ratio(s, w, 5, 8),
    "vol_regime_high": lambda s, w: flag(deviation_ratio(s, w, 10, 30) > 1.0, deviation_ratio(s, w, 10, 30)),
    "volume_zscore_24": lambda s, w: zscore(s, w, 24),
    "volume_zscore_3": lambda s, w: zscore(s, w, 3),
    "volume_surge": lambda s, w: flag(zscore(s, w, 24) > 2.0, zscore(s, w, 24)),
    "range_pct": lambda s, _w: (s.high - s.low) / s.close,
    "true_range": lambda s, _w: true_range(s) / s.close,
    "ret_skew_20": lambda s, w: shape(scipy.stats.skew, s, w, 20),
    "ret_skew_7": lambda s, w: shape(scipy.stats.skew, s, w, 7),
    "ret_kurt_20": lambda s, w: shape(scipy.stats.kurtosis, s, w, 20),
}


def test_every_column_of_the_preset_has_an_oracle():
    assert set(NVDA_V2) <= ORACLES.keys()


@pytest.mark.parametrize("name", ORACLES)
def test_feature_equals_the_independent_program_after_warmup(name, market, windows, values):
    needed = resolve_feature(name).bars_needed
    expected = ORACLES[name](market, windows)[needed - 1 :]
    found = values(name, market)[needed - 1 :]
    in_price_units = name in ("atr_3", "atr_14", "atr_72")
    np.testing.assert_allclose(
        found, expected, rtol=1e-9 if in_price_units else 0.0, atol=0.0 if in_price_units else 1e-9
    )
