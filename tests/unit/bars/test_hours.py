from datetime import UTC, date, datetime

import pytest

from hyprl.bars.calendar import session_hours
from hyprl.bars.hours import HourAggregator
from hyprl.domain.bars import Bar
from hyprl.errors import BarRuleError, ConfigError

MINUTE = 60_000_000
NAN = float("nan")


def us(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000


OPEN = us(2025, 1, 15, 14, 30)


def flat(price=1.0, volume=1.0):
    return Bar(price, price, price, price, volume)


def run(minutes, opens):
    machine = HourAggregator(minutes)
    hours = [machine.push(opened, flat()) for opened in opens]
    return [hour for hour in [*hours, machine.flush(opens[-1] + minutes * MINUTE)] if hour is not None]


def test_an_hour_is_first_open_extremes_last_close_and_summed_volume():
    machine = HourAggregator(30)
    assert machine.push(OPEN, Bar(10.0, 12.0, 9.0, 11.0, 100.0)) is None
    assert machine.push(OPEN + 30 * MINUTE, Bar(11.0, 11.5, 8.0, 9.5, 50.0)) is None
    hour = machine.push(OPEN + 60 * MINUTE, flat())
    assert hour.bar == Bar(10.0, 12.0, 8.0, 9.5, 150.0)
    assert (hour.open_utc_us, hour.close_utc_us, hour.session) == (OPEN, OPEN + 60 * MINUTE, 20103)
    assert (hour.parts, hour.parts_expected, hour.partial) == (2, 2, False)


def test_volume_is_added_in_arrival_order():
    machine = HourAggregator(15)
    for nth, volume in enumerate((1e16, 1.0, 1.0, 1.0)):
        machine.push(OPEN + nth * 15 * MINUTE, flat(volume=volume))
    assert machine.flush(OPEN + 60 * MINUTE).bar.volume == ((1e16 + 1.0) + 1.0) + 1.0 != 1e16 + 3.0


@pytest.mark.parametrize("minutes", [1, 5, 30])
@pytest.mark.parametrize("day", [date(2025, 1, 15), date(2024, 11, 29), date(2025, 3, 10), date(2025, 11, 3)])
def test_whole_days_give_the_calendars_hours_also_half_days_and_across_dst(minutes, day):
    grid = session_hours(day, day)
    opens = range(int(grid.open_utc_us[0]), int(grid.close_utc_us[-1]), minutes * MINUTE)
    hours = run(minutes, list(opens))
    assert [hour.open_utc_us for hour in hours] == grid.open_utc_us.tolist()
    assert [hour.close_utc_us for hour in hours] == grid.close_utc_us.tolist()
    assert not any(hour.partial for hour in hours)


def test_bars_before_and_after_the_session_are_counted_and_ignored():
    machine = HourAggregator(30)
    assert machine.push(OPEN - 30 * MINUTE, flat(999.0)) is None
    machine.push(us(2025, 1, 15, 20, 30), flat(5.0))
    hour = machine.push(us(2025, 1, 15, 21, 0), flat(999.0))
    assert (hour.bar, machine.outside) == (flat(5.0), 2)


def test_an_hour_without_minutes_is_not_invented_and_a_thin_one_is_partial():
    opens = [OPEN, OPEN + 150 * MINUTE, OPEN + 180 * MINUTE]
    hours = run(30, opens)
    assert [(hour.open_utc_us, hour.partial) for hour in hours] == [(OPEN, True), (OPEN + 120 * MINUTE, True)]


def test_flush_gives_the_hour_once_and_not_before_its_close():
    machine = HourAggregator(30)
    machine.push(OPEN, flat())
    assert machine.flush(OPEN + 60 * MINUTE - 1) is None
    assert machine.flush(OPEN + 60 * MINUTE).parts == 1
    assert machine.flush(OPEN + 60 * MINUTE) is None


def test_a_machine_restarted_in_mid_hour_continues():
    first = HourAggregator(15)
    first.push(OPEN, Bar(1.0, 3.0, 1.0, 2.0, 5.0))
    second = HourAggregator(15, first.pending)
    for nth in (1, 2, 3):
        second.push(OPEN + nth * 15 * MINUTE, flat(2.0))
    assert second.flush(OPEN + 60 * MINUTE).bar == Bar(1.0, 3.0, 1.0, 2.0, 8.0)
    with pytest.raises(BarRuleError, match="does not come after"):
        HourAggregator(15, first.pending).push(OPEN, flat())


@pytest.mark.parametrize("bad", [Bar(1.0, NAN, 1.0, 1.0, 1.0), Bar(1.0, 1.0, NAN, 1.0, 1.0)])
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_nan_in_any_minute_stays_in_the_hour(bad, nth):
    machine = HourAggregator(15)
    for at in range(4):
        machine.push(OPEN + at * 15 * MINUTE, bad if at == nth else flat())
    bar = machine.flush(OPEN + 60 * MINUTE).bar
    assert [value != value for value in bar] == [value != value for value in bad]


def test_time_may_not_stand_still_and_bars_may_not_straddle_the_grid():
    machine = HourAggregator(5)
    machine.push(OPEN, flat())
    with pytest.raises(BarRuleError, match="does not come after"):
        machine.push(OPEN, flat())
    with pytest.raises(BarRuleError, match="not aligned"):
        machine.push(OPEN + 7 * MINUTE, flat())
    with pytest.raises(ConfigError, match="60 minutes"):
        HourAggregator(60)
