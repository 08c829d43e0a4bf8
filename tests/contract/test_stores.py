"""Every feature store keeps one contract."""

import numpy as np
import pytest

from hyprl.features.registry import NVDA_V2, resolve_feature
from hyprl.features.stores import diff_stores

COLUMNS = (*NVDA_V2, "above_low_20", "gap_of_opens")


@pytest.fixture(scope="module")
def bars(embedded):
    return embedded.slice(1000, 1300)


def test_it_has_one_row_per_bar_and_one_column_per_name_in_order(store, bars):
    frame = store(*COLUMNS).frame(bars)
    assert frame.columns == COLUMNS
    assert frame.values.shape == (300, 21) and frame.values.dtype == np.float64
    assert frame.open_utc_us.tolist() == bars.open_utc_us.tolist()


def test_each_column_warms_up_when_it_says(store, bars):
    frame = store(*COLUMNS).frame(bars)
    for index, name in enumerate(COLUMNS):
        needed = resolve_feature(name).bars_needed
        assert np.isnan(frame.values[: needed - 1, index]).all()
        assert np.isfinite(frame.values[needed - 1 :, index]).all()


def test_it_agrees_with_every_other_store_to_the_bit(store, bars, link):
    reference = link(*COLUMNS).feature_frame(bars)
    assert store(*COLUMNS).frame(bars).values.tobytes() == reference.tobytes()


def test_a_later_bar_changes_no_earlier_row(store, bars):
    whole, part = store(*COLUMNS).frame(bars), store(*COLUMNS).frame(bars.slice(0, 150))
    assert whole.values[:150].tobytes() == part.values.tobytes()


def test_an_empty_series_gives_an_empty_frame(store, bars):
    assert store(*COLUMNS).frame(bars.slice(0, 0)).values.shape == (0, 21)


def test_its_difference_to_itself_is_nothing(store, bars):
    difference = diff_stores(store(*COLUMNS).frame(bars), store(*COLUMNS).frame(bars))
    assert difference.is_equal and difference.warmup_left == 72
