"""Every registered feature, a user's own included, keeps one contract."""

import json

import numpy as np
import pytest

from hyprl.features.pipeline import FeatureFrameSnapshot, FeaturePipeline
from hyprl.features.registry import NVDA_V2, resolve_feature

FAMILIES = (
    "ret_5h",
    "atr_3",
    "atr_3_norm",
    "rsi_2",
    "vol_ratio_5_8",
    "volume_zscore_3",
    "ret_skew_7",
    "ret_kurt_7",
)
FEATURES = (*NVDA_V2, *FAMILIES, "above_low_20", "gap_of_opens")


@pytest.fixture(params=FEATURES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def bars(embedded):
    return embedded.slice(2000, 2200)


@pytest.fixture(scope="module")
def compiled_frame(bars, link):
    return link(*FEATURES, compiled=True).feature_frame(bars)


def pushed(pipeline, bars, first, stop):
    rows = []
    for index in range(first, stop):
        pipeline.update(bars.bar(index))
        rows.append(float(pipeline.row[0]))
    return rows


def test_it_is_nan_until_its_window_is_full_and_finite_after(name, bars, values):
    found, needed = values(name, bars), resolve_feature(name).bars_needed
    assert np.isnan(found[: needed - 1]).all() and np.isfinite(found[needed - 1 :]).all()


def test_compiled_and_interpreted_agree_to_the_bit(name, bars, values, compiled_frame):
    assert values(name, bars).tobytes() == compiled_frame[:, FEATURES.index(name)].tobytes()


def test_live_and_batch_agree_to_the_bit(name, bars, values, link):
    live = pushed(FeaturePipeline(link(name)), bars, 0, len(bars))
    assert np.array(live).tobytes() == values(name, bars).tobytes()


def test_its_state_is_always_numbers(name, bars, link):
    pipeline = FeaturePipeline(link(name))
    for index in range(len(bars)):
        pipeline.update(bars.bar(index))
        assert all(np.isfinite(value) for state in pipeline.states for value in state)


def test_it_continues_from_a_snapshot_to_the_bit(name, bars, values, link):
    for cut in (0, 1, 19, 100):
        first, second = FeaturePipeline(link(name)), FeaturePipeline(link(name))
        pushed(first, bars, 0, cut)
        text = json.dumps(first.snapshot("NVDA").as_dict())
        second.restore(FeatureFrameSnapshot.from_dict(json.loads(text)))
        continued = pushed(second, bars, cut, len(bars))
        assert np.array(continued).tobytes() == values(name, bars)[cut:].tobytes()


def test_two_of_it_do_not_share_a_state(name, bars, link):
    kernel = link(name)
    one, other = FeaturePipeline(kernel), FeaturePipeline(kernel)
    pushed(one, bars, 0, 50)
    assert (
        np.array(pushed(other, bars, 0, 50)).tobytes()
        == np.array(pushed(FeaturePipeline(kernel), bars, 0, 50)).tobytes()
    )
