import gzip
from io import BytesIO

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.bars.columns import bar_source
from hyprl.bars.read import read_bars
from hyprl.config import BarsConfig
from hyprl.errors import BarFileError, BarRuleError, CalendarError
from hyprl.tables.numbers import parse_numbers

HEADER = "ts_utc,open,high,low,close,volume\n"
ROW = "2025-01-15 14:30:00+00:00,100.1,101.7,99.3,100.9,12345\n"
NEXT = "2025-01-15 15:30:00+00:00,100.9,102,100,101,999\n"
VALUES = [100.1, 101.7, 99.3, 100.9, 12345.0]


def first_bar(path, symbol="NVDA", **options):
    return list(read_bars(path, symbol, BarsConfig(), **options).series.bar(0).bar)


@pytest.mark.parametrize(
    "header",
    [
        "timestamp,open,high,low,close,volume",
        "Datetime,Open,High,Low,Close,Volume",
        "Date,Open,High,Low,Close,Vol",
        "time,o,h,l,c,v",
        '"Time","OPEN","HIGH","LOW","CLOSE","VOLUME"',
        "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
        ",open,high,low,close,volume",
        "Open Time,Open Price,high_price,lowPrice,Close,volume",
    ],
)
def test_usual_spellings_of_the_columns_are_read(csv, header):
    assert first_bar(csv(header + "\n" + ROW)) == VALUES


def test_date_and_time_side_by_side_are_one_timestamp(csv):
    path = csv("Date,Time,Open,High,Low,Close,Volume\n2025.01.15,09:30,1,2,0.5,1.5,10\n")
    series = read_bars(path, "NVDA", BarsConfig(), timezone="America/New_York").series
    assert series.open_utc_us.tolist() == [1736951400_000000]


def test_when_every_bar_is_dropped_there_is_nothing_to_use(csv, policies):
    with pytest.raises(BarFileError, match="no bar of NVDA is left"):
        read_bars(csv(HEADER + ROW.replace("99.3", "nan")), "NVDA", policies(non_finite="drop"))


def test_adjusted_close_and_other_columns_are_ignored(csv):
    text = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends\n2025-01-15T14:30Z,1,2,0.5,1.5,9,10,0\n"
    assert first_bar(csv(text)) == [1.0, 2.0, 0.5, 1.5, 10.0]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_read(csv, separator):
    assert first_bar(csv((HEADER + ROW).replace(",", separator))) == VALUES


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"\r\n\n"])
def test_a_byte_order_mark_and_leading_blank_lines_do_not_matter(csv, prefix):
    assert first_bar(csv(prefix + (HEADER + ROW + "\n\n").replace("\n", "\r\n").encode())) == VALUES


def test_a_saved_yfinance_frame_with_its_three_header_lines_is_read(csv):
    text = "Price,Close,High,Low,Open,Volume\nTicker,NVDA,NVDA,NVDA,NVDA,NVDA\nDatetime,,,,,\n"
    assert first_bar(csv(text + "2025-01-15 14:30:00+00:00,1.5,2,1,1.25,7\n")) == [1.25, 2.0, 1.0, 1.5, 7.0]


def test_gzip_is_read_whatever_the_name(csv):
    assert first_bar(csv(gzip.compress((HEADER + ROW).encode(), mtime=0), "bars.bin")) == VALUES


@pytest.mark.parametrize("text", [False, True])
def test_parquet_is_read_with_datetimes_or_text(csv, text):
    table = pl.read_csv((HEADER + ROW).encode(), try_parse_dates=not text)
    buffer = BytesIO()
    table.write_parquet(buffer)
    assert first_bar(csv(buffer.getvalue(), "bars.parquet")) == VALUES


def test_parquet_written_by_pandas_with_an_unnamed_index_is_read(tmp_path):
    pandas = pytest.importorskip("pandas")
    index = pandas.DatetimeIndex(["2025-01-15 09:30"], tz="America/New_York")
    frame = pandas.DataFrame({"Open": 1.0, "High": 2.0, "Low": 1.0, "Close": 1.5, "Volume": 7}, index=index)
    frame.to_parquet(tmp_path / "x.parquet")
    assert first_bar(tmp_path / "x.parquet") == [1.0, 2.0, 1.0, 1.5, 7.0]


def test_the_asked_symbol_is_chosen_among_several(csv):
    text = "symbol," + HEADER + "MSFT," + ROW.replace("100.1", "100.2") + "NVDA," + ROW
    assert first_bar(csv(text)) == VALUES


def test_an_absent_symbol_names_those_that_are_there(csv):
    text = "symbol," + HEADER + "MSFT," + ROW + "AAPL," + ROW
    with pytest.raises(BarFileError, match="'AAPL', 'MSFT'"):
        read_bars(csv(text), "NVDA", BarsConfig())


def test_the_source_is_the_file_name_and_times_and_sessions_are_the_calendars(csv):
    series = read_bars(csv(HEADER + ROW + NEXT), "NVDA", BarsConfig()).series
    assert (series.source, series.symbol) == ("bars.csv", "NVDA")
    assert series.open_utc_us.tolist() == [1736951400_000000, 1736955000_000000]
    assert series.close_utc_us.tolist() == [1736955000_000000, 1736958600_000000]
    assert series.session.tolist() == [20103, 20103]


@given(st.floats(allow_nan=False).map(repr) | st.decimals(allow_nan=False, allow_infinity=False).map(str))
def test_numbers_are_parsed_as_python_does_to_the_bit(text):
    parsed = parse_numbers(pl.Series("open", [text]), np.array([1]), bar_source("x"))
    assert parsed.tobytes() == np.float64(float(text)).tobytes()


def test_an_empty_cell_breaks_non_finite_not_the_parser(csv):
    with pytest.raises(BarRuleError, match="non_finite"):
        read_bars(csv(HEADER + ROW.replace("99.3", "")), "NVDA", BarsConfig())


def test_a_row_that_ends_early_breaks_non_finite(csv):
    with pytest.raises(BarRuleError, match="row 2"):
        read_bars(csv(HEADER + ROW + "2025-01-15 15:30:00+00:00,100.9,1"), "NVDA", BarsConfig())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BarFileError, match=r"absent\.csv: cannot be read \(No such file"):
        read_bars(tmp_path / "absent.csv", "NVDA", BarsConfig())


def test_a_directory_is_named(tmp_path):
    with pytest.raises(BarFileError, match="is a directory"):
        read_bars(tmp_path, "NVDA", BarsConfig())


PARQUET = BytesIO()
pl.read_csv((HEADER + ROW).encode(), try_parse_dates=True).write_parquet(PARQUET)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("", "a.csv", "is empty"),
        (" \n\n", "a.csv", "is empty"),
        (HEADER, "a.csv", "has a header but no rows"),
        ("a,b,c\n1,2,3\n", "a.csv", "has no `open` column"),
        ("open,high,low,close,volume\n1,1,1,1,1\n", "a.csv", "has no timestamp column"),
        (HEADER.replace(",volume", "") + ROW[:-7] + "\n", "a.csv", "has no `volume` column"),
        (HEADER.replace("low", "close") + ROW, "a.csv", "two columns named `close`"),
        (HEADER + ROW + NEXT.replace("102", "1o2"), "a.csv", "row 2: high is `1o2`"),
        (HEADER + ROW.replace("12345", "12 345"), "a.csv", "row 1: volume is `12 345`"),
        (HEADER + ROW + "yesterday,1,1,1,1,1\n", "a.csv", "row 2: `yesterday` is not a timestamp"),
        (HEADER + ROW + ",1,1,1,1,1\n", "a.csv", "row 2 has no timestamp"),
        (HEADER + ROW.replace("+00:00", ""), "a.csv", "no time zone"),
        (HEADER + ROW.rstrip() + ",7,8,9\n", "a.csv", "not a readable CSV"),
        (b"\x00\x01\x02\xff" * 50, "a.csv", "neither text nor Parquet"),
        (b"\x00\x01\x02\xff" * 50, "a.parquet", "neither text nor Parquet"),
        ("caf\xe9".encode("latin-1"), "a.csv", "not UTF-8"),
        ("\ufeff" + HEADER, "a.csv", "no rows"),
        (gzip.compress((HEADER + ROW).encode(), mtime=0)[:-9], "a.csv.gz", "damaged gzip"),
        (PARQUET.getvalue()[:-20], "a.parquet", "not a readable Parquet"),
        (PARQUET.getvalue()[:100], "a.csv", "not a readable Parquet"),
    ],
)
def test_a_file_that_holds_no_bars_is_a_named_error(csv, content, name, message):
    with pytest.raises(BarFileError, match=message) as caught:
        read_bars(csv(content, name), "NVDA", BarsConfig())
    assert name in str(caught.value)


def test_naive_times_say_which_option_to_pass_and_are_read_with_it(csv):
    path = csv(HEADER + "2025-01-15 09:30,1,1,1,1,1\n")
    with pytest.raises(BarFileError, match="--timezone"):
        read_bars(path, "NVDA", BarsConfig())
    series = read_bars(path, "NVDA", BarsConfig(), timezone="America/New_York").series
    assert series.open_utc_us.tolist() == [1736951400_000000]


def test_a_bar_outside_the_session_table_names_the_row(csv):
    with pytest.raises(CalendarError, match=r"bars\.csv, row 2"):
        read_bars(csv(HEADER + ROW + ROW.replace("2025", "2055")), "NVDA", BarsConfig())
