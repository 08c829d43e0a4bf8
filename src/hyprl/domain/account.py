"""Where each number of the simulated account stands in its sequence of float64.

Prices in quote currency, sizes in shares, money in account currency, bars counted from the run's first.
"""

from __future__ import annotations

CASH = 0
EQUITY = 1
SIDE = 2
SIZE = 3
ENTRY_PRICE = 4
ENTRY_BAR = 5
STOP = 6
TARGET = 7
RISK_DISTANCE = 8
BEST_PRICE = 9
STOP_TRAILED = 10
PENDING_SIDE = 11
PENDING_SIZE = 12
PENDING_STOP = 13
SESSION = 14
SESSION_START_EQUITY = 15
TRADES_TODAY = 16
BAR_COUNT = 17
LAST_ENTRY_BAR = 18
EXIT_KIND = 19
EXIT_PRICE = 20
EXIT_SIDE = 21
EXIT_SIZE = 22
EXIT_PNL = 23
ENTRY_COST = 24
ACCOUNT_SIZE = 25
