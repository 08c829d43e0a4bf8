"""The risk manager: equity comes from an injected context and from nowhere else.

A replay never asks a broker what it owns: it is given the simulated account, or a map of equities by bar.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from hyprl.errors import RiskError
from hyprl.risk.calculators import calc_position_size, expected_pnl, risk_amount, stop_distance


class EquityContext(Protocol):
    """Where equity comes from, in account currency."""

    @property
    def name(self) -> str:
        """Return `simulated`, `parity_equity` or `account`, for the trace."""

    def equity_at(self, open_utc_us: int, account_equity: float) -> float:
        """Return the equity that sizes an entry decided on this bar; `account_equity` is the engine's own."""


class SimulatedEquity:
    """The engine's own account, marked at the bar's close."""

    name = "simulated"

    def equity_at(self, open_utc_us: int, account_equity: float) -> float:
        """Return the account's equity."""
        return account_equity


class ParityEquity:
    """A map from bar open (µs UTC) to equity, recorded by the other engine."""

    name = "parity_equity"

    def __init__(self, equity_by_open: Mapping[int, float]) -> None:
        self._equity_by_open = dict(equity_by_open)

    def equity_at(self, open_utc_us: int, account_equity: float) -> float:
        """Return the recorded equity. Raises RiskError for a bar that the map does not have."""
        if open_utc_us not in self._equity_by_open:
            raise RiskError(
                f"parity equity has no value for the bar that opens at {open_utc_us} µs UTC",
                where="parity_equity",
                remedy="Give the other engine's equity for every bar of the window.",
                open_utc_us=open_utc_us,
            )
        return self._equity_by_open[open_utc_us]


class RiskManager:
    """Sizes entries against the equity that its context gives."""

    __slots__ = ("_equity_context",)

    def __init__(self, equity_context: EquityContext) -> None:
        self._equity_context = equity_context

    @property
    def equity_source(self) -> str:
        """Return the name of the equity context."""
        return self._equity_context.name

    def sizing_equity(self, open_utc_us: int, account_equity: float) -> float:
        """Return the equity for a decision on this bar. Raises RiskError if it is not a finite number."""
        equity = self._equity_context.equity_at(open_utc_us, account_equity)
        if not math.isfinite(equity):
            raise RiskError(
                f"equity is {equity} for the bar that opens at {open_utc_us} µs UTC",
                where=self.equity_source,
                remedy="Equity must be a finite number in account currency.",
                open_utc_us=open_utc_us,
                equity=equity,
            )
        return equity


__all__ = [
    "EquityContext",
    "ParityEquity",
    "RiskManager",
    "SimulatedEquity",
    "calc_position_size",
    "expected_pnl",
    "risk_amount",
    "stop_distance",
]
