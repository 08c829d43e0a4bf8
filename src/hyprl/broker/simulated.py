"""The simulated venue: the kernel's fill rules, one bar at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hyprl.domain.account import Account, Order, account_from
from hyprl.domain.bars import ClosedBar
from hyprl.domain.decisions import EXIT_NONE
from hyprl.domain.trades import Trade
from hyprl.errors import BrokerError
from hyprl.kernel.account import closed_trade, open_account, place


@dataclass(frozen=True, slots=True)
class FillRules:
    """The linked fill functions and their costs."""

    settle: Callable[..., Account]
    flatten: Callable[..., Account]
    execution: Any


class SimulatedBroker:
    """Fills at the next bar's open, exits inside the bar, marks equity at the close."""

    __slots__ = ("_rules", "account")

    def __init__(self, rules: FillRules, initial_equity: float) -> None:
        self._rules = rules
        self.account = open_account(initial_equity)

    def on_bar(self, closed: ClosedBar) -> Trade | None:
        """Apply a bar that just closed; return the trade that it finished, if any."""
        self.account = self._rules.settle(self.account, closed.bar, closed.session, self._rules.execution)
        return self._finished()

    def place(self, order: Order) -> None:
        """Order an entry for the next bar's open. Raises BrokerError while a position is open."""
        held = self.account.position
        if held.side != 0.0 or order.side not in (1.0, -1.0) or not order.size > 0.0:
            raise BrokerError(
                f"refused an entry of {order.size} shares, side {order.side:g}, position {held.side:g}",
                where="simulated broker",
                remedy="Enter with a size above 0 and side 1 or -1, and only when flat.",
            )
        self.account = place(self.account, order)

    def finish(self, close: float) -> Trade | None:
        """Drop a pending entry and close an open position at `close`."""
        self.account = self._rules.flatten(self.account, close, self._rules.execution)
        return self._finished()

    def restore(self, account: Sequence[float]) -> None:
        """Continue from a saved account. Raises BrokerError if it is not one."""
        try:
            self.account = account_from(account)
        except ValueError as error:
            raise BrokerError(
                "a saved account has another layout", where="simulated broker", remedy="Start anew."
            ) from error

    def _finished(self) -> Trade | None:
        return None if self.account.exit.kind == EXIT_NONE else closed_trade(self.account)
