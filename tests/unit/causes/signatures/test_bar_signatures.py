"""Bars and their times, read off a plain bot's log that has no bars."""

import numpy as np
import polars as pl
import pytest

from frames import explain
from hyprl.causes.cause import Cause
from hyprl.report.worded import worded


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        ("1h", "one side stamps a bar with its open"),
        ("-30m", "another minute of the hour"),
        ("5h", "time zone"),
    ],
)
def test_shifted_stamps(found, other, shift, said) -> None:
    (top,) = found(other.log().with_columns(pl.col("timestamp").dt.offset_by(shift)))
    assert (top.cause, top.confident) == (Cause.BAR_TIMING, True)
    assert said in top.evidence


def test_stamps_shifted_in_summer_alone_are_daylight_saving(other) -> None:

    log = other.log().with_columns(pl.col("timestamp").dt.offset_by("60d"))  # from February to April
    summer = pl.col("timestamp") >= pl.datetime(2025, 3, 9, 7, time_zone="UTC")
    late = log.with_columns(
        pl.when(summer).then(pl.col("timestamp").dt.offset_by("1h")).otherwise("timestamp")
    )
    (top,) = worded(explain(log, late)).findings
    assert (top.cause, top.confident) == (Cause.BAR_TIMING, True)
    assert "daylight saving" in top.evidence


@pytest.mark.parametrize(
    ("every", "said"), [(2, "every 2nd bar"), (7, "every 7th bar"), (50, "every 50th bar")]
)
def test_skipped_bars_with_a_pattern(found, other, every, said) -> None:
    log = other.log().with_row_index().filter(pl.col("index") % every != 1).drop("index")
    (top,) = found(log)
    assert (top.cause, top.confident) == (Cause.BAR_TIMING, True)
    assert said in top.evidence


def test_scattered_missing_bars_are_no_certain_cause(found, other) -> None:
    (top,) = found(other.log().sample(fraction=0.9, seed=1).sort("timestamp"))
    assert (top.cause, top.confident) == (Cause.BAR_TIMING, False)


def test_one_log_that_starts_later_lacks_nothing_inside(found, other) -> None:
    assert found(other.log()[20:]) == ()


def test_revised_bars_are_single_true_ranges(found, other) -> None:
    other.ranges[[50, 90, 100, 200, 300, 310]] *= 1.5
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.DATA_REVISION, False)
    assert "6 single bars" in top.evidence


def test_unadjusted_prices_up_to_a_date(found, other) -> None:
    other.ranges[:200] *= 4.0
    other.bias = 1e-9
    top = max(found(other.log()), key=lambda finding: finding.confidence)
    assert (top.cause, top.confident) == (Cause.DATA_REVISION, True)
    assert "4 times the left's" in top.evidence


def test_unfinished_bars_have_smaller_ranges(found, other) -> None:
    other.ranges *= np.random.default_rng(1).uniform(0.7, 0.8, len(other.ranges))
    (top,) = found(other.log())
    assert top.cause == Cause.BAR_TIMING
    assert "before they closed" in top.evidence


def test_bars_decided_with_the_data_of_the_last(found, other) -> None:
    late = np.flatnonzero(np.random.default_rng(2).uniform(size=len(other.ranges)) < 0.2)[1:]
    healthy = other.ranges.copy()
    other.ranges[late] = healthy[late - 1]
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.BAR_TIMING, True)


def test_rounded_prices_differ_both_ways_by_little(found, other) -> None:
    other.ranges += np.random.default_rng(2).uniform(-0.005, 0.005, len(other.ranges))
    (top,) = found(other.log())
    assert top.cause == Cause.FLOATING_POINT
    assert "rounded" in top.evidence


def test_an_atr_of_three_decimals(found, other, wilder_average) -> None:
    other.atr = np.round(wilder_average(other.ranges), 3)
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.FLOATING_POINT, True)
    assert "multiples of 0.001" in top.evidence


@pytest.mark.parametrize("kept", [40, 80])
def test_history_capped_at_n_bars(found, other, wilder_average, kept) -> None:
    def afresh(ranges: np.ndarray) -> float:
        seeded = np.concatenate((ranges[:14].mean(keepdims=True), ranges[14:]))
        return float(wilder_average(seeded)[-1])

    whole = wilder_average(other.ranges)
    other.atr = np.array(
        [whole[t] if t < kept else afresh(other.ranges[t - kept + 1 : t + 1]) for t in range(len(whole))]
    )
    (top,) = found(other.log())
    assert (top.cause, top.confident) == (Cause.WARMUP, True)
    assert f"its last {kept} bars" in top.evidence
