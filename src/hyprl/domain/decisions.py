"""Codes that the kernel computes with, their names in traces and reports, and a decided bar as numbers."""

from __future__ import annotations

from typing import NamedTuple

# Plain integers, not IntEnums: numba 0.68 turns no member into a number (`int`, `float`), and each one that a compiled
# function returns costs 2 µs, ten times the call; a live decision returns two.
LONG = 1
SHORT = -1
NO_DIRECTION = 0

# In the order in which the gates are tried; exactly one is given for each bar.
WARMUP = 0
DATA = 1
POSITION_OPEN = 2
THRESHOLD = 3
TREND = 4
SENTIMENT = 5
EV = 6
SIZE = 7
RISK = 8
EMIT = 9

REASON_NAMES = (
    "warmup",
    "data",
    "position_open",
    "threshold",
    "trend",
    "sentiment",
    "ev",
    "size",
    "risk",
    "emit",
)
DIRECTION_NAMES = {LONG: "long", SHORT: "short", NO_DIRECTION: "none"}

# Why a position was closed.
EXIT_NONE = 0
EXIT_STOP = 1
EXIT_TARGET = 2
EXIT_TRAILING = 3
EXIT_END = 4
EXIT_NAMES = ("none", "stop", "target", "trailing", "end")


class DecidedBar(NamedTuple):
    """One decided bar as numbers: codes as above, sizes in shares, money in account currency.

    `equity` is the engine's own, `sizing_equity` what sizing used; `headlines` counts those published so far.
    """

    probability_up: float
    direction: int
    reason: int
    trend_ok: bool
    sentiment_ok: bool
    expected_pnl: float
    position_size: float
    risk_amount: float
    sizing_equity: float
    equity: float
    sentiment_score: float
    headlines: int
    position_open: bool
    session_start_equity: float
    gross_exposure: float
    trades_today: float
    bars_since_entry: float
