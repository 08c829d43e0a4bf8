"""The simulated account: fill rules, stops, equity; one position at a time.

Kernel code. The account is one sequence of float64 (list or array), addressed by the names below, so that a snapshot
is a copy. Rules: entry at the next bar's open plus slippage; a gap through a level fills at the open; stop before
target when a bar touches both; a trailing stop moves at the close and works from the next bar on.
"""

from __future__ import annotations

from typing import NamedTuple

from hyprl.domain.account import (
    ACCOUNT_SIZE,
    BAR_COUNT,
    BEST_PRICE,
    CASH,
    ENTRY_BAR,
    ENTRY_COST,
    ENTRY_PRICE,
    EQUITY,
    EXIT_KIND,
    EXIT_PNL,
    EXIT_PRICE,
    EXIT_SIDE,
    EXIT_SIZE,
    LAST_ENTRY_BAR,
    PENDING_SIDE,
    PENDING_SIZE,
    PENDING_STOP,
    RISK_DISTANCE,
    SESSION,
    SESSION_START_EQUITY,
    SIDE,
    SIZE,
    STOP,
    STOP_TRAILED,
    TARGET,
    TRADES_TODAY,
)
from hyprl.domain.bars import Bar, MutableVector, is_usable
from hyprl.domain.decisions import (
    EXIT_END,
    EXIT_NONE,
    EXIT_STOP,
    EXIT_TARGET,
    EXIT_TRAILING,
    NO_DIRECTION,
)

Account = MutableVector

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


def open_account(account: Account, initial_equity: float) -> None:
    """Reset to cash alone."""
    for index in range(ACCOUNT_SIZE):
        account[index] = 0.0
    account[CASH] = initial_equity
    account[EQUITY] = initial_equity
    account[SESSION] = -1.0
    account[SESSION_START_EQUITY] = initial_equity
    account[LAST_ENTRY_BAR] = NEVER


def place_entry(account: Account, side: int, size: float, stop_distance: float) -> None:
    """Order an entry for the next bar's open."""
    account[PENDING_SIDE] = side
    account[PENDING_SIZE] = size
    account[PENDING_STOP] = stop_distance


def commission_of(price: float, size: float, execution: ExecutionParameters) -> float:
    """Cost of one side of a trade, in account currency."""
    return price * size * execution.commission + size * execution.commission_per_share


def advance_account(account: Account, bar: Bar, session: int, execution: ExecutionParameters) -> None:
    """Apply one bar that is now closed: session, entry at its open, exits within it, equity at its close.

    Nothing fills in an unusable bar; a pending entry waits for the next one.
    """
    if account[SESSION] != session:
        account[SESSION] = session
        account[SESSION_START_EQUITY] = account[EQUITY]
        account[TRADES_TODAY] = 0.0
    account[BAR_COUNT] += 1.0
    account[EXIT_KIND] = EXIT_NONE
    if not is_usable(bar):
        return
    if account[PENDING_SIDE] != NO_DIRECTION:
        enter(account, bar, execution)
    if account[SIDE] != NO_DIRECTION:
        check_exits(account, bar, execution)
    if account[SIDE] != NO_DIRECTION:
        trail_stop(account, bar, execution)
    account[EQUITY] = account[CASH] + account[SIDE] * account[SIZE] * (bar.close - account[ENTRY_PRICE])


def enter(account: Account, bar: Bar, execution: ExecutionParameters) -> None:
    """Fill the pending entry at the bar's open plus slippage."""
    side = account[PENDING_SIDE]
    size = account[PENDING_SIZE]
    distance = account[PENDING_STOP]
    price = bar.open * (1.0 + side * execution.slippage)
    cost = commission_of(price, size, execution)
    account[CASH] -= cost
    account[SIDE] = side
    account[SIZE] = size
    account[ENTRY_PRICE] = price
    account[ENTRY_COST] = cost
    account[ENTRY_BAR] = account[BAR_COUNT]
    account[LAST_ENTRY_BAR] = account[BAR_COUNT]
    account[STOP] = price - side * distance
    account[TARGET] = price + side * distance * execution.reward_multiple
    account[RISK_DISTANCE] = distance
    account[BEST_PRICE] = price
    account[STOP_TRAILED] = 0.0
    account[TRADES_TODAY] += 1.0
    account[PENDING_SIDE] = NO_DIRECTION


def check_exits(account: Account, bar: Bar, execution: ExecutionParameters) -> None:
    """Close at the open if it gapped through a level, else at the stop, else at the target, if touched."""
    side = account[SIDE]
    stop = account[STOP]
    target = account[TARGET]
    adverse = bar.low if side > 0.0 else bar.high
    favourable = bar.high if side > 0.0 else bar.low
    stop_kind = EXIT_TRAILING if account[STOP_TRAILED] > 0.0 else EXIT_STOP
    slip = 1.0 - side * execution.stop_slippage
    if side * (bar.open - stop) <= 0.0:
        leave(account, bar.open * slip, stop_kind, execution)
    elif side * (bar.open - target) >= 0.0:
        leave(account, bar.open, EXIT_TARGET, execution)
    elif side * (adverse - stop) <= 0.0:
        leave(account, stop * slip, stop_kind, execution)
    elif side * (favourable - target) >= 0.0:
        leave(account, target, EXIT_TARGET, execution)


def trail_stop(account: Account, bar: Bar, execution: ExecutionParameters) -> None:
    """Move the stop behind the best price once the trade has earned the activation distance."""
    if execution.trailing_activation_r <= 0.0:
        return
    side = account[SIDE]
    reached = bar.high if side > 0.0 else bar.low
    if side * (reached - account[BEST_PRICE]) > 0.0:
        account[BEST_PRICE] = reached
    best = account[BEST_PRICE]
    risk = account[RISK_DISTANCE]
    if side * (best - account[ENTRY_PRICE]) < execution.trailing_activation_r * risk:
        return
    candidate = best - side * execution.trailing_distance_r * risk
    if side * (candidate - account[STOP]) > 0.0:
        account[STOP] = candidate
        account[STOP_TRAILED] = 1.0


def leave(account: Account, price: float, kind: int, execution: ExecutionParameters) -> None:
    """Close the position at `price` and note the trade in the EXIT fields."""
    size = account[SIZE]
    side = account[SIDE]
    cost = commission_of(price, size, execution)
    gain = side * size * (price - account[ENTRY_PRICE])
    account[CASH] += gain - cost
    account[EXIT_KIND] = kind
    account[EXIT_PRICE] = price
    account[EXIT_SIDE] = side
    account[EXIT_SIZE] = size
    account[EXIT_PNL] = gain - cost - account[ENTRY_COST]
    account[SIDE] = NO_DIRECTION
    account[SIZE] = 0.0


def flatten(account: Account, price: float, execution: ExecutionParameters) -> None:
    """End of the run: drop a pending entry and close what is open at the last close."""
    account[EXIT_KIND] = EXIT_NONE
    account[PENDING_SIDE] = NO_DIRECTION
    if account[SIDE] != NO_DIRECTION:
        leave(account, price, EXIT_END, execution)
    account[EQUITY] = account[CASH]
