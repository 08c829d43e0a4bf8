from datetime import UTC, date, datetime

import numpy as np
import pytest

from hyprl.bars.calendar import known_days, session_hours, table_span, window_us
from hyprl.domain.instants import iso_utc
from hyprl.errors import CalendarError


def us(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000


def test_a_normal_winter_day_has_seven_bars_and_the_last_is_half_an_hour():
    grid = session_hours(date(2025, 1, 15), date(2025, 1, 15))
    assert grid.open_utc_us.tolist() == [us(2025, 1, 15, hour, 30) for hour in range(14, 21)]
    assert grid.close_utc_us[-1] - grid.open_utc_us[-1] == 30 * 60 * 1_000_000
    assert grid.close_utc_us[-1] == us(2025, 1, 15, 21)


def test_a_half_day_has_four_bars_the_last_from_1230_to_1300():
    grid = session_hours(date(2024, 11, 29), date(2024, 11, 29))
    assert grid.open_utc_us.tolist() == [us(2024, 11, 29, hour, 30) for hour in (14, 15, 16, 17)]
    assert grid.close_utc_us[-1] == us(2024, 11, 29, 18)


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        (date(2025, 3, 7), 14),
        (date(2025, 3, 10), 13),
        (date(2025, 10, 31), 13),
        (date(2025, 11, 3), 14),
    ],
)
def test_both_dst_changes_move_the_open_in_utc(day, hour):
    assert session_hours(day, day).open_utc_us[0] == us(day.year, day.month, day.day, hour, 30)


def test_the_microscope_ends_in_a_weekend_and_a_holiday():
    grid = session_hours(date(2025, 1, 15), date(2025, 1, 20))
    assert len(grid) == 21
    assert sorted(set(grid.session.tolist())) == [20103, 20104, 20105]


def test_a_weekend_has_no_bars():
    assert len(session_hours(date(2025, 1, 18), date(2025, 1, 19))) == 0


@pytest.mark.parametrize("day", [date(2004, 12, 31), date(2090, 1, 2), date(1, 1, 1)])
def test_a_date_outside_the_table_is_a_calendar_error(day):
    with pytest.raises(CalendarError, match="outside the session table"):
        session_hours(day, day)


def test_an_end_before_the_start_is_a_calendar_error():
    with pytest.raises(CalendarError, match="before it starts"):
        session_hours(date(2025, 1, 2), date(2025, 1, 1))


def test_a_window_runs_from_local_midnight_to_local_midnight_across_dst():
    assert window_us(date(2025, 3, 8), date(2025, 3, 9)) == (us(2025, 3, 8, 5), us(2025, 3, 10, 4))


def test_the_grid_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        session_hours(date(2025, 1, 15), date(2025, 1, 15)).open_utc_us[0] = 0


def test_slots_between_two_instants_and_the_slot_of_an_instant():
    grid = session_hours(date(2025, 1, 15), date(2025, 1, 16))
    assert len(grid.between(us(2025, 1, 15, 15, 30), us(2025, 1, 15, 17, 30))) == 2
    assert grid.slot_at(us(2025, 1, 15, 14, 29)) == -1
    assert grid.slot_at(us(2025, 1, 15, 15, 29)) == 0
    assert grid.slot_at(us(2025, 1, 15, 21, 0)) == -1


@pytest.mark.parametrize("instant", [-(2**63), -1, 2**62, 2**63 - 1])
def test_an_absurd_instant_is_a_calendar_error_named_by_its_place(instant):
    with pytest.raises(CalendarError, match="row 1"):
        known_days(np.array([us(2025, 1, 15), instant]), lambda index: f"row {index}")


def test_the_exchanges_day_begins_at_its_own_midnight():
    instants = np.array([us(2025, 1, 16, 4, 59), us(2025, 1, 16, 5)])
    assert known_days(instants, str).tolist() == [20103, 20104]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # exchange_calendars trips deprecations of pandas 3
def test_the_frozen_table_equals_exchange_calendars():
    calendars = pytest.importorskip("exchange_calendars")
    first, last = (np.datetime64(day, "D") for day in table_span())
    calendar = calendars.get_calendar("XNYS", start=str(first), end=str(last))
    grid = session_hours(first.item(), last.item())
    begins = np.flatnonzero(np.diff(grid.session, prepend=-1))
    ends = np.append(begins[1:], len(grid)) - 1
    opens = calendar.opens.dt.tz_convert(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    assert grid.open_utc_us[begins].tolist() == opens.tolist()
    closes = calendar.closes.dt.tz_convert(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    assert grid.close_utc_us[ends].tolist() == closes.tolist()
    assert grid.session[begins].tolist() == [
        (day.date() - date(1970, 1, 1)).days for day in calendar.sessions
    ]


def test_the_tail_of_a_half_day_is_the_half_hour_before_its_early_close():
    grid = session_hours(
        date(2025, 7, 2), date(2025, 7, 7)
    )  # the third closes at 13:00, the fourth is a holiday
    assert [iso_utc(us) for us in grid.open_utc_us[grid.half_day_tails].tolist()] == ["2025-07-03T16:30:00Z"]
