"""The catalogue covers every cause, at several levels, and every entry can be planted."""

from dataclasses import fields

import pytest

from hyprl.causes.cause import Cause
from hyprl.causes.steps import STEPS, DecisionStep
from hyprl.errors import ConfigError
from hyprl.lab.catalogue import BY_NAME, FAULTS, find_fault, held_out_levels
from hyprl.lab.controls import CONTROLS
from hyprl.lab.fault import fault
from hyprl.lab.lab import Lab
from hyprl.lab.pairs import PAIRS
from hyprl.lab.planted import PLANTS
from hyprl.lab.plants import combined, plant
from hyprl.wiring import NO_OVERRIDES

LABELS = [label for fault in FAULTS for label in fault.labels]


def test_every_cause_has_faults_and_no_name_is_used_twice():
    assert {fault.cause for fault in FAULTS} == set(Cause)
    assert len(BY_NAME) == len(FAULTS) >= 24


@pytest.mark.parametrize("one", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_two_to_four_levels_a_step_and_a_complaint(one):
    assert 2 <= len(set(one.labels)) <= 4
    assert one.step in STEPS
    assert one.complaint


def test_faults_stand_in_the_order_of_their_causes_and_those_of_one_module_as_it_declares_them():
    order = list(Cause)
    places = [order.index(fault.cause) for fault in FAULTS]
    assert places == sorted(places)
    of_equity = [fault.name for fault in FAULTS if fault.cause is Cause.SIZING_EQUITY]
    assert of_equity == ["drifting-equity", "currency-ratio", "frozen-equity", "lagging-equity", "deposit"]


def test_a_name_is_declared_once():
    declare = fault("shifted-cache", "again", cause=Cause.WARMUP, step=DecisionStep.FEATURES, levels=(1, 2))
    with pytest.raises(ValueError, match="two faults are called shifted-cache"):
        declare(lambda _planting: NO_OVERRIDES)


def test_there_are_at_least_twelve_controls_of_different_names():
    assert len({control.name for control in CONTROLS}) == len(CONTROLS) >= 12


def test_pairs_join_different_causes():
    assert len(set(PAIRS)) == len(PAIRS) >= 20
    assert all(find_fault(a)[0].cause != find_fault(b)[0].cause for a, b in PAIRS)


def test_the_five_causes_of_the_plan_keep_their_names():
    assert set(PLANTS) == {
        "shifted-cache", "short-preroll", "refitted-scaler", "drifting-equity", "float32-features",
    }  # fmt: skip


def test_a_name_alone_is_the_usual_level():
    assert find_fault("short-preroll") == (BY_NAME["short-preroll"], 30)
    assert find_fault("short-preroll:60")[1] == 60


def test_any_number_is_a_level_of_a_fault_with_numbers_and_any_column_of_one_with_columns():
    assert find_fault("shifted-cache:3")[1] == 3
    assert find_fault("deposit:-0.2")[1] == -0.2
    assert find_fault("shifted-column:ret_1h")[1] == "ret_1h"


def test_a_column_that_the_run_does_not_have_is_named(lab: Lab):
    with pytest.raises(ConfigError, match="no column `nonesuch`"):
        plant("shifted-column:nonesuch", lab.ground)


def test_held_out_levels_lie_between_the_usual_ones():
    assert held_out_levels(BY_NAME["short-preroll"]) == (42, 85, 173)
    assert held_out_levels(BY_NAME["dst-shift"]) == ()


@pytest.mark.parametrize("label", LABELS)
def test_planting_replaces_a_part_of_the_live_side(lab: Lab, label: str):
    overrides = plant(label, lab.ground).overrides
    assert any(getattr(overrides, f.name) != getattr(NO_OVERRIDES, f.name) for f in fields(overrides))


@pytest.mark.parametrize(
    "label",
    ["nonesuch", "shifted-cache:x", "shifted-cache:0", "shifted-cache:-1", "dst-shift:spring", "deposit:nan"],
)
def test_an_unknown_fault_or_level_is_named(lab: Lab, label: str):
    with pytest.raises(ConfigError, match=f"no fault `{label}`"):
        plant(label, lab.ground)


def test_two_faults_that_restart_the_engine_cannot_be_one(lab: Lab):
    parts = [plant(name, lab.ground).overrides for name in ("position-forgotten", "caps-forgotten")]
    with pytest.raises(ConfigError, match="restart the engine"):
        combined(parts)
