from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.errors import BarFileError
from hyprl.tables.instant_columns import parse_instants
from hyprl.tables.instants import Flaw, instant_of
from hyprl.tables.table import Source

INSTANT = 1736951400_000000  # 2025-01-15 14:30 UTC, 09:30 in New York


def parse(values, zone=None, dtype=None):
    column = pl.Series("t", values, dtype=dtype)
    return parse_instants(column, zone, Source("x.csv", BarFileError), np.arange(1, len(column) + 1)).tolist()


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


def test_one_row_in_many_that_is_unusual_is_read_by_the_same_rule():
    usual = ["2025-01-15T14:30:00Z", "2025-01-15 09:30:00.000001-05:00", "2025-01-15 14:30:00"]
    assert parse([*usual, "20250115 09:30 US/Eastern"], zone="UTC") == [
        INSTANT,
        INSTANT + 1,
        INSTANT,
        INSTANT,
    ]


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (pl.Series([1736951400_000000001]).cast(pl.Datetime("ns", "UTC")), "finer than a microsecond"),
        (pl.Series([2**62]).cast(pl.Datetime("us", "UTC")), "outside the years 1 to 9999"),
        (pl.Series([2**62]).cast(pl.Datetime("ms", "UTC")), "outside the years 1 to 9999"),
        (pl.Series([-(2**62)]).cast(pl.Datetime("us")), "outside the years 1 to 9999"),
        (pl.Series([2**64 - 1], dtype=pl.UInt64), "not an epoch"),
        (pl.Series([None, 1736951400]), "row 1 has no timestamp"),
        (pl.Series([1736951400, None]), "row 2 has no timestamp"),
    ],
)
def test_stored_values_that_are_no_instant_are_named(stored, message):
    with pytest.raises(BarFileError, match=message):
        parse(stored, zone="America/New_York")


TAILS = [
    "",
    "Z",
    "z",
    " UTC",
    "gmt",
    "+00",
    "-0500",
    "-05:00",
    "+24:00",
    "+05:60",
    " US/Eastern",
    " Mars/Base",
    "ZZ",
    "Zz",
]
DECIMALS = ["", ".0", ".5", ",123", ".123456", ".1234560", ".1234567", ".123456789", ".1234567891"]


SPELLINGS = st.tuples(
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m/%d", "%d-%m-%Y"]),
    st.sampled_from(["T", "t", " ", "  ", "_", "x"]),
    st.sampled_from(["%H:%M:%S", "%H:%M", "%H%M%S", "%H%M", "%H:%M:60", "24:00:00", ""]),
    st.sampled_from(DECIMALS),
    st.sampled_from(TAILS),
)


@given(
    st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)),
    SPELLINGS,
    st.sampled_from([None, "UTC", "America/New_York"]),
)
def test_a_column_and_a_single_value_are_read_alike(moment, spelling, zone):
    date, between, clock, decimals, tail = spelling
    day = moment.strftime(date).rjust(len(moment.strftime(date)) + 4 - len(str(moment.year)), "0")
    text = f"{day}{between if clock else ''}{moment.strftime(clock)}{decimals if '%S' in clock else ''}{tail}"
    alone = instant_of(text, zone)
    if isinstance(alone, Flaw):
        with pytest.raises(BarFileError, match=alone if alone is not Flaw.NOT_ONCE else "twice or never"):
            parse([text], zone)
    else:
        assert parse([text, "2025-01-15T14:30:00Z"], zone) == [alone, INSTANT]


@given(st.integers(-(2**64), 2**64) | st.floats(10**8, 10**19) | st.integers(10**8, 2**63))
def test_a_column_of_numbers_and_a_single_number_are_read_alike(number):
    alone = instant_of(number)
    column = pl.Series("t", [number], dtype=pl.Int128 if isinstance(number, int) else pl.Float64)
    if isinstance(alone, Flaw):
        with pytest.raises(BarFileError, match=alone):
            parse(column)
    else:
        assert parse(column) == [alone]
