from datetime import UTC, datetime, timedelta

import pytest

from hyprl.bars.aggregate import aggregate_file
from hyprl.config import BarsConfig
from hyprl.errors import BarFileError, BarRuleError

HEADER = "timestamp,open,high,low,close,volume\n"
OPEN = datetime(2025, 1, 15, 14, 30, tzinfo=UTC)


def row(minutes, values="10,11,9,10,100"):
    return f"{(OPEN + timedelta(minutes=minutes)).isoformat()},{values}\n"


def day(step):
    return HEADER + "".join(row(at) for at in range(-60, 450, step))


@pytest.mark.parametrize("step", [1, 5, 15, 30])
def test_a_day_of_minutes_gives_seven_hours(csv, step):
    hours = aggregate_file(csv(day(step)), "NVDA", BarsConfig())
    assert hours.series.volume.tolist() == [100.0 * 60 / step] * 6 + [100.0 * 30 / step]
    assert hours.minutes.interval_minutes == step
    assert hours.minutes.outside_session == 120 // step
    assert (hours.minutes.partial, hours.minutes.unfinished) == ((), None)
    assert (hours.report.slots_present, hours.report.slots_expected) == (7, 7)


def test_the_hour_in_which_the_file_ends_is_left_out_and_reported(csv):
    text = HEADER + "".join(row(at) for at in range(0, 100, 5))
    hours = aggregate_file(csv(text), "NVDA", BarsConfig())
    assert len(hours.series) == 1
    assert hours.minutes.unfinished.parts == 8
    assert hours.minutes.to_dict()["unfinished_hour"] == "2025-01-15T15:30:00Z"


def test_a_missing_hour_stays_missing_and_partial_hours_are_listed(csv):
    text = HEADER + "".join(row(at) for at in range(0, 240, 5) if not 60 <= at < 120 and at != 130)
    hours = aggregate_file(csv(text), "NVDA", BarsConfig())
    assert hours.report.finding("missing").count == 1
    assert [(hour.parts, hour.parts_expected) for hour in hours.minutes.partial] == [(11, 12)]


@pytest.mark.parametrize(
    ("spoiled", "rule"),
    [
        (row(5, "10,nan,9,10,1"), "non_finite"),
        (row(5, "10,11,10.5,10,1"), "inconsistent_range"),
        (row(0), "duplicate"),
        (row(-5) + row(2), "off_grid"),
    ],
)
def test_minute_bars_are_judged_by_the_policies(csv, policies, spoiled, rule):
    text = HEADER + row(0) + spoiled + "".join(row(at) for at in range(10, 60, 5))
    with pytest.raises(BarRuleError, match=rule):
        aggregate_file(csv(text), "NVDA", BarsConfig())
    hours = aggregate_file(csv(text), "NVDA", policies(**{rule: "drop"}))
    assert hours.series.volume.tolist() == [1100.0]
    assert [finding.rule for finding in hours.minutes.findings if finding.count] == [rule]


def test_shuffled_minutes_may_be_kept_and_are_then_sorted(csv, policies):
    text = HEADER + "".join(row(at) for at in (0, 30, 15, 45))
    assert aggregate_file(csv(text), "NVDA", policies(out_of_order="keep")).series.volume.tolist() == [400.0]


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (range(0, 240, 60), "60 minutes apart"),
        (range(450, 600, 5), "no whole hour"),
        (range(0, 5), "no whole hour"),
    ],
)
def test_what_gives_no_hours_is_a_named_error(csv, times, message):
    with pytest.raises(BarFileError, match=message):
        aggregate_file(csv(HEADER + "".join(row(at) for at in times)), "NVDA", BarsConfig())
