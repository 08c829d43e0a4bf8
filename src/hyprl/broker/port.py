"""What the live engine asks of a broker."""

from __future__ import annotations

from typing import Protocol

from hyprl.domain.account import Account, Order
from hyprl.domain.bars import ClosedBar
from hyprl.domain.trades import Trade


class Broker(Protocol):
    """Takes orders and reports what became of them.

    `account` is the engine's whole knowledge of cash, position and caps.
    """

    @property
    def account(self) -> Account:
        """Return the account as of the last bar."""

    def on_bar(self, closed: ClosedBar) -> Trade | None:
        """Apply a bar that just closed; return the trade that it finished, if any."""

    def place(self, order: Order) -> None:
        """Order an entry for the next bar's open: side 1 or -1, size in shares, distance in price units."""

    def finish(self, close: float) -> Trade | None:
        """End of the run: drop pending orders and close what is open at `close`."""
