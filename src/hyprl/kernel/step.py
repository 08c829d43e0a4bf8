"""What one closed bar does: fill, gather what is known, decide, order. The order of these steps stands here, once.

Kernel code. `step` is the whole of it. Who must look between its parts, or takes one of them from elsewhere (a broker
that fills, a record of what was decided), calls `settle`, `judge` and `place` by themselves.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hyprl.domain.account import Account
from hyprl.domain.bars import PRICE_FLAWS, Bar, is_usable
from hyprl.domain.decisions import NO_DIRECTION, DecidedBar
from hyprl.kernel.account import (
    ExecutionParameters,
    begin_bar,
    check_exits,
    enter,
    mark,
    place,
    trail_stop,
)
from hyprl.strategy.decide import (
    BarContext,
    Columns,
    Judged,
    Observed,
    StrategyParameters,
    decide,
    order_of,
)


class Parameters(NamedTuple):
    """Every constant of a run."""

    strategy: StrategyParameters
    execution: ExecutionParameters
    columns: Columns


class Stepped(NamedTuple):
    """What a bar led to: the account with its new order, and how the bar was judged."""

    account: Account
    judged: Judged


def step(
    account: Account, session: int, observed: Observed, injected_equity: float, parameters: Parameters
) -> Stepped:
    """Take an account over one closed bar; `injected_equity` sizes in the account's place unless it is NaN."""
    account = settle(account, observed.bar, session, parameters.execution)
    equity = account.equity if math.isnan(injected_equity) else injected_equity
    judged = judge(account, observed, equity, parameters.strategy, parameters.columns)
    return Stepped(place(account, judged.order), judged)


def settle(account: Account, bar: Bar, session: int, execution: ExecutionParameters) -> Account:
    """Apply one bar that is now closed: session, entry at its open, exits within it, trailing stop, equity.

    Nothing fills in an unusable bar; a pending entry waits for the next one.
    """
    account = begin_bar(account, session)
    if not is_usable(bar):
        return account
    if account.pending.side != NO_DIRECTION:
        account = enter(account, bar, execution)
    if account.position.side != NO_DIRECTION:
        account = check_exits(account, bar, execution)
    held = account.position
    if held.side != NO_DIRECTION:
        held = trail_stop(held, bar, execution)
    return mark(account, held, bar.close)


def judge(
    account: Account,
    observed: Observed,
    sizing_equity: float,
    strategy: StrategyParameters,
    columns: Columns,
) -> Judged:
    """Decide a bar on the account that it left: what is known, the decision, the order that follows from it."""
    context = context_of(account, observed, sizing_equity, columns)
    decision = decide(observed.probability_up, context, strategy)
    return Judged(context, decision, order_of(decision, context, strategy))


def context_of(account: Account, observed: Observed, sizing_equity: float, columns: Columns) -> BarContext:
    """Gather what the decision may read; `sizing_equity` is what sizing uses."""
    bar, features = observed.bar, observed.features
    return BarContext(
        features_ready=observed.ready,
        data_ok=(observed.flaws & PRICE_FLAWS) == 0 and is_usable(bar),
        position_open=account.position.side != NO_DIRECTION,
        price=bar.close,
        atr=features[columns.atr],
        trend_return=features[columns.trend],
        regime_high=features[columns.regime],
        sentiment_score=observed.sentiment_score,
        equity=sizing_equity,
        account_equity=account.equity,
        session_start_equity=account.session.start_equity,
        gross_exposure=account.position.size * bar.close,
        trades_today=account.session.trades,
        bars_since_entry=account.bar_count - account.last_entry_bar,
    )


def decided_bar(judged: Judged, headlines: int) -> DecidedBar:
    """Return a judged bar as what a trace keeps of it; `headlines` counts those published by its close."""
    context, decision = judged.context, judged.decision
    return DecidedBar(
        probability_up=decision.probability_up,
        direction=decision.direction,
        reason=decision.reason,
        trend_ok=decision.trend_ok,
        sentiment_ok=decision.sentiment_ok,
        expected_pnl=decision.expected_pnl,
        position_size=decision.position_size,
        risk_amount=decision.risk_amount,
        sizing_equity=context.equity,
        equity=context.account_equity,
        sentiment_score=context.sentiment_score,
        headlines=headlines,
        position_open=context.position_open,
        session_start_equity=context.session_start_equity,
        gross_exposure=context.gross_exposure,
        trades_today=context.trades_today,
        bars_since_entry=context.bars_since_entry,
    )
