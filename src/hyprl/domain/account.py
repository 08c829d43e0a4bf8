"""The simulated account: what it owns, what it ordered, what it counts. Immutable; a bar turns one into the next.

Prices in quote currency, sizes in shares, money in account currency, bars counted from the run's first. Every number
is float64, sides and counts too, so that compiled code has one type for it and a saved state one spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from hyprl.domain.decisions import EXIT_NONE, NO_DIRECTION


class Order(NamedTuple):
    """An entry at the next bar's open: side 1, -1 or 0 (no order), size, distance of the stop from the fill."""

    side: float
    size: float
    stop_distance: float


class Position(NamedTuple):
    """What is held. With side 0 nothing is, and all but side and size still describe what was held last."""

    side: float
    size: float
    entry_price: float
    entry_bar: float
    stop: float
    target: float
    risk_distance: float
    best_price: float
    stop_trailed: float


class Session(NamedTuple):
    """The trading day (days since 1970-01-01; -1 before the first): the equity it began with, entries in it."""

    day: float
    start_equity: float
    trades: float


class Exit(NamedTuple):
    """How the last position was left; `kind` is EXIT_NONE unless that was in the last bar."""

    kind: float
    price: float
    side: float
    size: float
    pnl: float


class Account(NamedTuple):
    """One symbol's account after a bar. The order of the numbers is that of saved states."""

    cash: float
    equity: float
    position: Position
    pending: Order
    session: Session
    bar_count: float
    last_entry_bar: float
    exit: Exit
    entry_cost: float


NO_ORDER = Order(float(NO_DIRECTION), 0.0, 0.0)
NO_POSITION = Position(float(NO_DIRECTION), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
NO_EXIT = Exit(float(EXIT_NONE), 0.0, 0.0, 0.0, 0.0)
ACCOUNT_SIZE = 25


def account_values(account: Account) -> tuple[float, ...]:
    """Return an account's numbers in the order of saved states."""
    return (
        account.cash,
        account.equity,
        *account.position,
        *account.pending,
        *account.session,
        account.bar_count,
        account.last_entry_bar,
        *account.exit,
        account.entry_cost,
    )


def account_from(values: Sequence[float]) -> Account:
    """Return the account that has these numbers. Raises ValueError for too few or too many."""
    if len(values) != ACCOUNT_SIZE:
        raise ValueError(f"an account has {ACCOUNT_SIZE} numbers, not {len(values)}")
    numbers = iter(values)
    return Account(
        cash=next(numbers),
        equity=next(numbers),
        position=Position._make(islice(numbers, len(Position._fields))),
        pending=Order._make(islice(numbers, len(Order._fields))),
        session=Session._make(islice(numbers, len(Session._fields))),
        bar_count=next(numbers),
        last_entry_bar=next(numbers),
        exit=Exit._make(islice(numbers, len(Exit._fields))),
        entry_cost=next(numbers),
    )
