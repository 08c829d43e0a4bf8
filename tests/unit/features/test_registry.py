"""Names, families, and what may be registered."""

import math

import numpy as np
import pytest

from hyprl.errors import FeatureError
from hyprl.features.registry import (
    NVDA_V2,
    preset_columns,
    register_feature,
    register_preset,
    resolve_feature,
)


def closing(state, bar):
    return bar.close


def scaled(state, bar, factor):
    return bar.close * factor


def test_the_preset_has_its_nineteen_columns_in_order():
    assert " ".join(preset_columns("nvda_v2")) == (
        "ret_1h ret_3h ret_6h ret_24h atr_14 atr_72 atr_14_norm atr_72_norm rsi_7 rsi_14 rsi_21 vol_ratio_10_30 "
        "vol_regime_high volume_zscore_24 volume_surge range_pct true_range ret_skew_20 ret_kurt_20"
    )


@pytest.mark.parametrize(
    "name", ["", "ret_h", "ret_0h", "rsi_-1", "rsi_007", "atr_99999", "vol_ratio_10", "RSI_14", "rsi_14 "]
)
def test_an_unknown_name_is_an_error_that_names_it(name):
    with pytest.raises(FeatureError, match=f"unknown feature `{name}`"):
        resolve_feature(name)


@pytest.mark.parametrize("name", ["vol_ratio_1_30", "vol_ratio_30_10"])
def test_a_ratio_of_impossible_windows_is_refused(name):
    with pytest.raises(FeatureError, match="first window"):
        resolve_feature(name)


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(FeatureError, match=r"(?s)unknown preset `nope`.*nvda_v2"):
        preset_columns("nope")


@pytest.mark.parametrize("name", ["rsi_14", "not an identifier", "vol_regime_high", ""])
def test_a_taken_or_impossible_name_cannot_be_registered(name):
    with pytest.raises(FeatureError, match="cannot be registered"):
        register_feature(name, closing, state_size=0, bars_needed=1)


@pytest.mark.parametrize("sizes", [{"state_size": -1, "bars_needed": 1}, {"state_size": 0, "bars_needed": 0}])
def test_impossible_sizes_cannot_be_registered(sizes):
    with pytest.raises(FeatureError, match="cannot be registered"):
        register_feature("sizes", closing, **sizes)


def test_registering_the_same_again_changes_nothing():
    for _ in range(2):
        register_feature("same_again", closing, state_size=0, bars_needed=1)
    assert resolve_feature("same_again").bars_needed == 1


@pytest.mark.parametrize("other", [{"bars_needed": 2}, {"state_size": 1}, {"parameters": (3.0,)}])
def test_registering_the_name_with_anything_else_is_refused(other):
    same = {"state_size": 0, "bars_needed": 1, "parameters": (2.0,)}
    register_feature("taken_scaled", scaled, **same)
    with pytest.raises(FeatureError, match="registered already"):
        register_feature("taken_scaled", scaled, **{**same, **other})


def test_another_closure_of_the_same_code_is_another_step():
    def make(factor):
        return lambda state, bar: bar.close * factor

    register_feature("closed_over", make(2.0), state_size=0, bars_needed=1)
    with pytest.raises(FeatureError, match="registered already"):
        register_feature("closed_over", make(3.0), state_size=0, bars_needed=1)


@pytest.mark.parametrize("step", [len, "text", lambda state: 1.0, scaled])
def test_a_step_that_cannot_be_called_is_refused(step):
    with pytest.raises(FeatureError, match="the step of `unusable`"):
        register_feature("unusable", step, state_size=0, bars_needed=1)


@pytest.mark.parametrize("parameter", [math.nan, math.inf, "3", None])
def test_parameters_must_be_finite_numbers(parameter):
    with pytest.raises(FeatureError, match="not finite numbers"):
        register_feature("bad_parameter", scaled, state_size=0, bars_needed=1, parameters=(parameter,))


def test_numpy_parameters_become_plain_numbers():
    register_feature("numpy_factor", scaled, state_size=0, bars_needed=1, parameters=(np.float64(2.5),))
    (factor,) = resolve_feature("numpy_factor").node.parameters
    assert type(factor) is float and factor == 2.5


def test_a_preset_needs_known_columns_each_once():
    register_preset("pair_of_mine", ("ret_1h", "rsi_2"))
    assert preset_columns("pair_of_mine") == ("ret_1h", "rsi_2")
    for columns in ((), ("ret_1h", "ret_1h"), ("nope",)):
        with pytest.raises(FeatureError):
            register_preset("broken_preset", columns)
    with pytest.raises(FeatureError, match="exists with other columns"):
        register_preset("nvda_v2", NVDA_V2[::-1])
