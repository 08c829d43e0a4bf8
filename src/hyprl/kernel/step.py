"""What one closed bar does: fill, gather what is known, decide, order. The order of these steps stands here, once.

Kernel code. `step` is the whole of it. Who must look between its parts, or takes one of them from elsewhere (a broker
that fills, a record of what was decided), calls `settle`, `judge` and `place` by themselves.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hyprl.domain.account import Account
from hyprl.domain.bars import PRICE_FLAWS, Bar, is_usable
from hyprl.domain.decisions import NO_DIRECTION, BarContext
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
        return account  # equity stays that of the last price that could be traded
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
    # By position, in the order of the fields: by name, the interpreter takes twice as long.
    return BarContext(
        observed.ready,
        (observed.flaws & PRICE_FLAWS) == 0 and is_usable(bar),
        account.position.side != NO_DIRECTION,
        bar.close,
        features[columns.atr],
        features[columns.trend],
        features[columns.regime],
        observed.sentiment_score,
        sizing_equity,
        account.equity,
        account.session.start_equity,
        account.position.size * bar.close,
        account.session.trades,
        account.bar_count - account.last_entry_bar,
    )
