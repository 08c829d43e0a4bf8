"""The simulated account's fill rules: entries, exits, trailing stops, equity; one position at a time.

Kernel code: every rule takes an account and returns the next one. Entry at the next bar's open plus slippage; a gap
through a level fills at the open; stop before target when a bar touches both; a trailing stop moves at the close and
works from the next bar on.
"""

from __future__ import annotations

from typing import NamedTuple

from hyprl.domain.account import NO_EXIT, NO_ORDER, NO_POSITION, Account, Exit, Order, Position, Session
from hyprl.domain.bars import Bar
from hyprl.domain.decisions import (
    EXIT_END,
    EXIT_NONE,
    EXIT_STOP,
    EXIT_TARGET,
    EXIT_TRAILING,
    NO_DIRECTION,
)
from hyprl.domain.trades import Trade

# Before any entry: so long ago that no cap on bars between entries can refuse the first.
NEVER = -1e18


class ExecutionParameters(NamedTuple):
    """Costs and exits: fractions of price or notional, multiples of the initial stop distance (R)."""

    slippage: float
    stop_slippage: float
    commission: float
    commission_per_share: float
    reward_multiple: float
    trailing_activation_r: float
    trailing_distance_r: float


def open_account(initial_equity: float) -> Account:
    """Return an account that holds cash alone."""
    return Account(
        cash=initial_equity,
        equity=initial_equity,
        position=NO_POSITION,
        pending=NO_ORDER,
        session=Session(-1.0, initial_equity, 0.0),
        bar_count=0.0,
        last_entry_bar=NEVER,
        exit=NO_EXIT,
        entry_cost=0.0,
    )


def place(account: Account, order: Order) -> Account:
    """Order an entry for the next bar's open. No order leaves alone what already waits."""
    if order.side == NO_DIRECTION:
        return account
    return Account(
        account.cash,
        account.equity,
        account.position,
        order,
        account.session,
        account.bar_count,
        account.last_entry_bar,
        account.exit,
        account.entry_cost,
    )


def commission_of(price: float, size: float, execution: ExecutionParameters) -> float:
    """Cost of one side of a trade, in account currency."""
    return price * size * execution.commission + size * execution.commission_per_share


def begin_bar(account: Account, session: int) -> Account:
    """Count a bar; the first of a session starts the day's count of trades and keeps the equity it began with."""
    today, left = account.session, account.exit
    # Before any fill: an entry at the session's open counts for it, and its loss is measured from the close before.
    if today.day != session:
        today = Session(float(session), account.equity, 0.0)
    if left.kind != EXIT_NONE:
        left = past(left)
    return Account(
        account.cash,
        account.equity,
        account.position,
        account.pending,
        today,
        account.bar_count + 1.0,
        account.last_entry_bar,
        left,
        account.entry_cost,
    )


def enter(account: Account, bar: Bar, execution: ExecutionParameters) -> Account:
    """Fill the pending entry at the bar's open plus slippage."""
    order, today = account.pending, account.session
    price = bar.open * (1.0 + order.side * execution.slippage)
    cost = commission_of(price, order.size, execution)
    # Levels lie around the fill, not around the close that was decided on: a gap changes the price, not the risk.
    return Account(
        cash=account.cash - cost,
        equity=account.equity,
        position=Position(
            side=order.side,
            size=order.size,
            entry_price=price,
            entry_bar=account.bar_count,
            stop=price - order.side * order.stop_distance,
            target=price + order.side * order.stop_distance * execution.reward_multiple,
            risk_distance=order.stop_distance,
            best_price=price,
            stop_trailed=0.0,
        ),
        pending=taken(order),
        session=Session(today.day, today.start_equity, today.trades + 1.0),
        bar_count=account.bar_count,
        last_entry_bar=account.bar_count,
        exit=account.exit,
        entry_cost=cost,
    )


def check_exits(account: Account, bar: Bar, execution: ExecutionParameters) -> Account:
    """Close at the open if it gapped through a level, else at the stop, else at the target, if touched."""
    held = account.position
    side, stop, target = held.side, held.stop, held.target
    adverse = bar.low if side > 0.0 else bar.high
    favourable = bar.high if side > 0.0 else bar.low
    stop_kind = EXIT_TRAILING if held.stop_trailed > 0.0 else EXIT_STOP
    slip = 1.0 - side * execution.stop_slippage
    # The open is the one price whose place in the bar is known, so it comes before both levels. Of two levels inside
    # the bar the worse is taken: which came first is not known.
    if side * (bar.open - stop) <= 0.0:
        return leave(account, bar.open * slip, stop_kind, execution)
    if side * (bar.open - target) >= 0.0:
        return leave(account, bar.open, EXIT_TARGET, execution)
    if side * (adverse - stop) <= 0.0:
        return leave(account, stop * slip, stop_kind, execution)
    if side * (favourable - target) >= 0.0:
        return leave(account, target, EXIT_TARGET, execution)
    return account


def leave(account: Account, price: float, kind: int, execution: ExecutionParameters) -> Account:
    """Close the position at `price`; the exit tells the trade."""
    held = account.position
    cost = commission_of(price, held.size, execution)
    gain = held.side * held.size * (price - held.entry_price)
    # All but side and size stays: `closed_trade` reads it, and saved states keep their bytes.
    return Account(
        cash=account.cash + (gain - cost),
        equity=account.equity,
        position=Position(
            side=float(NO_DIRECTION),
            size=0.0,
            entry_price=held.entry_price,
            entry_bar=held.entry_bar,
            stop=held.stop,
            target=held.target,
            risk_distance=held.risk_distance,
            best_price=held.best_price,
            stop_trailed=held.stop_trailed,
        ),
        pending=account.pending,
        session=account.session,
        bar_count=account.bar_count,
        last_entry_bar=account.last_entry_bar,
        exit=Exit(float(kind), price, held.side, held.size, gain - cost - account.entry_cost),
        entry_cost=account.entry_cost,
    )


def trail_stop(held: Position, bar: Bar, execution: ExecutionParameters) -> Position:
    """Move the stop behind the best price once the trade has earned the activation distance."""
    if execution.trailing_activation_r <= 0.0:
        return held
    side, stop, best, trailed = held.side, held.stop, held.best_price, held.stop_trailed
    reached = bar.high if side > 0.0 else bar.low
    if side * (reached - best) > 0.0:
        best = reached
    if side * (best - held.entry_price) >= execution.trailing_activation_r * held.risk_distance:
        # Works from the next bar on: whether this bar's adverse price came before its best one is not known.
        candidate = best - side * execution.trailing_distance_r * held.risk_distance
        if side * (candidate - stop) > 0.0:
            stop, trailed = candidate, 1.0
    return Position(
        side,
        held.size,
        held.entry_price,
        held.entry_bar,
        stop,
        held.target,
        held.risk_distance,
        best,
        trailed,
    )


def mark(account: Account, held: Position, close: float) -> Account:
    """Return the account with this position, valued at the bar's close."""
    return Account(
        account.cash,
        account.cash + held.side * held.size * (close - held.entry_price),
        held,
        account.pending,
        account.session,
        account.bar_count,
        account.last_entry_bar,
        account.exit,
        account.entry_cost,
    )


def flatten(account: Account, price: float, execution: ExecutionParameters) -> Account:
    """End of the run: drop a pending entry and close what is open at the last close."""
    left = past(account.exit)
    if account.position.side != NO_DIRECTION:
        account = leave(account, price, EXIT_END, execution)
        left = account.exit
    return Account(
        account.cash,
        account.cash,
        account.position,
        taken(account.pending),
        account.session,
        account.bar_count,
        account.last_entry_bar,
        left,
        account.entry_cost,
    )


def past(left: Exit) -> Exit:
    """Return an exit as one that was not in the last bar."""
    return Exit(float(EXIT_NONE), left.price, left.side, left.size, left.pnl)


def taken(order: Order) -> Order:
    """Return an order as one that waits no longer."""
    return Order(float(NO_DIRECTION), order.size, order.stop_distance)


def closed_trade(account: Account) -> Trade:
    """Return the trade that the account's last bar closed; bars counted from the run's first, which is 0."""
    held, left = account.position, account.exit
    return Trade(
        entry_bar=int(held.entry_bar) - 1,
        exit_bar=int(account.bar_count) - 1,
        side=int(left.side),
        size=left.size,
        entry_price=held.entry_price,
        exit_price=left.price,
        pnl=left.pnl,
        exit_kind=int(left.kind),
    )
