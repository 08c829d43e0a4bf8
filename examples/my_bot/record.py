"""A bot that has no log yet: three lines make one. `python examples/my_bot/record.py FILE`."""

import sys
from datetime import UTC, datetime, timedelta

from hyprl.trace import record

bar_open = datetime(2025, 3, 3, 14, 30, tzinfo=UTC)
for score in (0.61, 0.52, 0.41):
    decision = "long" if score >= 0.55 else "short" if score <= 0.45 else "flat"
    record(
        sys.argv[1],
        bar_open,
        "NVDA",
        decision,
        probability_up=score,
        features={"rsi_14": score},
        equity=10_000.0,
    )
    bar_open += timedelta(hours=1)
