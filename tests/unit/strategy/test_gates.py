"""Each gate fires exactly where it should, in the stated order, and nothing escapes them."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyprl.domain.decisions import DIRECTION_NAMES, REASON_NAMES
from hyprl.strategy.decide import (
    REGIME_CALM,
    REGIME_TURBULENT,
    BarContext,
    StrategyParameters,
    decide,
)

ORDER = ["data", "position_open", "threshold", "trend", "sentiment", "ev", "size", "risk"]


@dataclass(frozen=True)
class Violation:
    """How to make one gate refuse a long at 0.6: changes of the context, the parameters, the probability."""

    gate: str
    context: dict
    parameters: dict
    probability_up: float | None = None


VIOLATIONS = {
    "flawed bar": Violation("data", {"data_ok": False}, {}),
    "in position": Violation("position_open", {"position_open": True}, {}),
    "undecided": Violation("threshold", {}, {}, 0.5),
    "falling": Violation("trend", {"trend_return": -0.03}, {}),
    "bad news": Violation("sentiment", {"sentiment_score": -0.6}, {}),
    "euphoria": Violation("sentiment", {"sentiment_score": 0.6}, {}),
    "turbulent": Violation("sentiment", {"regime_high": 1.0}, {"regime": REGIME_CALM}),
    "calm": Violation("sentiment", {"regime_high": 0.0}, {"regime": REGIME_TURBULENT}),
    "poor bet": Violation("ev", {}, {"min_ev_multiple": 0.9}),
    "too small": Violation("size", {}, {"min_size": 25.1}),
    "no range": Violation("size", {"atr": 0.0}, {}),
    "broke": Violation("size", {"equity": 0.0}, {}),
    "in debt": Violation("size", {"equity": -5.0}, {}),
    "daily loss": Violation("risk", {"account_equity": 9_700.0}, {}),
    "notional": Violation("risk", {}, {"max_trade_notional_fraction": 0.24}),
    "exposure": Violation("risk", {"gross_exposure": 7_600.0}, {}),
    "trades a day": Violation("risk", {"trades_today": 3.0}, {}),
    "too soon": Violation("risk", {"bars_since_entry": 4.0}, {"min_bars_between_entries": 5.0}),
}


def reason(probability_up, context, parameters):
    return REASON_NAMES[decide(probability_up, context, parameters).reason]


def test_nothing_in_the_way_is_an_entry(context, parameters):
    decision = decide(0.6, context, parameters)
    assert REASON_NAMES[decision.reason] == "emit" and DIRECTION_NAMES[decision.direction] == "long"
    assert (decision.position_size, decision.risk_amount, decision.expected_pnl) == (25.0, 200.0, 160.0)
    assert decision.trend_ok and decision.sentiment_ok


def test_every_gate_has_a_violation():
    assert {violation.gate for violation in VIOLATIONS.values()} == set(ORDER)


@pytest.mark.parametrize("violation", VIOLATIONS.values(), ids=VIOLATIONS)
def test_one_violation_is_named(violation, context, parameters):
    probability = 0.6 if violation.probability_up is None else violation.probability_up
    changed = context._replace(**violation.context), parameters._replace(**violation.parameters)
    assert reason(probability, *changed) == violation.gate


PAIRS = [
    (first, second)
    for first in VIOLATIONS
    for second in VIOLATIONS
    if ORDER.index(VIOLATIONS[first].gate) < ORDER.index(VIOLATIONS[second].gate)
    and not VIOLATIONS[first].context.keys() & VIOLATIONS[second].context.keys()
]
# Without a size there is no risk amount: an expectation of 0 meets any multiple of 0.
PAIRS = [pair for pair in PAIRS if not (pair[0] == "poor bet" and VIOLATIONS[pair[1]].gate == "size")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_two_violations_the_earlier_gate_is_named(first, second, context, parameters):
    both = VIOLATIONS[first], VIOLATIONS[second]
    probability = 0.6
    for violation in both:
        context = context._replace(**violation.context)
        parameters = parameters._replace(**violation.parameters)
        probability = probability if violation.probability_up is None else violation.probability_up
    assert reason(probability, context, parameters) == both[0].gate


def test_warmup_comes_before_everything_but_bad_data(context, parameters):
    cold = context._replace(features_ready=False, position_open=True, trend_return=-1.0)
    assert reason(math.nan, cold, parameters) == "warmup"
    assert reason(math.nan, cold._replace(data_ok=False), parameters) == "data"


def test_nothing_is_computed_without_features(context, parameters):
    decision = decide(math.nan, context._replace(features_ready=False), parameters)
    assert math.isnan(decision.probability_up) and math.isnan(decision.position_size)
    assert math.isnan(decision.expected_pnl) and math.isnan(decision.risk_amount)
    assert decision.direction == 0


@pytest.mark.parametrize(
    ("probability_up", "direction"),
    [
        (0.6, "long"), (math.nextafter(0.6, 0.0), "none"), (1.0, "long"), (0.4, "short"),
        (math.nextafter(0.4, 1.0), "none"), (0.0, "short"), (0.5, "none"),
    ],
)  # fmt: skip
def test_thresholds_are_inclusive(probability_up, direction, context, parameters):
    decision = decide(probability_up, context, parameters)
    assert DIRECTION_NAMES[decision.direction] == direction
    assert REASON_NAMES[decision.reason] == ("threshold" if direction == "none" else "emit")


@pytest.mark.parametrize("violation", VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_rejected_bar_still_has_size_and_expectation(violation, context, parameters):
    probability = 0.6 if violation.probability_up is None else violation.probability_up
    changed = context._replace(**violation.context), parameters._replace(**violation.parameters)
    decision = decide(probability, *changed)
    no_size = violation.gate == "size"
    assert decision.position_size == (0.0 if no_size else 25.0)
    assert decision.risk_amount == (0.0 if no_size else 200.0)
    # 200 * (3 p - 1): 160 at 0.6 and 100 at 0.5.
    assert decision.expected_pnl == (0.0 if no_size else pytest.approx(200 * (3 * probability - 1)))


def test_a_short_wins_when_prices_fall(context, parameters):
    decision = decide(0.3, context, parameters)
    assert (DIRECTION_NAMES[decision.direction], decision.expected_pnl) == ("short", 220.0)


def test_the_expectation_of_an_undecided_bar_is_that_of_the_side_it_leans_to(context, parameters):
    assert decide(0.55, context, parameters).expected_pnl == pytest.approx(200 * (3 * 0.55 - 1))
    assert decide(0.45, context, parameters).expected_pnl == pytest.approx(200 * (3 * 0.55 - 1))


@pytest.mark.parametrize(
    ("probability_up", "trend", "expected"),
    [(0.6, -0.02, "emit"), (0.6, -0.0201, "trend"), (0.4, 0.02, "emit"), (0.4, 0.0201, "trend")],
)
def test_trend_limits_are_inclusive_and_mirror_for_shorts(
    probability_up, trend, expected, context, parameters
):
    assert reason(probability_up, context._replace(trend_return=trend), parameters) == expected


@pytest.mark.parametrize("score", [-0.5, 0.0, 0.5, math.nan])
def test_a_score_inside_its_band_or_none_at_all_passes(score, context, parameters):
    assert reason(0.6, context._replace(sentiment_score=score), parameters) == "emit"


def test_expectation_at_the_minimum_passes(context, parameters):
    assert reason(0.6, context, parameters._replace(min_ev_multiple=0.8)) == "emit"


@pytest.mark.parametrize(
    ("limits", "state"),
    [
        ({}, {"account_equity": 9_700.01}),
        ({"max_trade_notional_fraction": 0.25}, {}),
        ({}, {"gross_exposure": 7_500.0}),
        ({}, {"trades_today": 2.0}),
        ({"min_bars_between_entries": 5.0}, {"bars_since_entry": 5.0}),
    ],
    ids=["daily loss", "notional", "exposure", "trades a day", "bars between"],
)
def test_each_cap_holds_up_to_its_limit(limits, state, context, parameters):
    assert reason(0.6, context._replace(**state), parameters._replace(**limits)) == "emit"


any_float = st.floats(allow_nan=True, allow_infinity=True)
finite = st.floats(allow_nan=False, allow_infinity=False)
contexts = st.builds(
    BarContext, st.booleans(), st.booleans(), st.booleans(), finite, finite, finite, st.sampled_from([0.0, 1.0]),
    any_float, finite, finite, finite, finite, finite, finite,
)  # fmt: skip
rules = st.builds(StrategyParameters, *[finite] * 6, st.sampled_from([0.0, 1.0, 2.0]), *[finite] * 11)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.floats(0.0, 1.0), st.just(math.nan)), contexts, rules)
def test_any_bar_gets_exactly_one_reason(probability_up, bar, limits):
    decision = decide(probability_up, bar, limits)
    assert decision.reason in range(len(REASON_NAMES)) and decision.direction in DIRECTION_NAMES
    if decision.reason == 9:
        assert bar.features_ready and bar.data_ok and not bar.position_open
        assert decision.direction != 0 and decision.position_size > 0.0


@settings(max_examples=200, deadline=None)
@given(st.floats(0.0, 1.0), st.floats(-1e6, 1e6), st.floats(0.0, 100.0), st.floats(-1e6, 1e6))
def test_no_entry_without_range_or_equity(probability_up, equity, atr, account_equity):
    limits = StrategyParameters(0.6, 0.4, -1, 1, -1, 1, 0, 0, 0.02, 2, 2, 1, 0, 1.0, 1, 1, 3, 0)
    bar = BarContext(True, True, False, 100.0, atr, 0.0, 0.0, 0.0, equity, account_equity, 1e4, 0.0, 0.0, 9.0)
    if decide(probability_up, bar, limits).reason == 9:
        assert equity > 0.0 and atr > 0.0 and account_equity > 0.0
