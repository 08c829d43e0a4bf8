"""What a run earned and risked, next to holding the shares.

Definitions: return on initial equity after commission; drawdown from the running peak of equity at bar closes;
Sharpe of per-bar returns, annualised by sqrt(252 sessions × 7 bars), without a risk-free rate; profit factor =
gains / losses of trades.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from hyprl.domain.arrays import Float64Array
from hyprl.domain.bars import BarSeries
from hyprl.domain.decisions import EXIT_NAMES
from hyprl.domain.trades import Trade

BARS_PER_YEAR = 252 * 7


@dataclass(frozen=True, slots=True)
class Performance:
    """Fractions of initial equity, ratios and counts; None where it cannot be computed (no trade, no losses)."""

    bars: int
    total_return: float
    max_drawdown: float
    sharpe: float | None
    trades: int
    win_rate: float | None
    profit_factor: float | None
    exposure: float
    exits: dict[str, int]
    buy_and_hold_return: float
    buy_and_hold_max_drawdown: float
    buy_and_hold_sharpe: float | None

    def as_dict(self) -> dict[str, object]:
        """Return JSON values."""
        return asdict(self)


def measure(
    bars: BarSeries,
    equity: Float64Array,
    trades: Sequence[Trade],
    exposed_bars: int,
    ends: tuple[float, float],
) -> Performance:
    """Measure a run; `ends` is initial and final equity in account currency."""
    initial, final = ends
    curve = np.concatenate(([initial], equity[:-1], [final])) if len(equity) else np.array([initial])
    held = bars.close[np.isfinite(bars.close)]
    gains = sum(trade.pnl for trade in trades if trade.pnl > 0.0)
    losses = -sum(trade.pnl for trade in trades if trade.pnl < 0.0)
    wins = sum(trade.pnl > 0.0 for trade in trades)
    return Performance(
        bars=len(bars),
        total_return=final / initial - 1.0,
        max_drawdown=max_drawdown(curve),
        sharpe=sharpe(curve),
        trades=len(trades),
        win_rate=wins / len(trades) if trades else None,
        profit_factor=gains / losses if losses > 0.0 else None,
        exposure=exposed_bars / len(bars) if len(bars) else 0.0,
        exits=dict(Counter(EXIT_NAMES[trade.exit_kind] for trade in trades)),
        buy_and_hold_return=float(held[-1] / held[0] - 1.0) if len(held) else 0.0,
        buy_and_hold_max_drawdown=max_drawdown(held),
        buy_and_hold_sharpe=sharpe(held),
    )


def max_drawdown(curve: Float64Array) -> float:
    """Return the largest fall from a running peak, as a fraction of the peak."""
    if not len(curve):
        return 0.0
    peaks = np.maximum.accumulate(curve)
    return float(np.max(1.0 - curve / peaks))


def sharpe(curve: Float64Array) -> float | None:
    """Return the annualised Sharpe ratio of per-bar returns, None where they do not vary."""
    if len(curve) < 3:
        return None
    returns = np.diff(curve) / curve[:-1]
    deviation = float(np.std(returns, ddof=1))
    if not deviation > 0.0:
        return None
    return float(np.mean(returns)) / deviation * math.sqrt(BARS_PER_YEAR)
