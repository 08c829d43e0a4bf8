"""Trades of HyprL and of backtesting.py, one by one, with what their conventions do differently counted apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from bench.backtesting_strategy import UNITS_PER_SHARE
from hyprl.domain.bars import BarSeries
from hyprl.domain.decisions import EXIT_END, EXIT_TARGET
from hyprl.domain.trades import Trade


@dataclass(slots=True)
class TradeComparison:
    """Counts of trades: `equal` in side, bars and prices to the bit; the rest by reason.

    `open_at_end`: HyprL closes its last position at the last close, backtesting.py leaves it open.
    `target_before_stop`: a bar opened beyond the target and then touched the stop; HyprL filled at the open,
    backtesting.py tries the stop first. Whatever else differs is `unequal`. `size_error` and `pnl_error` are the
    largest relative differences of the equal ones.
    """

    compared: int = 0
    equal: int = 0
    open_at_end: int = 0
    target_before_stop: int = 0
    unequal: int = 0
    size_error: float = 0.0
    pnl_error: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return JSON values."""
        return asdict(self)


def compare_trades(mine: Sequence[Trade], theirs: pd.DataFrame, bars: BarSeries) -> TradeComparison:
    """Pair the trades in their order and count."""
    found = TradeComparison(open_at_end=sum(trade.exit_kind == EXIT_END for trade in mine))
    closed = [trade for trade in mine if trade.exit_kind != EXIT_END]
    rows = theirs.sort_values("EntryBar").itertuples()
    found.unequal += abs(len(closed) - len(theirs))
    for trade, row in zip(closed, rows, strict=False):
        _count(trade, row, bars, found)
    return found


def _count(trade: Trade, row: object, bars: BarSeries, found: TradeComparison) -> None:
    found.compared += 1
    values = row._asdict()  # type: ignore[attr-defined]
    size = values["Size"] / UNITS_PER_SHARE
    ours = (trade.side, trade.entry_bar, trade.exit_bar, trade.entry_price)
    other = (1 if size > 0 else -1, values["EntryBar"], values["ExitBar"], values["EntryPrice"])
    if ours == other and trade.exit_price == values["ExitPrice"]:
        found.equal += 1
        pnl = values["PnL"] / UNITS_PER_SHARE
        found.size_error = max(found.size_error, abs(abs(size) - trade.size) / trade.size)
        found.pnl_error = max(found.pnl_error, abs(pnl - trade.pnl) / max(abs(pnl), 1e-9))
    elif ours == other and _opened_beyond_target(trade, bars):
        found.target_before_stop += 1
    else:
        found.unequal += 1


def _opened_beyond_target(trade: Trade, bars: BarSeries) -> bool:
    return trade.exit_kind == EXIT_TARGET and trade.exit_price == bars.open[trade.exit_bar]
