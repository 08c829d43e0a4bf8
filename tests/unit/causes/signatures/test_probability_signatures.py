"""Features and model, read off the probabilities of a plain bot's log."""

import numpy as np
import polars as pl
import pytest

from hyprl.causes.cause import Cause


@pytest.mark.parametrize("bars", [1, 2, 5, -1])
def test_a_lag_of_all_inputs_is_restored_by_a_shift(found, other, bars) -> None:
    other.fast, other.slow = np.roll(other.fast, bars), np.roll(other.slow, bars)
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.FEATURE_MISALIGNMENT, True)
    assert top.details["lag_bars"] == bars


def test_a_lag_of_one_input_cancels_out(found, other) -> None:
    other.fast = np.roll(other.fast, 1)
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.FEATURE_MISALIGNMENT, True)
    assert "cancel" in top.evidence


def test_other_inputs_are_not_told_from_another_model(found, other) -> None:
    other.fast = np.random.default_rng(5).normal(size=len(other.fast))
    findings = found(other.log())
    assert {finding.cause for finding in findings[:2]} == {Cause.FEATURE_MISALIGNMENT, Cause.MODEL_PATH}
    assert not any(finding.confident for finding in findings)


def test_inputs_of_the_first_bars_of_sessions(found, other) -> None:
    other.fast[::7] = 0.0
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.FEATURE_MISALIGNMENT, True)
    assert "first of its session" in top.evidence


@pytest.mark.parametrize(("slope", "level"), [(1.0, 0.1), (0.8, 0.0), (0.5, -0.2)])
def test_a_calibration_is_a_line_between_log_odds(found, other, slope, level) -> None:
    other.fast, other.slow, other.bias = slope * other.fast, slope * other.slow, level
    (top, *_) = found(other.log())
    assert (top.cause, top.confident) == (Cause.MODEL_PATH, True)
    assert f"{slope:.5g} × left {level:+.5g}" in top.evidence


def test_a_bent_calibration_is_a_rising_function(found, other) -> None:
    log_odds = other.log_odds()
    other.fast, other.slow = np.tanh(log_odds) / 0.4, np.zeros_like(log_odds)
    (top, *_) = found(other.log())
    assert (top.cause, top.confident) == (Cause.MODEL_PATH, True)
    assert "rising function" in top.evidence


def test_noise_that_keeps_the_order_is_no_calibration(found, other) -> None:
    other.fast += 1e-7 * np.random.default_rng(6).normal(size=len(other.fast))
    findings = found(other.log())
    assert Cause.MODEL_PATH not in {finding.cause for finding in findings if finding.confident}


def test_a_model_swapped_in_mid_run_is_not_certain(found, other) -> None:
    other.slow[200:] += 0.1 * other.fast[200:]
    findings = found(other.log())
    assert findings[0].cause == Cause.MODEL_PATH
    assert not findings[0].confident


@pytest.mark.parametrize("kept", [1.0 - 1.0 / 14.0, 1.0 - 1.0 / 72.0])
def test_a_cold_start_fades_as_a_wilder_average(found, other, kept) -> None:
    other.slow = other.slow + 0.3 * kept ** np.arange(len(other.slow))
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.WARMUP, True)
    assert top.details["wilder_length"] == pytest.approx(1.0 / (1.0 - kept), rel=1e-3)


def test_the_same_fade_after_equal_bars_is_a_restart(found, other) -> None:
    other.slow[150:] += 0.3 * (13.0 / 14.0) ** np.arange(len(other.slow) - 150)
    (top, *_) = found(other.log())
    assert top.cause == Cause.STATE_LOST


def test_a_difference_that_comes_back_does_not_fade(found, other) -> None:
    pulse = 0.3 * (13.0 / 14.0) ** (np.arange(len(other.slow)) % 60)
    other.slow = other.slow + pulse
    assert Cause.WARMUP not in {finding.cause for finding in found(other.log()) if finding.confident}


def test_values_frozen_since_a_restart(found, other) -> None:
    other.fast[200:], other.slow[200:] = other.fast[200], other.slow[200]
    (top, *_) = found(other.log())
    assert (top.cause, top.confident) == (Cause.STATE_LOST, True)
    assert top.details["bars"] > 200


def test_differences_that_pass_through_a_window(found, other) -> None:
    other.slow[100:110] += 0.1
    other.slow[200:215] -= 0.1
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.DATA_REVISION, False)


@pytest.mark.parametrize("digits", [2, 3, 6])
def test_rounded_probabilities(found, other, digits) -> None:
    (top, *_) = found(other.log().with_columns(pl.col("probability_up").round(digits)))
    assert (top.cause, top.confident) == (Cause.FLOATING_POINT, True)
    assert f"{digits} decimals" in top.evidence


def test_float32_probabilities(found, other) -> None:
    narrow = pl.col("probability_up").cast(pl.Float32).cast(pl.Float64)
    (top,) = found(other.log().with_columns(narrow))
    assert (top.cause, top.confident) == (Cause.FLOATING_POINT, True)
    assert "float32" in top.evidence


def test_late_start_has_no_probability_at_first(found, other) -> None:
    early = pl.int_range(pl.len()) < 20
    log = other.log().with_columns(
        pl.when(~early).then(pl.col(name)).alias(name)
        for name in ("probability_up", "position_size", "expected_pnl")
    )
    (top, *_) = found(log)
    assert (top.cause, top.confident) == (Cause.WARMUP, True)
    assert top.details["bars"] == 20


def test_a_side_that_never_got_ready_is_possible_not_certain(found, other) -> None:
    never = [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("probability_up", "position_size")]
    (top, *_) = found(other.log().with_columns(*never, decision=pl.lit("reject")))
    assert (top.cause, top.confident) == (Cause.WARMUP, False)
