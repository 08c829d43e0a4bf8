"""StrategyEngine: gathers a bar's inputs, decides, names the outcome."""

import pytest

from hyprl.domain.account import NO_ORDER, Order
from hyprl.domain.bars import Bar, ClosedBar
from hyprl.errors import RiskError
from hyprl.kernel.account import open_account, place
from hyprl.risk.manager import RiskManager, SimulatedEquity
from hyprl.strategy.decide import Columns
from hyprl.strategy.engine import DecisionRules, StrategyEngine, StrategyInputs, describe

CLOSED = ClosedBar("NVDA", 7, 8, 20_000, 0, Bar(99.0, 101.0, 98.0, 100.0, 1e6))
FEATURES = [4.0, 0.0, 0.0]  # atr, trend return, regime
# A logistic model of one column whose weight is 0: probability sigmoid(0.4054651081081644) = 0.6.
WEIGHTS = [1.0, 0.0, 0.0, 0.4054651081081644, 0.0, 1.0, 0.0]


@pytest.fixture
def rules(link, parameters):
    kernel = link("atr_14")
    return DecisionRules(
        kernel.probability_of, kernel.decide, kernel.judge, WEIGHTS, parameters, Columns(0, 1, 2)
    )


@pytest.fixture
def account():
    return open_account(10_000.0)


def test_a_bar_is_decided_by_hand(rules, account):
    engine = StrategyEngine(rules, RiskManager(SimulatedEquity()))
    context, decision, order = engine.decide_signals_on_bar(CLOSED, FEATURES, True, account, float("nan"))
    assert describe(decision) == ("emit", "long", "emit")
    assert decision.probability_up == pytest.approx(0.6, abs=1e-15)
    assert (decision.position_size, decision.risk_amount) == (25.0, 200.0)
    assert (context.price, context.atr, context.equity) == (100.0, 4.0, 10_000.0)
    assert order == (1.0, 25.0, 8.0)  # the stop lies two ATR away


def test_the_same_inputs_give_the_same_decision_in_any_order(rules, account):
    engine = StrategyEngine(rules, RiskManager(SimulatedEquity()))
    calm, cold = (
        StrategyInputs(FEATURES, engine.decide_signals_on_bar(CLOSED, FEATURES, ready, account, 0.0).context)
        for ready in (True, False)
    )
    first = [engine.decide(inputs) for inputs in (calm, cold)]
    assert [repr(engine.decide(inputs)) for inputs in (cold, calm)] == [repr(d) for d in first[::-1]]


def test_parity_equity_sizes_but_leaves_the_daily_loss_to_the_account(rules, account):
    engine = StrategyEngine(rules, RiskManager(SimulatedEquity()), parity_equity={7: 20_000.0})
    context, decision, _ = engine.decide_signals_on_bar(CLOSED, FEATURES, True, account, float("nan"))
    assert engine.equity_source == "parity_equity"
    assert (decision.position_size, context.account_equity) == (50.0, 10_000.0)


def test_a_bar_without_parity_equity_is_an_error(rules, account):
    engine = StrategyEngine(rules, RiskManager(SimulatedEquity()), parity_equity={})
    with pytest.raises(RiskError):
        engine.decide_signals_on_bar(CLOSED, FEATURES, True, account, float("nan"))


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [(0, "emit"), (128, "emit"), (8, "emit"), (16, "data"), (32, "data"), (64, "data"), (512, "data")],
)
def test_only_flaws_of_prices_stop_a_trade(flaw, reason, rules, account):
    engine = StrategyEngine(rules, RiskManager(SimulatedEquity()))
    _, decision, _ = engine.decide_signals_on_bar(
        CLOSED._replace(flaws=flaw), FEATURES, True, account, float("nan")
    )
    assert describe(decision)[2] == reason


def test_an_open_position_is_seen_in_the_account(rules, account):
    account = account._replace(position=account.position._replace(side=-1.0, size=30.0))
    engine = StrategyEngine(rules, RiskManager(SimulatedEquity()))
    context, decision, order = engine.decide_signals_on_bar(CLOSED, FEATURES, True, account, float("nan"))
    assert describe(decision) == ("reject", "long", "position_open")
    assert order == NO_ORDER
    assert context.gross_exposure == 3_000.0


def test_an_order_that_waits_is_not_yet_a_position(rules, account):
    account = place(account, Order(1.0, 5.0, 8.0))
    engine = StrategyEngine(rules, RiskManager(SimulatedEquity()))
    judged = engine.decide_signals_on_bar(CLOSED, FEATURES, True, account, 0.0)
    assert not judged.context.position_open
