"""Codes that the kernel computes with and their names in traces and reports."""

from __future__ import annotations

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
