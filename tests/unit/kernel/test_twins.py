"""The interpreted and the compiled kernel give the same bits on whatever hypothesis thinks of."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprl.backtest.run import RunInputs, run_window
from hyprl.domain.account import ACCOUNT_SIZE, account_from, account_values
from hyprl.domain.bars import Bar
from hyprl.domain.decisions import BarContext
from hyprl.domain.trades import RunWindow
from hyprl.features.registry import NVDA_V2
from hyprl.kernel.account import ExecutionParameters
from hyprl.kernel.step import Parameters
from hyprl.strategy.decide import Columns, Observed, StrategyParameters

SHARE = st.floats(0.0, 1.0)
COUNT = st.integers(0, 5).map(float)
RULES = st.builds(
    StrategyParameters, st.floats(0.45, 1.0), st.floats(0.0, 0.55), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5),
    st.floats(-1.0, 0.2), st.floats(-0.2, 1.0), st.sampled_from([0.0, 1.0, 2.0]), st.floats(-1.0, 1.0), SHARE,
    st.floats(0.1, 5.0), st.floats(0.1, 5.0), st.floats(0.1, 3.0), SHARE, SHARE, st.floats(0.1, 2.0),
    st.floats(0.1, 2.0), COUNT, COUNT,
)  # fmt: skip
COSTS = st.builds(
    ExecutionParameters, st.floats(0.0, 0.01), st.floats(0.0, 0.01), st.floats(0.0, 0.01), st.floats(0.0, 0.1),
    st.floats(0.1, 5.0), st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.1, 2.0),
)  # fmt: skip
WEIGHTS = st.lists(st.floats(-3.0, 3.0), min_size=19, max_size=19)
SEED = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def twins(link):
    return link(*NVDA_V2), link(*NVDA_V2, compiled=True)


def random_bars(make_bars, seed, count=160):
    """A random walk with holes, gaps, flat stretches and dead volume; only elementwise arithmetic."""
    draw = np.random.default_rng(seed)
    steps = draw.choice([0.0, 0.002, 0.02, 0.2], count) * (draw.random(count) - 0.5)
    close = 50.0 * np.cumprod(1.0 + steps)
    opened = close * (1.0 + draw.choice([0.0, 0.01], count) * (draw.random(count) - 0.5))
    high = np.maximum(opened, close) * (1.0 + draw.choice([0.0, 0.01], count) * draw.random(count))
    low = np.minimum(opened, close) * (1.0 - draw.choice([0.0, 0.01], count) * draw.random(count))
    close[draw.random(count) < 0.02] = math.nan
    volume = draw.choice([0.0, 1000.0], count) * draw.random(count)
    return make_bars(close, open=opened, high=high, low=low, volume=volume)


@settings(max_examples=60, deadline=None)
@given(SEED, WEIGHTS, st.tuples(RULES, COSTS))
def test_whole_runs_have_equal_bits(twins, make_bars, seed, coefficients, rules_and_costs):
    rules, costs = rules_and_costs
    series = random_bars(make_bars, seed)
    weights = (19.0, 0.0, 0.0, coefficients[0], *[0.0] * 19, *[5.0] * 19, *coefficients)
    opens = series.open_utc_us
    inputs = RunInputs(
        weights, Parameters(rules, costs, Columns(4, 3, 12)), 10_000.0, np.zeros(0), opens[::9],
        np.sin(opens[::9]), 4 * 3_600_000_000,
    )  # fmt: skip
    left, right = (run_window(kernel, RunWindow(series, 20), inputs, record=True) for kernel in twins)
    assert left.features.tobytes() == right.features.tobytes()
    assert left.contexts.tobytes() == right.contexts.tobytes()
    assert left.decisions.tobytes() == right.decisions.tobytes()
    assert left.equity.tobytes() == right.equity.tobytes()
    assert left.trade_rows.tobytes() == right.trade_rows.tobytes()
    assert (left.final_equity, left.exposed_bars) == (right.final_equity, right.exposed_bars)


ANY = st.floats(allow_nan=False, allow_infinity=False, width=64)
CONTEXT = st.builds(
    BarContext, st.booleans(), st.booleans(), st.booleans(), st.floats(0.01, 1e6), st.floats(0.0, 1e4),
    st.floats(-1.0, 1.0), st.sampled_from([0.0, 1.0]), st.one_of(st.just(math.nan), st.floats(-1.0, 1.0)),
    st.floats(-1e6, 1e9), st.floats(-1e6, 1e9), st.floats(0.0, 1e9), st.floats(0.0, 1e9), COUNT, COUNT,
)  # fmt: skip


def bits(values):
    return np.array([float(value) for value in values]).tobytes()


@settings(max_examples=400, deadline=None)
@given(st.lists(st.floats(-10.0, 10.0), min_size=19, max_size=19), WEIGHTS, CONTEXT, RULES)
def test_decisions_have_equal_bits(twins, features, coefficients, context, rules):
    weights = (19.0, 0.0, 0.0, coefficients[1], *[0.5] * 19, *[2.0] * 19, *coefficients)
    found = []
    for kernel in twins:
        vectors = kernel.vector(features), kernel.vector(weights)
        probability = kernel.probability_of(*vectors, context.features_ready)
        found.append(bits(kernel.decide(probability, context, rules)))
    assert found[0] == found[1]


ACCOUNT = st.lists(st.floats(-1e4, 1e4), min_size=ACCOUNT_SIZE, max_size=ACCOUNT_SIZE).map(account_from)
BAR = st.builds(Bar, *[st.one_of(st.floats(0.01, 1e4), st.just(math.nan))] * 5)


@settings(max_examples=400, deadline=None)
@given(ACCOUNT, st.tuples(BAR, st.integers(0, 3)), COSTS, st.sampled_from([-1.0, 0.0, 1.0]))
def test_fills_have_equal_bits_on_any_account(twins, account, bar_and_session, costs, side):
    bar, session = bar_and_session
    account = account._replace(
        position=account.position._replace(side=side), pending=account.pending._replace(side=-side)
    )
    results = []
    for kernel in twins:
        settled = kernel.settle(account, bar, session, costs)
        results.append(bits(account_values(settled)))
        results.append(bits(account_values(kernel.flatten(settled, bar.close, costs))))
    assert results[:2] == results[2:]


@settings(max_examples=400, deadline=None)
@given(ACCOUNT, BAR, st.tuples(st.lists(ANY, min_size=3, max_size=3), SHARE), RULES)
def test_judgements_have_equal_bits_on_any_account(twins, account, bar, features_and_probability, rules):
    features, probability = features_and_probability
    found = []
    for kernel in twins:
        observed = Observed(bar, 0, kernel.vector(features), True, probability, math.nan)
        judged = kernel.judge(account, observed, 10_000.0, rules, Columns(0, 1, 2))
        found.append([bits(part) for part in judged])
        assert [type(part).__name__ for part in judged] == ["BarContext", "Decision", "Order"]
    assert found[0] == found[1]
