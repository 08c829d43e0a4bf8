"""backtesting.py told to enter where HyprL's signals say, with the same stop, target and sizing rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from backtesting import Strategy

if TYPE_CHECKING:
    from bench.rival_chains import Settings, Signals

UNITS_PER_SHARE = 1_000_000


def ready_signals(signals: Signals, settings: Settings) -> type[Strategy]:
    """Return a strategy that enters on `signals` when it is flat.

    Levels are set on the order after it is made: backtesting.py refuses a stop or target that lies beyond the last
    close, though the next open, at which the order fills, may lie on the right side of it.
    """
    sides, distances = signals.side.tolist(), signals.distance.tolist()

    class ReadySignals(Strategy):
        """Reads one side and one distance a bar."""

        def init(self) -> None:
            self.opens = np.append(self.data.Open[1:], np.nan).tolist()

        def next(self) -> None:
            bar = len(self.data) - 1
            side = sides[bar]
            if side and not self.position and self.opens[bar] == self.opens[bar]:
                self.enter(side, distances[bar], self.opens[bar])

        def enter(self, side: int, distance: float, price: float) -> None:
            size = round(self.equity * settings.risk_fraction / distance)
            order: Any = self.buy(size=size) if side > 0 else self.sell(size=size)
            order._replace(
                sl_price=price - side * distance,
                tp_price=price + side * distance * settings.reward_multiple,
            )

    return ReadySignals
