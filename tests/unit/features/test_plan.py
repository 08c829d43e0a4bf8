"""Columns resolved into state machines and the source of one step."""

import pytest

from hyprl.errors import FeatureError
from hyprl.features.plan import make_plan
from hyprl.features.registry import register_feature


def spread(state, bar):
    return bar.high - bar.low


def test_columns_of_the_same_machine_share_it(plan_of):
    plan = plan_of("atr_14", "atr_14_norm", "rsi_7")
    assert len(plan.nodes) == 2
    assert "out[0], out[1] = step_0(states[0], bar, 14)" in plan.source()


def test_an_output_nobody_asked_for_is_dropped(plan_of):
    assert "_, out[0] = step_0(states[0], bar, 14)" in plan_of("atr_14_norm").source()


def test_model_columns_come_first_and_none_twice():
    plan = make_plan("nvda_v2", ("ret_5h", "rsi_7"), ("atr_14", "ret_48h"))
    assert plan.model_names[19:] == ("ret_5h",)
    assert plan.names[20:] == ("ret_48h",)
    assert plan.preset == "nvda_v2+ret_5h+rsi_7"
    assert plan.position("ret_48h") == 20


def test_the_default_preset_needs_seventy_three_bars():
    assert make_plan("nvda_v2").bars_needed == 73


def test_an_unknown_column_is_refused():
    with pytest.raises(FeatureError, match="unknown feature `nope`"):
        make_plan("nvda_v2", ("nope",))


def test_the_layout_hash_tells_parameters_and_state_sizes_apart(plan_of):
    register_feature("spread_small", spread, state_size=1, bars_needed=1)
    register_feature("spread_large", spread, state_size=2, bars_needed=1)
    hashes = {plan_of(name).layout_sha256 for name in ("rsi_7", "rsi_8", "spread_small", "spread_large")}
    assert len(hashes) == 4


def test_only_a_users_own_step_is_foreign(plan_of):
    register_feature("spread_own", spread, state_size=0, bars_needed=1)
    assert plan_of("rsi_7", "spread_own").has_foreign_steps
    assert not plan_of("rsi_7").has_foreign_steps
