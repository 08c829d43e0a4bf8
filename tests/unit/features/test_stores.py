"""The difference of two stores, complete."""

from dataclasses import replace

import numpy as np
import pytest

from hyprl.features.pipeline import FeaturePipeline
from hyprl.features.registry import NVDA_V2
from hyprl.features.stores import BacktestFeatureStore, FeatureFrame, LiveFeatureStore, diff_stores


@pytest.fixture
def frame(link, embedded) -> FeatureFrame:
    return BacktestFeatureStore(link(*NVDA_V2)).frame(embedded.slice(0, 200))


def altered(frame, row, column, value):
    values = frame.values.copy()
    values[row, frame.columns.index(column)] = value
    return replace(frame, values=values)


def test_batch_and_live_stores_are_equal_over_the_embedded_bars(link, embedded):
    kernel = link(*NVDA_V2, compiled=True)
    batch = BacktestFeatureStore(kernel).frame(embedded)
    live = LiveFeatureStore(FeaturePipeline(link(*NVDA_V2))).frame(embedded)
    difference = diff_stores(batch, live)
    assert difference.is_equal and difference.warmup_left == difference.warmup_right == 72


def test_one_unit_in_the_last_place_is_a_difference(frame, embedded):
    value = frame.values[150, frame.columns.index("rsi_14")]
    difference = diff_stores(frame, altered(frame, 150, "rsi_14", np.nextafter(value, 2.0)))
    (column,) = [column for column in difference.columns if column.unequal_bits]
    assert (column.column, column.unequal_bits) == ("rsi_14", 1)
    assert column.first_open_utc_us == int(embedded.open_utc_us[150])
    assert 0.0 < column.max_abs_difference < 1e-15
    assert not difference.is_equal


def test_negative_zero_is_a_difference(frame):
    zeroed = altered(frame, 150, "ret_1h", 0.0)
    assert not diff_stores(zeroed, altered(frame, 150, "ret_1h", -0.0)).is_equal


def test_nan_on_one_side_is_counted_for_that_side(frame):
    difference = diff_stores(frame, altered(frame, 100, "atr_14", np.nan))
    column = difference.columns[frame.columns.index("atr_14")]
    assert (column.nan_left_only, column.nan_right_only, column.unequal_bits) == (0, 1, 1)


def test_bars_that_one_side_lacks_are_listed(frame, embedded):
    shorter = FeatureFrame(frame.columns, frame.open_utc_us[1:], frame.values[1:])
    difference = diff_stores(frame, shorter)
    assert difference.bars_left_only == (int(embedded.open_utc_us[0]),)
    assert difference.bars_right_only == ()
    assert not difference.is_equal


def test_a_later_start_shows_in_warmup_and_wilder_columns(link, embedded, frame):
    cold = BacktestFeatureStore(link(*NVDA_V2)).frame(embedded.slice(50, 200))
    difference = diff_stores(frame, cold)
    differing = {column.column for column in difference.columns if column.max_abs_difference > 0.0}
    assert differing == {"atr_14", "atr_72", "atr_14_norm", "atr_72_norm", "rsi_7", "rsi_14", "rsi_21"}
    assert not difference.is_equal


def test_other_columns_cannot_be_compared(frame):
    with pytest.raises(ValueError, match="different columns"):
        diff_stores(frame, replace(frame, columns=frame.columns[::-1]))


def test_a_frame_that_never_warms_up_says_so(link, embedded):
    frame = BacktestFeatureStore(link("atr_72")).frame(embedded.slice(0, 72))
    assert diff_stores(frame, frame).warmup_left == 72
