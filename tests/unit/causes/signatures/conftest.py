"""A plain bot's log, simulated here by hand, and what may happen to one side of it."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from frames import explain
from hyprl.report.worded import WordedFinding, worded

HOUR_US = 3_600_000_000
FIRST_US = 1_734_013_800_000_000  # 2024-12-12T14:30:00Z
BARS_A_DAY = 7


def opens(bars: int) -> np.ndarray:
    """Seven hourly bars a day, every day."""
    number = np.arange(bars)
    return FIRST_US + (number // BARS_A_DAY) * 24 * HOUR_US + (number % BARS_A_DAY) * HOUR_US


def wilder(ranges: np.ndarray, length: int = 14) -> np.ndarray:
    """J. Welles Wilder's average, from the first range on."""
    average = np.empty_like(ranges)
    average[0] = ranges[0]
    for place in range(1, len(ranges)):
        average[place] = average[place - 1] + (ranges[place] - average[place - 1]) / length
    return average


class Bot:
    """What a bot decides from: inputs as arrays, settings as numbers. Change either, then ask for its log."""

    def __init__(self, bars: int = 420, seed: int = 7) -> None:
        draw = np.random.default_rng(seed)
        steps = draw.normal(size=(3, bars))
        self.times = opens(bars)
        self.fast, self.slow = steps[0], 0.3 * np.cumsum(steps[1]) / np.sqrt(np.arange(1, bars + 1))
        self.ranges = draw.uniform(1.0, 3.0, bars)
        self.moves = 0.002 * steps[2]
        self.bias = 0.0
        self.threshold, self.fraction, self.stop_multiple, self.reward = 0.6, 0.01, 2.0, 2.0
        self.start = 100_000.0
        self.read_equity: Callable[[np.ndarray], np.ndarray] = lambda own: own
        self.atr: np.ndarray | None = None

    def log_odds(self) -> np.ndarray:
        return 0.4 * self.fast + 0.5 * self.slow + self.bias

    def log(self) -> pl.DataFrame:
        bars = len(self.times)
        probability = 1.0 / (1.0 + np.exp(-self.log_odds()))
        atr = wilder(self.ranges) if self.atr is None else self.atr
        own, used, emits = np.zeros(bars), np.zeros(bars), np.zeros(bars, dtype=bool)
        equity, size, held = self.start, 0.0, 0
        for bar in range(bars):
            if held:
                equity += size * 100.0 * self.moves[bar]
                held -= 1
            own[bar] = equity
            used[bar] = self.read_equity(own[: bar + 1])[bar]
            if not held and probability[bar] >= self.threshold:
                emits[bar], held = True, 4
                size = used[bar] * self.fraction / (self.stop_multiple * atr[bar])
        sizes = np.round(used * self.fraction / (self.stop_multiple * atr), 6)
        risk = sizes * self.stop_multiple * atr
        winning = np.where(probability >= 0.5, probability, 1.0 - probability)
        return pl.DataFrame(
            {
                "timestamp": pl.Series(self.times).cast(pl.Datetime("us", "UTC")),
                "symbol": "NVDA",
                "decision": np.where(emits, "emit", "reject"),
                "direction": np.where(probability >= self.threshold, "long", "none"),
                "probability_up": probability,
                "position_size": sizes,
                "expected_pnl": np.round(risk * (winning * (self.reward + 1.0) - 1.0), 6),
            }
        )


@pytest.fixture
def left() -> pl.DataFrame:
    return Bot().log()


@pytest.fixture
def other() -> Bot:
    """The same bot again, to be changed."""
    return Bot()


@pytest.fixture
def found(left: pl.DataFrame) -> Callable[[pl.DataFrame], tuple[WordedFinding, ...]]:
    """What explain finds between the healthy log and another one."""
    return lambda right: worded(explain(left, right)).findings


@pytest.fixture
def wilder_average() -> Callable[[np.ndarray], np.ndarray]:
    """Wilder's average of 14."""
    return wilder
