"""Write the two logs of a toy bot: its backtest, and its live run whose cutoff for a long was typed as 0.58.

`python examples/my_bot/make_logs.py [FOLDER]`; the same bytes each time. One row for each hourly bar of March 2025,
stamped with the bar's close in New York time, as the bot writes it.
"""

import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path

CLOSES = ("10:30", "11:30", "12:30", "13:30", "14:30", "15:30", "16:00")
FIRST, LAST = date(2025, 3, 3), date(2025, 3, 31)
LONG_CUTOFF, LIVE_LONG_CUTOFF, SHORT_CUTOFF = 0.55, 0.58, 0.45


def scores() -> list[tuple[str, float]]:
    """Return each bar's close, New York time, and the model's score."""
    draw, found = random.Random(7), []  # noqa: S311
    day = FIRST
    while day <= LAST:
        if day.weekday() < 5:
            found += [(f"{day} {clock}", round(draw.gauss(0.5, 0.06), 4)) for clock in CLOSES]
        day += timedelta(days=1)
    return found


def write(path: Path, long_cutoff: float) -> None:
    """Write one log."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("time", "action", "score", "shares"))
        for time, score in scores():
            action = "BUY" if score >= long_cutoff else "SELL" if score <= SHORT_CUTOFF else "WAIT"
            rows.writerow((time, action, score, 0 if action == "WAIT" else 10))


folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
write(folder / "backtest.csv", LONG_CUTOFF)
write(folder / "live.csv", LIVE_LONG_CUTOFF)
