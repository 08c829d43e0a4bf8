"""The simulated venue: the kernel's fill rules, one bar at a time."""

from __future__ import annotations

from collections.abc import Callable, MutableSequence, Sequence
from dataclasses import dataclass
from typing import Any

from hyprl.domain import account as slots
from hyprl.domain.bars import ClosedBar
from hyprl.domain.decisions import EXIT_NONE
from hyprl.domain.trades import Trade
from hyprl.errors import BrokerError


@dataclass(frozen=True, slots=True)
class FillRules:
    """The linked fill functions and their costs."""

    open_account: Callable[..., None]
    advance_account: Callable[..., None]
    place_entry: Callable[..., None]
    flatten: Callable[..., None]
    execution: Any


class SimulatedBroker:
    """Fills at the next bar's open, exits inside the bar, marks equity at the close."""

    __slots__ = ("_rules", "account")

    def __init__(self, rules: FillRules, account: MutableSequence[float], initial_equity: float) -> None:
        self._rules = rules
        self.account = account
        rules.open_account(account, initial_equity)

    def on_bar(self, closed: ClosedBar) -> Trade | None:
        """Apply a bar that just closed; return the trade that it finished, if any."""
        self._rules.advance_account(self.account, closed.bar, closed.session, self._rules.execution)
        return self._finished()

    def place_entry(self, side: int, size: float, stop_distance: float) -> None:
        """Order an entry for the next bar's open. Raises BrokerError while a position is open."""
        if self.account[slots.SIDE] != 0.0 or side not in (1, -1) or not size > 0.0:
            raise BrokerError(
                f"refused an entry of {size} shares, side {side}, position {self.account[slots.SIDE]:g}",
                where="simulated broker",
                remedy="Enter with a size above 0 and side 1 or -1, and only when flat.",
            )
        self._rules.place_entry(self.account, side, size, stop_distance)

    def finish(self, close: float) -> Trade | None:
        """Drop a pending entry and close an open position at `close`."""
        self._rules.flatten(self.account, close, self._rules.execution)
        return self._finished()

    def restore(self, account: Sequence[float]) -> None:
        """Continue from a saved account. Raises BrokerError if it is not one."""
        if len(account) != len(self.account):
            raise BrokerError(
                "a saved account has another layout", where="simulated broker", remedy="Start anew."
            )
        for index, value in enumerate(account):
            self.account[index] = value

    def _finished(self) -> Trade | None:
        account = self.account
        if account[slots.EXIT_KIND] == EXIT_NONE:
            return None
        return Trade(
            int(account[slots.ENTRY_BAR]) - 1,
            int(account[slots.BAR_COUNT]) - 1,
            int(account[slots.EXIT_SIDE]),
            float(account[slots.EXIT_SIZE]),
            float(account[slots.ENTRY_PRICE]),
            float(account[slots.EXIT_PRICE]),
            float(account[slots.EXIT_PNL]),
            int(account[slots.EXIT_KIND]),
        )
