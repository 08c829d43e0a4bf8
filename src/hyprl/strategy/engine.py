"""StrategyEngine: the decision as an engine calls it, pure and the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hyprl.domain.account import Account
from hyprl.domain.bars import ClosedBar
from hyprl.domain.decisions import DIRECTION_NAMES, EMIT, REASON_NAMES, BarContext, Decision
from hyprl.risk.manager import ParityEquity, RiskManager
from hyprl.strategy.decide import Columns, Judged, Observed, StrategyParameters


@dataclass(frozen=True, slots=True)
class StrategyInputs:
    """Everything that a decision reads: the bar's features in plan order, and what is known at its close."""

    features: Sequence[float]
    context: BarContext


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """The linked kernel functions and constants of one run."""

    probability_of: Callable[..., float]
    decide: Callable[..., Decision]
    judge: Callable[..., Judged]
    weights: Any
    parameters: StrategyParameters
    columns: Columns


class StrategyEngine:
    """Decides bars. Holds constants only: the same inputs give the same decision, in any order."""

    __slots__ = ("_risk", "rules")

    def __init__(
        self, rules: DecisionRules, risk: RiskManager, parity_equity: Mapping[int, float] | None = None
    ) -> None:
        self.rules = rules
        self._risk = risk if parity_equity is None else RiskManager(ParityEquity(parity_equity))

    @property
    def equity_source(self) -> str:
        """Return where sizing equity comes from: simulated, parity_equity or account."""
        return self._risk.equity_source

    def decide(self, inputs: StrategyInputs) -> Decision:
        """Decide one closed bar; pure and total."""
        rules, context = self.rules, inputs.context
        probability = rules.probability_of(inputs.features, rules.weights, context.features_ready)
        return rules.decide(probability, context, rules.parameters)

    def decide_signals_on_bar(
        self, closed: ClosedBar, features: Sequence[float], ready: bool, account: Account, score: float
    ) -> Judged:
        """Judge a bar on the account that it left; `score` is NaN without a headline.

        Sizing equity comes from the risk manager. Raises RiskError without one.
        """
        rules = self.rules
        equity = self._risk.sizing_equity(closed.open_utc_us, account.equity)
        probability = rules.probability_of(features, rules.weights, ready)
        observed = Observed(closed.bar, closed.flaws, features, ready, probability, score)
        return rules.judge(account, observed, equity, rules.parameters, rules.columns)


def describe(decision: Decision) -> tuple[str, str, str]:
    """Return decision (`emit` or `reject`), direction and reason as words."""
    word = "emit" if decision.reason == EMIT else "reject"
    return word, DIRECTION_NAMES[int(decision.direction)], REASON_NAMES[int(decision.reason)]
