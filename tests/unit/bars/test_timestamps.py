from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.bars.table import Origin
from hyprl.bars.timestamps import parse_instants
from hyprl.errors import BarFileError

INSTANT = 1736951400_000000  # 2025-01-15 14:30 UTC, 09:30 in New York


def parse(values, zone=None, dtype=None):
    column = pl.Series("t", values, dtype=dtype)
    return parse_instants(column, zone, Origin("x.csv"), np.arange(1, len(column) + 1)).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-15 14:30:00+00:00",
        "2025-01-15T14:30:00Z",
        "2025-01-15T14:30Z",
        " 2025-01-15 14:30:00 UTC ",
        "2025-01-15 14:30:00+00",
        "2025-01-15 14:30:00.000+0000",
        "2025-01-15 09:30:00-05:00",
        "2025-01-15 09:30 -0500",
        "2025/01/15 20:00:00+05:30",
        "1736951400",
        "1736951400.0",
        "1736951400000",
        "1736951400000000",
        "1736951400000000000",
    ],
)
def test_every_usual_spelling_of_an_aware_time_is_one_instant(text):
    assert parse([text]) == [INSTANT]


@pytest.mark.parametrize("text", ["2025-01-15 09:30:00", "2025.01.15 09:30", "20250115 09:30:00"])
def test_a_naive_time_is_taken_in_the_declared_zone(text):
    assert parse([text], zone="America/New_York") == [INSTANT]


def test_a_declared_zone_does_not_move_an_aware_time():
    assert parse(["2025-01-15 14:30:00+00:00"], zone="Asia/Tokyo") == [INSTANT]


def test_offsets_may_change_within_a_file():
    july = int(datetime(2025, 7, 15, 13, 30, tzinfo=UTC).timestamp()) * 1_000_000
    assert parse(["2025-01-15 09:30:00-05:00", "2025-07-15 09:30:00-04:00"]) == [INSTANT, july]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_stored_datetimes_are_read_in_any_unit(unit):
    aware = pl.Series([datetime(2025, 1, 15, 14, 30)]).cast(pl.Datetime(unit)).dt.replace_time_zone("UTC")
    assert parse(aware) == [INSTANT]


def test_stored_naive_datetimes_need_a_zone():
    with pytest.raises(BarFileError, match="no time zone"):
        parse([datetime(2025, 1, 15, 14, 30)])
    assert parse([datetime(2025, 1, 15, 9, 30)], zone="America/New_York") == [INSTANT]


def test_integers_and_floats_are_epochs():
    assert parse([1736951400]) == parse([1736951400.0]) == [INSTANT]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["2025-01-15 14:30:00Z", "2025-01-15 15:30"], "row 2"),
        (["01/15/2025 09:30"], "row 1: `01/15/2025 09:30` is not a timestamp"),
        (["2025-13-40 14:30:00Z"], "row 1"),
        ([1736951400, 1736951400000], "row 2"),
        ([20250115], "not an epoch"),
        ([float("nan")], "not an epoch"),
        ([date(2025, 1, 15)], "no time zone"),
        ([True], "type Boolean"),
    ],
)
def test_what_cannot_be_read_is_named_by_row(values, message):
    with pytest.raises(BarFileError, match=message):
        parse(values)


@pytest.mark.parametrize("text", ["2025-03-09 02:30:00", "2025-11-02 01:30:00"])
def test_a_local_time_that_dst_skips_or_repeats_is_refused(text):
    with pytest.raises(BarFileError, match="twice or never"):
        parse([text], zone="America/New_York")


def test_an_unknown_zone_is_named():
    with pytest.raises(BarFileError, match="`Mars/Base` is not a time zone"):
        parse(["2025-01-15 09:30"], zone="Mars/Base")


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.timezones()))
def test_any_iso_text_means_what_python_reads(moment):
    offset = moment.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        return
    expected = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // (datetime.resolution)
    assert parse([moment.isoformat()]) == [expected]
