"""Signatures of logs that hold bars, features, account and reasons."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from frames import explain
from hyprl.causes.cause import Cause
from hyprl.report.worded import worded

BARS = 200
WEIGHTS = {"ret_1h": 40.0, "rsi_14": 2.0, "atr_14": -0.1, "volume_z": 0.1}


def recorded() -> dict[str, np.ndarray]:
    """Bars and features of one side, nothing in them but noise."""
    draw = np.random.default_rng(11)
    close = 100.0 * np.exp(np.cumsum(draw.normal(0.0, 0.01, BARS)))
    opened = close * np.exp(draw.normal(0.0, 0.003, BARS))
    return {
        "bar.open": opened,
        "bar.high": np.maximum(opened, close) * 1.004,
        "bar.low": np.minimum(opened, close) * 0.996,
        "bar.close": close,
        "bar.volume": draw.uniform(1e5, 2e5, BARS),
        "indicator.ret_1h": draw.normal(0.0, 0.01, BARS),
        "indicator.rsi_14": draw.uniform(0.2, 0.8, BARS),
        "indicator.atr_14": draw.uniform(1.0, 2.0, BARS),
        "indicator.volume_z": draw.normal(size=BARS),
    }


def log_of(values: dict[str, np.ndarray], **more: object) -> pl.DataFrame:
    """The log whose probability follows from the features; every bar is rejected."""
    log_odds = sum(weight * values[f"indicator.{name}"] for name, weight in WEIGHTS.items())
    first = pl.datetime(2024, 12, 12, 14, 30, time_zone="UTC")
    frame = pl.DataFrame(values | {"probability_up": 1.0 / (1.0 + np.exp(-np.asarray(log_odds)))})
    stamped = frame.select(
        pl.datetime_range(first, first + pl.duration(hours=BARS - 1), "1h", eager=False).alias("timestamp"),
        pl.lit("NVDA").alias("symbol"),
        pl.lit("reject").alias("decision"),
        pl.all(),
    )
    return stamped.with_columns(**{name: pl.lit(value) for name, value in more.items()})


@pytest.fixture
def changed() -> dict[str, np.ndarray]:
    return recorded()


@pytest.fixture
def top() -> Callable[..., tuple[str, bool, str]]:
    def ask(right: pl.DataFrame) -> tuple[str, bool, str]:
        first = worded(explain(log_of(recorded()), right)).findings[0]
        return first.cause, first.confident, first.evidence

    return ask


def test_equal_logs_show_nothing(changed) -> None:
    assert worded(explain(log_of(recorded()), log_of(changed))).findings == ()


@pytest.mark.parametrize("bars", [1, 3, -1])
def test_one_late_column(changed, top, bars) -> None:
    changed["indicator.rsi_14"] = np.roll(changed["indicator.rsi_14"], bars)
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.FEATURE_MISALIGNMENT, True)
    assert f"shifting rsi_14 by {abs(bars)} bar" in evidence


def test_two_columns_that_changed_places(changed, top) -> None:
    names = ("indicator.ret_1h", "indicator.volume_z")
    changed[names[0]], changed[names[1]] = changed[names[1]], changed[names[0]]
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.FEATURE_MISALIGNMENT, True)
    assert "hold each other's values" in evidence


def test_a_column_that_was_never_wired_up(changed, top) -> None:
    changed["indicator.volume_z"] = np.zeros(BARS)
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.FEATURE_MISALIGNMENT, True)
    assert "volume_z is 0 on every bar of the right side" in evidence


def test_a_column_scaled_over_the_whole_frame(changed, top) -> None:
    column = changed["indicator.rsi_14"]
    changed["indicator.rsi_14"] = (column - column.min()) / np.ptp(column)
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.FEATURE_MISALIGNMENT, True)
    assert "scaled by other constants" in evidence


@pytest.mark.parametrize("digits", [3, 6])
def test_features_of_n_decimals(changed, top, digits) -> None:
    for name in WEIGHTS:
        changed[f"indicator.{name}"] = np.round(changed[f"indicator.{name}"], digits)
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.FLOATING_POINT, True)
    assert f"{digits} decimals" in evidence


def test_last_places(changed, top) -> None:
    for name in WEIGHTS:
        changed[f"indicator.{name}"] *= 1.0 + 2e-16 * np.random.default_rng(1).integers(-4, 5, BARS)
    assert top(log_of(changed))[:2] == (Cause.FLOATING_POINT, True)


def test_columns_that_forget_their_start(changed, top) -> None:
    changed["indicator.atr_14"] += 0.5 * (13.0 / 14.0) ** np.arange(BARS)
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.WARMUP, True)
    assert "Wilder average of 14" in evidence


def test_columns_frozen_since_a_restart(changed, top) -> None:
    for name in WEIGHTS:
        changed[f"indicator.{name}"][120:] = changed[f"indicator.{name}"][120]
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.STATE_LOST, True)
    assert "stand still for 79 bars" in evidence


def test_equal_features_and_other_probabilities_are_the_model(changed, top) -> None:
    right = log_of(changed).with_columns(probability_up=pl.col("probability_up") ** 1.1)
    cause, sure, evidence = top(right)
    assert (cause, sure) == (Cause.MODEL_PATH, True)
    assert "200 bars with equal features" in evidence


def test_a_split_is_one_ratio_up_to_a_date(changed, top) -> None:
    for name in ("open", "high", "low", "close"):
        changed[f"bar.{name}"][:100] *= 4.0
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.DATA_REVISION, True)
    assert "a 4:1 split" in evidence


def test_a_dividend_is_a_small_ratio_up_to_a_date(changed, top) -> None:
    for name in ("open", "high", "low", "close"):
        changed[f"bar.{name}"][:100] *= 0.995
    assert "a dividend" in top(log_of(changed))[2]


def test_scattered_bars_were_revised(changed, top) -> None:
    changed["bar.close"][[10, 60, 130]] *= 1.001
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.DATA_REVISION, True)
    assert "3 bars (1.5%) differ in bar.close" in evidence


def test_unfinished_bars_are_nested_and_have_less_volume(changed, top) -> None:
    opened = changed["bar.open"]
    for name in ("high", "low", "close"):
        changed[f"bar.{name}"] = opened + 0.8 * (changed[f"bar.{name}"] - opened)
    changed["bar.volume"] = 0.8 * changed["bar.volume"]
    cause, sure, evidence = top(log_of(changed))
    assert (cause, sure) == (Cause.BAR_TIMING, True)
    assert "80% of its volume" in evidence


def test_bars_that_are_those_of_the_bar_before(changed, top) -> None:
    for name in ("open", "high", "low", "close", "volume"):
        changed[f"bar.{name}"] = np.roll(changed[f"bar.{name}"], 1)
    assert top(log_of(changed))[:2] == (Cause.BAR_TIMING, True)


def test_equity_that_is_not_the_accounts_own() -> None:
    sides = []
    for ratio in (1.0, 0.92):
        own = 1e5 + np.cumsum(np.random.default_rng(4).normal(size=BARS))
        sides.append(log_of(recorded() | {"equity": own, "risk_inputs.equity": ratio * own}))
    (top,) = worded(explain(*sides)).findings
    assert (top.cause, top.confident) == (Cause.SIZING_EQUITY, True)
    assert "a constant ratio of 0.92" in top.evidence


def test_an_entry_that_is_no_longer_known_is_state_lost() -> None:
    since = np.arange(BARS, dtype=float)
    forgot = np.where(np.arange(BARS) >= 90, np.nan, since)
    sides = [log_of(recorded() | {"account.bars_since_entry": column}) for column in (since, forgot)]
    (top,) = worded(explain(*sides)).findings
    assert (top.cause, top.confident) == (Cause.STATE_LOST, True)
    assert "no longer knows its last entry" in top.evidence


def test_a_gate_that_decides_otherwise_on_equal_inputs_is_a_setting() -> None:
    sides = []
    for word in ("trend", "ev"):
        reasons = np.where(np.arange(BARS) == 77, word, "threshold")
        sides.append(log_of(recorded() | {"reason": reasons}))
    (top,) = worded(explain(*sides)).findings
    assert (top.cause, top.confident) == (Cause.CONFIGURATION, True)
    assert "the gate `trend`" in top.evidence


def test_another_config_hash_alone_is_said() -> None:
    sides = [log_of(recorded(), config_hash=value * 64) for value in "ab"]
    (top,) = worded(explain(*sides)).findings
    assert (top.cause, top.confident) == (Cause.CONFIGURATION, True)


def test_another_bar_hash_alone_is_not_certain() -> None:
    bare = {name: column for name, column in recorded().items() if not name.startswith("bar.")}
    sides = [log_of(bare, bar_hash=value * 64) for value in "ab"]
    (top,) = worded(explain(*sides)).findings
    assert (top.cause, top.confident) == (Cause.DATA_REVISION, False)
