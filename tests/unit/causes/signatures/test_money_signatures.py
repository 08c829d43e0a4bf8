"""Settings, sizes and equity, read off a plain bot's log."""

import numpy as np
import polars as pl
import pytest

from frames import explain
from hyprl.causes.cause import Cause
from hyprl.report.worded import worded


def test_equal_logs_show_nothing(found, other) -> None:
    assert found(other.log()) == ()


def test_another_threshold_shows_in_each_sides_own_directions(found, other) -> None:
    other.threshold = 0.62
    (top, *_) = found(other.log())
    assert (top.cause, top.confident) == (Cause.CONFIGURATION, True)
    assert "long threshold" in top.evidence


@pytest.mark.parametrize("reward", [1.5, 2.1, 4.0])
def test_another_reward_multiple_follows_from_expected_pnl(found, other, reward) -> None:
    other.reward = reward
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.CONFIGURATION, True)
    assert f"2 left and {reward:g} right" in top.evidence


def test_another_stop_multiple_is_one_ratio_of_stop_distances(found, other) -> None:
    other.stop_multiple = 2.5
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.CONFIGURATION, True)
    assert top.details["ratio"] == pytest.approx(1.25, abs=1e-6)


def test_another_risk_fraction_is_not_told_from_another_currency(found, other) -> None:
    other.fraction = 0.0125
    findings = found(other.log())
    assert {finding.cause for finding in findings} == {Cause.CONFIGURATION, Cause.SIZING_EQUITY}
    assert not any(finding.confident for finding in findings)


def test_accounts_of_another_size_are_scaled_through_every_trade(found, other) -> None:
    other.start = 90_000.0
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.SIZING_EQUITY, True)
    assert "0.9 times" in top.evidence


@pytest.mark.parametrize("drift", [1e-3, 1e-4, 1e-5, -1e-4])
def test_drifting_equity(found, other, drift) -> None:
    other.read_equity = lambda own: own * (1.0 + drift * np.arange(1, len(own) + 1))
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.SIZING_EQUITY, True)
    assert "drifts" in top.evidence


def test_equity_read_once(found, other) -> None:
    other.read_equity = lambda own: np.full(len(own), own[0])
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.SIZING_EQUITY, True)
    assert "stands still" in top.evidence


def test_equity_of_the_bar_before(found, other) -> None:
    other.read_equity = lambda own: np.concatenate((own[:1], own[:-1]))
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.SIZING_EQUITY, True)
    assert "1 bar before" in top.evidence


def test_money_added_while_flat_may_be_a_setting_too(found, other) -> None:
    other.read_equity = lambda own: own + np.where(np.arange(len(own)) > 200, 25_000.0, 0.0)
    (top,) = found(other.log())
    assert top.cause == Cause.SIZING_EQUITY
    assert "+250.00" in top.evidence
    assert not top.confident


def test_foreign_holding_moves_equity_before_any_trade(found, other) -> None:
    market = np.cumsum(np.random.default_rng(3).normal(0.0, 40.0, len(other.times)))
    other.read_equity = lambda own: own + market[: len(own)]
    (top, *_) = found(other.log())
    assert top.cause in (Cause.STATE_LOST, Cause.SIZING_EQUITY)
    assert "before any trade" in top.evidence


def test_recorded_settings_that_differ_are_named(left, found, other) -> None:

    noted = left.with_columns(threshold_long=pl.lit(0.6))
    (top,) = worded(explain(noted, other.log().with_columns(threshold_long=pl.lit(0.61)))).findings
    assert (top.cause, top.confident) == (Cause.CONFIGURATION, True)
    assert "threshold_long 0.6 left, 0.61 right" in top.evidence
