"""Flat, constant, huge, tiny and arbitrary bars."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprl.domain.bars import COLUMNS
from hyprl.features.registry import NVDA_V2, resolve_feature

FLAT = {
    "ret_24h": 0.0, "atr_14": 0.0, "atr_72_norm": 0.0, "rsi_14": 0.5, "vol_ratio_10_30": 1.0,
    "vol_regime_high": 0.0, "volume_zscore_24": 0.0, "volume_surge": 0.0, "range_pct": 0.0, "true_range": 0.0,
    "ret_skew_20": 0.0, "ret_kurt_20": 0.0,
}  # fmt: skip


@pytest.mark.parametrize("name", FLAT)
def test_flat_prices_and_volumes_have_their_stated_value(name, make_bars, values):
    assert set(values(name, make_bars([100.1] * 80))[73:]) == {FLAT[name]}


def test_zero_volume_throughout_scores_zero(make_bars, values):
    assert set(values("volume_zscore_24", make_bars([5.0] * 40, volume=0.0))[23:]) == {0.0}


def test_constant_returns_have_no_shape(make_bars, values):
    series = make_bars([2.0**k for k in range(40)])
    assert values("ret_skew_20", series)[-1] == 0.0
    assert values("ret_kurt_20", series)[-1] == 0.0
    assert values("vol_ratio_10_30", series)[-1] == 1.0


def test_rising_prices_have_rsi_one_and_falling_ones_zero(make_bars, values):
    rising = [100.0 + k for k in range(30)]
    assert values("rsi_7", make_bars(rising))[-1] == 1.0
    assert values("rsi_7", make_bars(rising[::-1]))[-1] == 0.0


@pytest.mark.parametrize("name", NVDA_V2)
def test_first_computable_bar_has_a_value_and_the_one_before_has_none(name, embedded, values):
    needed = resolve_feature(name).bars_needed
    found = values(name, embedded.slice(0, needed + 50))
    assert np.isnan(found[: needed - 1]).all()
    assert np.isfinite(found[needed - 1 :]).all()


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("ret_5h", 6), ("atr_3", 4), ("rsi_2", 3), ("vol_ratio_5_8", 9), ("ret_skew_7", 8), ("ret_kurt_7", 8),
        ("volume_zscore_3", 3), ("range_pct", 1), ("true_range", 2), ("atr_72", 73), ("rsi_1", 2), ("atr_1", 2),
        ("volume_zscore_1", 1), ("ret_skew_1", 2), ("vol_ratio_2_2", 3),
    ],
)  # fmt: skip
def test_families_take_other_windows(name, needed, embedded, values):
    found = values(name, embedded.slice(0, 90))
    assert int(np.isnan(found).sum()) == needed - 1 == resolve_feature(name).bars_needed - 1
    assert np.isfinite(found[needed - 1 :]).all()


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e4, 1e9])
def test_ratios_do_not_depend_on_the_price_unit(scale, embedded, make_bars, values):
    bars = embedded.slice(0, 120)
    scaled = make_bars(
        bars.close * scale, open=bars.open * scale, high=bars.high * scale, low=bars.low * scale
    )
    for name in ("ret_6h", "rsi_14", "vol_ratio_10_30", "true_range", "ret_skew_20", "ret_kurt_20"):
        np.testing.assert_allclose(values(name, scaled)[73:], values(name, bars)[73:], rtol=1e-9, atol=1e-9)


BARS = st.lists(
    st.tuples(
        st.floats(1e-4, 1e7), st.floats(1e-4, 1e7), st.floats(0.0, 1.0), st.floats(0.0, 1.0),
        st.floats(0.0, 1e12),
    ),
    min_size=74, max_size=110,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(BARS)
def test_any_bars_give_finite_features_in_their_range(make_bars, link, rows):
    opens, closes, up, down, volume = (np.array(column) for column in zip(*rows, strict=True))
    high, low = np.maximum(opens, closes) * (1 + up), np.minimum(opens, closes) * (1 - 0.99 * down)
    series = make_bars(closes, open=opens, high=high, low=low, volume=volume)
    frame = link(*NVDA_V2).feature_frame(series)[73:]
    assert np.isfinite(frame).all()
    column = {name: frame[:, index] for index, name in enumerate(NVDA_V2)}
    for name in ("rsi_7", "rsi_14", "rsi_21"):
        assert (column[name] >= 0.0).all() and (column[name] <= 1.0).all()
    assert (column["atr_14"] >= 0.0).all() and (column["true_range"] >= column["range_pct"]).all()
    assert (np.abs(column["volume_zscore_24"]) <= math.sqrt(23.0) + 1e-6).all()
    assert (np.abs(column["ret_skew_20"]) <= 18.0 / math.sqrt(19.0) + 1e-6).all()
    assert set(column["vol_regime_high"]) | set(column["volume_surge"]) <= {0.0, 1.0}


def test_an_unusable_bar_leaves_the_states_alone(embedded, link):
    kernel = link("atr_14", "rsi_7", "volume_zscore_24")
    bars = embedded.slice(0, 60)
    keep = np.arange(60) != 40
    holed = replace(bars, close=np.where(keep, bars.close, math.nan))
    without = replace(bars, **{name: getattr(bars, name)[keep] for name in COLUMNS})
    frame = kernel.feature_frame(holed)
    assert np.isnan(frame[40]).all()
    assert frame[keep].tobytes() == kernel.feature_frame(without).tobytes()
