from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from hyprl.errors import ConfigError, SignalLogError
from hyprl.logs.bar_times import BarGrid, grid_of_log, to_bar_opens
from hyprl.logs.logmap import LogMap

DAY = "2025-01-15"
NEXT_DAY = "2025-01-16"
HOUR_US = 3_600_000_000


def at(*clocks: str) -> pl.DataFrame:
    stamps = [f"{clock}Z" if "T" in clock else f"{DAY}T{clock}Z" for clock in clocks]
    return pl.DataFrame(
        {"timestamp": pl.Series(stamps, dtype=pl.String).str.to_datetime(time_unit="us", time_zone="UTC")}
    )


def clocks(frame: pl.DataFrame) -> list[str]:
    return frame["timestamp"].dt.strftime("%H:%M").to_list()


def session() -> BarGrid:
    """Two days of three bars, the last of each half an hour long."""
    start = int(datetime(2025, 1, 15, 18, 30, tzinfo=UTC).timestamp() * 1e6)
    opens = np.array([start + day * 24 * HOUR_US + bar * HOUR_US for day in (0, 1) for bar in (0, 1, 2)])
    return BarGrid("XNYS", opens, opens + np.array([HOUR_US, HOUR_US, HOUR_US // 2] * 2))


def placed(frame: pl.DataFrame, grid: BarGrid | None = None, **keys: object) -> list[str]:
    return clocks(to_bar_opens(frame, LogMap(**keys), grid, "log"))


def test_open_stamps_stay() -> None:
    assert placed(at("18:30", "19:31")) == ["18:30", "19:31"]


def test_close_stamps_move_back_by_the_bar_length() -> None:
    assert placed(at("19:30", "20:30"), stamp="close", bar="1h") == ["18:30", "19:30"]


def test_close_stamps_on_a_calendar_know_the_short_last_bar() -> None:
    assert placed(at("19:30", "21:00"), session(), stamp="close") == ["18:30", "20:30"]


def test_fills_belong_to_the_bar_before_also_over_night() -> None:
    frame = at("19:30", f"{NEXT_DAY}T18:30:00")
    assert placed(frame, session(), fill_delay_bars=1) == ["18:30", "20:30"]


@pytest.mark.parametrize(("stamp", "expected"), [("open", ["19:30"]), ("close", ["19:30"])])
def test_an_instant_inside_a_bar_snaps_to_it(stamp: str, expected: list[str]) -> None:
    assert placed(at("19:41"), session(), stamp=stamp, snap=True) == expected
    assert placed(at("19:41"), stamp=stamp, snap=True, bar="30m") == expected


def test_an_edge_belongs_to_the_bar_that_its_stamp_says() -> None:
    assert placed(at("19:30"), session(), stamp="open", snap=True) == ["19:30"]
    assert placed(at("19:30"), session(), stamp="close", snap=True) == ["18:30"]
    assert placed(at("19:30"), stamp="close", snap=True, bar="30m") == ["19:00"]


@pytest.mark.parametrize(
    ("clock", "keys", "message"),
    [
        ("19:41", {"stamp": "close"}, "row 1: 2025-01-15T19:41:00Z is of no bar of XNYS"),
        ("17:00", {"stamp": "open", "snap": True}, "is of no bar of XNYS"),
        ("23:00", {"stamp": "close", "snap": True}, "is of no bar of XNYS"),
        ("18:30", {"fill_delay_bars": 1}, "was decided before the first bar of XNYS"),
    ],
)
def test_a_row_of_no_bar_is_named(clock: str, keys: dict[str, object], message: str) -> None:
    with pytest.raises(SignalLogError, match=message):
        placed(at(clock), session(), **keys)


def test_bars_of_a_continuous_market_begin_at_whole_multiples() -> None:
    keys = {"calendar": "continuous", "bar": "1h", "fill_delay_bars": 1}
    assert placed(at("19:00"), **keys) == ["18:00"]
    assert placed(at("19:00"), **keys, stamp="close") == ["17:00"]
    with pytest.raises(SignalLogError, match="is no close of a 1h bar"):
        placed(at("19:30"), **keys, stamp="close")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"stamp": "close"}, "needs the bars"),
        ({"stamp": "open", "snap": True}, "needs the bars"),
        ({"bar": "1h", "fill_delay_bars": 1}, "needs a calendar"),
    ],
)
def test_what_needs_bars_and_has_none_says_so(keys: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        placed(at("19:30"), **keys)


def bars_of_a_log() -> BarGrid:
    days = [f"{day}T{clock}" for day in (DAY, NEXT_DAY) for clock in ("18:30:00", "19:30:00", "20:30:00")]
    return grid_of_log(at(*days), "the other log")


def test_another_log_s_bars_place_closes_the_last_of_a_session_too() -> None:
    assert placed(at("19:30", "21:00"), bars_of_a_log(), stamp="close") == ["18:30", "20:30"]


def test_a_fill_a_little_after_a_close_is_not_pushed_into_the_next_bar() -> None:
    late = at("19:30", "20:30", f"{DAY}T19:30:00.005")
    assert placed(late, bars_of_a_log(), stamp="close") == [
        "18:30",
        "19:30",
        "19:30",
    ]  # the late one as stamped
    assert (
        to_bar_opens(late, LogMap(stamp="close"), bars_of_a_log(), "log")["timestamp"][2].microsecond == 5000
    )


def test_most_rows_of_no_bar_are_refused_even_where_bars_may_be_missing() -> None:
    with pytest.raises(SignalLogError, match="is of no bar of the other log"):
        placed(at("18:31", "19:31", "20:31"), bars_of_a_log(), stamp="close")


def test_a_log_of_one_bar_or_none_places_nothing_by_guess() -> None:
    assert len(grid_of_log(at(), "log").open_us) == 0
    with pytest.raises(SignalLogError, match="is of no bar"):
        placed(at("19:30"), grid_of_log(at(), "log"), stamp="close")
