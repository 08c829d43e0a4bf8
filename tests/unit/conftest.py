"""Logs to compare: a full one in HyprL's columns, and the pair whose figures the plan reports."""

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

HOUR_US = 3_600_000_000
FIRST_US = 1_734_013_800_000_000  # 2024-12-12T14:30:00Z


def stamps(numbers) -> pl.Series:
    opens = FIRST_US + np.asarray(numbers, dtype=np.int64) * HOUR_US
    return pl.Series("timestamp", opens).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def make_log(bars: int = 100) -> pl.DataFrame:
    """Every fourth bar emits, long and short in turn; the first is warm-up and has no values."""
    number = np.arange(bars)
    emits, warm = number % 4 == 3, number > 0
    blank = np.where(warm, 1.0, np.nan)
    direction = np.where(emits, np.where(number % 8 == 3, "long", "short"), "none")
    return pl.DataFrame(
        {
            "timestamp": stamps(number),
            "symbol": ["NVDA"] * bars,
            "decision": np.where(emits, "emit", "reject"),
            "direction": direction,
            "reason": np.where(emits, "emit", np.where(warm, "threshold", "warmup")),
            "feature_hash": [f"{value:064x}" for value in number],
            "probability_up": (0.4 + 0.002 * number) * blank,
            "expected_pnl": (10.0 + number) * blank,
            "position_size": (20.0 + number) * blank,
            "risk_amount": (100.0 + number) * blank,
            "threshold_long": [0.55] * bars,
            "threshold_short": [0.45] * bars,
            "trend_ok": [True] * bars,
            "sentiment_score": [None] * bars,
            "indicator.ret_1h": (0.001 * number) * blank,
            "run_id": ["left"] * bars,
        }
    )


@pytest.fixture
def full_log() -> pl.DataFrame:
    return make_log()


def _part(numbers, decision: str, **values) -> pl.DataFrame:
    base = {"timestamp": stamps(numbers), "symbol": "NVDA", "decision": decision}
    return pl.DataFrame(base | {"threshold_long": 0.55, "threshold_short": 0.45} | values)


def _spread(count: int, mean: float, largest: float) -> list[float]:
    return [largest] + [(count * mean - largest) / (count - 1)] * (count - 1)


@pytest.fixture
def plan_logs() -> tuple[pl.DataFrame, pl.DataFrame]:
    """1,407 bars with the merge kinds, decisions and gaps of the plan's section 2."""
    gaps = _spread(43, 2.16e-2, 6.36e-2)  # the 43 diverging bars come first
    above = 982 - 43  # 78 % of 1,259 lie above 1e-3
    rest = 1259 * 4.19e-3 - 43 * 2.16e-2 - 277 * 5e-4
    gaps += [rest / above] * above + [5e-4] * 277
    bt_words = ["emit"] * 42 + ["reject"] + ["emit"] * 44 + ["reject"] * 1172
    replay_words = ["reject"] * 42 + ["emit"] + ["emit"] * 44 + ["reject"] * 1172
    number = np.arange(1259)
    size, risk = np.full(1259, 66.46), np.full(1259, 148.3)
    ev_gaps = [0.0] * 43 + _spread(44, 6.27, 25.8) + [0.0] * 1172
    left = _part(number, "", probability_up=0.3, position_size=size, risk_amount=risk, expected_pnl=50.0)
    left = left.with_columns(
        pl.Series("decision", bt_words),
        pl.Series("expected_pnl", [50.0 if word == "emit" else None for word in bt_words]),
    )
    right = _part(number, "", probability_up=0.3 + np.array(gaps), expected_pnl=50.0)
    right = right.with_columns(
        pl.Series("decision", replay_words),
        pl.Series("position_size", np.where(number == 0, 66.46 + 8.64, 66.46)),
        pl.Series("risk_amount", np.where(number == 0, 148.3 - 17.8, 148.3)),
        pl.Series(
            "expected_pnl",
            [50.0 + gap if word == "emit" else None for word, gap in zip(replay_words, ev_gaps, strict=True)],
        ),
    )
    alone = {"probability_up": 0.3, "position_size": 66.46, "risk_amount": 148.3, "expected_pnl": 50.0}
    left_only = [
        _part(np.arange(1259, 1266), "emit", **alone),
        _part(np.arange(1266, 1268), "reject", **alone),
    ]
    right_only = [
        _part(np.arange(1268, 1288), "emit", **alone),
        _part(np.arange(1288, 1407), "reject", **alone),
    ]
    return pl.concat([left, *left_only], how="diagonal"), pl.concat([right, *right_only], how="diagonal")


@pytest.fixture
def run_diff(tmp_path):
    """Run `hyprl diff` with its files below tmp_path."""

    def run(*arguments) -> Result:
        from hyprl.cli.diff import diff

        return CliRunner().invoke(diff, [*map(str, arguments), "--out", str(tmp_path / "diff")])

    return run
