"""A toy bot and its logs: `python examples/my_bot/make_logs.py [FOLDER]` writes the three files beside this one again.

The bot compares two moving averages of hourly closes. backtest.csv is its backtest; live.csv its live run, whose score
comes from a cache that is filled after it is read (from 2025-02-03 on, the day a "small clean-up" went live);
live_mended.csv the same run without the fault. Prices are made up: a seeded random walk.
"""

from __future__ import annotations

import csv
import math
import random
import sys
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

FIRST_DAY, LAST_DAY = date(2025, 1, 6), date(2025, 3, 28)
CLEAN_UP = date(2025, 2, 3)
HOLIDAYS = {date(2025, 1, 9), date(2025, 1, 20), date(2025, 2, 17)}
CLOSES = (time(10, 30), time(11, 30), time(12, 30), time(13, 30), time(14, 30), time(15, 30), time(16, 0))


@dataclass
class Bot:
    """Moving averages of closes and of ranges; a score between 0 and 1."""

    fast: float = 100.0
    slow: float = 100.0
    atr: float = 1.0
    cash: float = 100_000.0
    scores: list[float] = field(default_factory=list)

    def see(self, close: float, spread: float) -> None:
        """Take in a closed bar."""
        self.fast += (close - self.fast) / 4
        self.slow += (close - self.slow) / 16
        self.atr += (spread - self.atr) / 14
        self.scores.append(1.0 / (1.0 + math.exp(-120.0 * (self.fast - self.slow) / self.slow)))

    def decide(self, bars_late: int) -> tuple[str, float, int]:
        """Return side, score and shares; `bars_late` is how old the cached score is."""
        score = self.scores[max(len(self.scores) - 1 - bars_late, 0)]
        side = "BUY" if score > 0.6 else "SELL" if score < 0.4 else "HOLD"
        return side, score, int(self.cash * 0.005 / (2.0 * self.atr))


def bars() -> list[tuple[datetime, float, float]]:
    """Return close times (New York, as a clock on the wall shows them), closes and ranges."""
    draw = random.Random(11)
    close, made = 100.0, []
    day = FIRST_DAY
    while day <= LAST_DAY:
        if day.weekday() < 5 and day not in HOLIDAYS:
            for hour in CLOSES:
                close *= math.exp(draw.gauss(0.0, 0.006))
                made.append((datetime.combine(day, hour), close, close * draw.uniform(0.004, 0.016)))
        day += timedelta(days=1)
    return made


def run(*, cached: bool) -> list[dict[str, object]]:
    """Return one row a bar, in the bot's own words."""
    bot, rows = Bot(), []
    for closed, close, spread in bars():
        bot.see(close, spread)
        late = int(cached and closed.date() >= CLEAN_UP)
        side, score, shares = bot.decide(late)
        stamp = closed.strftime("%Y-%m-%d %H:%M")
        rows.append(
            {"bar_close": stamp, "ticker": "ACME", "side": side, "score": repr(score), "shares": shares}
        )
    return rows


def main() -> None:
    """Write the three logs."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, cached in (("backtest", False), ("live", True), ("live_mended", False)):
        rows = run(cached=cached)
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
