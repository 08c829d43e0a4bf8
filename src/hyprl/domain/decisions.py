"""What a decision reads and what it says, as numbers: the codes that the kernel computes with, and their names."""

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


class BarContext(NamedTuple):
    """What one engine knows at the close of a bar, features aside.

    `equity` is what sizing uses (simulated, account or injected); `account_equity` is the engine's own, against which
    the day's loss is measured. `sentiment_score` is NaN where there is no source or no headline.
    """

    features_ready: bool
    data_ok: bool
    position_open: bool
    price: float
    atr: float
    trend_return: float
    regime_high: float
    sentiment_score: float
    equity: float
    account_equity: float
    session_start_equity: float
    gross_exposure: float
    trades_today: float
    bars_since_entry: float


class Decision(NamedTuple):
    """What was decided: codes as above; size in shares, amounts in account currency."""

    probability_up: float
    direction: int
    reason: int
    trend_ok: bool
    sentiment_ok: bool
    expected_pnl: float
    position_size: float
    risk_amount: float
