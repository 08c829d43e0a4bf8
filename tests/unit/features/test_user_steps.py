"""What a user's own step may do wrong, and how it is named."""

import math

import pytest

from hyprl.errors import FeatureError
from hyprl.features.pipeline import FeaturePipeline
from hyprl.features.registry import register_feature


def divides(state, bar):
    return 1.0 / (bar.close - 2.0)


def returns_nothing(state, bar):
    return None


def misspells(state, bar):
    return bar.clos


def overruns(state, bar):
    return state[10]


def counts(state, bar):
    state[0] += 1
    return int(state[0])


@pytest.mark.parametrize("step", [divides, returns_nothing, misspells, overruns])
def test_a_failing_step_is_a_named_error_on_its_bar(step, link, make_bars):
    name = f"failing_{step.__name__}"
    register_feature(name, step, state_size=1, bars_needed=1)
    series = make_bars([1.0, 2.0])
    with pytest.raises(FeatureError, match="a feature step failed"):
        link(name).feature_frame(series)
    pipeline = FeaturePipeline(link(name))
    with pytest.raises(FeatureError, match=r"on the bar that opens at \d+ µs UTC"):
        for index in range(2):
            pipeline.update(series.bar(index))


@pytest.mark.parametrize("step", [returns_nothing, misspells])
def test_a_step_that_numba_cannot_compile_is_a_named_error(step, link, make_bars):
    name = f"uncompilable_{step.__name__}"
    register_feature(name, step, state_size=1, bars_needed=1)
    with pytest.raises(FeatureError, match=r"a feature step failed \(TypingError"):
        link(name, compiled=True).feature_frame(make_bars([1.0]))


def test_a_division_by_zero_in_compiled_code_is_not_a_number_that_passes(link, make_bars):
    register_feature("dividing", divides, state_size=0, bars_needed=1)
    frame = link("dividing", compiled=True).feature_frame(make_bars([1.0, 2.0]))
    assert frame[0, 0] == -1.0 and not math.isfinite(frame[1, 0])


def test_an_integer_result_becomes_a_float(link, make_bars):
    register_feature("counting", counts, state_size=1, bars_needed=1)
    pipeline = FeaturePipeline(link("counting"))
    pipeline.update(make_bars([1.0]).bar(0))
    assert type(pipeline.row[0]) is float


def test_steps_of_one_factory_keep_their_own_constants(link, make_bars):
    def make(factor):
        def step(state, bar):
            return bar.close * factor

        return step

    register_feature("times_three", make(3.0), state_size=0, bars_needed=1)
    register_feature("times_five", make(5.0), state_size=0, bars_needed=1)
    for compiled in (False, True):
        frame = link("times_three", "times_five", compiled=compiled).feature_frame(make_bars([2.0]))
        assert frame.tolist() == [[6.0, 10.0]]


def test_steps_on_one_line_keep_their_own_constants(link, make_bars):
    steps = [lambda state, bar: bar.close + 7.0, lambda state, bar: bar.close + 9.0]
    for name, step in zip(("plus_seven", "plus_nine"), steps, strict=True):
        register_feature(name, step, state_size=0, bars_needed=1)
    frame = link("plus_seven", "plus_nine", compiled=True).feature_frame(make_bars([2.0]))
    assert frame.tolist() == [[9.0, 11.0]]


def step_1(value):
    return value * 1000.0


def features_step(value):
    return value + 0.5


def calls_names_of_the_kernel(state, bar):
    return features_step(step_1(bar.close))


@pytest.mark.parametrize("compiled", [False, True])
def test_a_helper_may_bear_a_name_that_the_kernel_uses(compiled, link, make_bars):
    register_feature("clashing_names", calls_names_of_the_kernel, state_size=0, bars_needed=1)
    frame = link("clashing_names", "range_pct", compiled=compiled).feature_frame(make_bars([2.0]))
    assert frame.tolist() == [[2000.5, 0.0]]
