"""Whatever a file holds, reading it gives bars or a HyprLError, never another exception."""

import contextlib
from datetime import time, timedelta
from io import BytesIO

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyprl.bars.aggregate import aggregate_file
from hyprl.bars.read import examine_bars, read_bars
from hyprl.bars.sentiment import read_sentiment
from hyprl.config import BarPolicies, BarsConfig
from hyprl.errors import HyprLError

HEADER = "ts_utc,open,high,low,close,volume\n"
GOOD = HEADER + "2025-01-15 14:30:00+00:00,10,11,9,10,5\n2025-01-15 15:30:00+00:00,10,11,9,10,5\n"
PERMISSIVE = BarsConfig(
    policy=BarPolicies(
        **dict.fromkeys(
            ("duplicate", "out_of_order", "off_grid", "non_finite", "inconsistent_range", "split_jump"),
            "keep",
        ),
        non_positive_price="keep",
        negative_volume="keep",
    )
)
fuzz = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
cells = st.one_of(
    st.sampled_from(
        ["", "nan", "inf", "-1", "0", "1e999", "1,5", '"', "\u0000", "\U0001f4c8", "9" * 400, "null"]
    ),
    st.floats().map(str),
    st.text(max_size=8),
)
times = st.one_of(
    st.datetimes().map(str),
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(
        [
            "2025-01-15 14:30:00+00:00",
            "0001-01-01T00:00Z",
            "9" * 18,
            "9" * 19,
            "9999-12-31 23:59:59+00:00",
            "NaT",
        ]
    ),
    st.text(max_size=12),
)


def read_all(path):
    for read in (read_bars, examine_bars, aggregate_file):
        for config in (BarsConfig(), PERMISSIVE):
            with contextlib.suppress(HyprLError):
                read(path, "NVDA", config, timezone="America/New_York")
    with contextlib.suppress(HyprLError):
        read_sentiment(path)


@fuzz
@given(content=st.binary(max_size=400))
def test_random_bytes(csv, content):
    read_all(csv(content))
    read_all(csv(content, "bars.parquet"))


@fuzz
@given(content=st.text(alphabet='0123456789,;\n\r\t"-:TZ. ae+openhighlwcsvutim_', max_size=300))
def test_random_text_after_a_header(csv, content):
    read_all(csv(HEADER + content))


@fuzz
@given(rows=st.lists(st.tuples(times, *[cells] * 5), min_size=1, max_size=6))
def test_rows_of_random_cells(csv, rows):
    table = pl.DataFrame(rows, schema=["ts_utc", "open", "high", "low", "close", "volume"], orient="row")
    read_all(csv(table.write_csv()))
    buffer = BytesIO()
    table.write_parquet(buffer)
    read_all(csv(buffer.getvalue(), "bars.parquet"))


@fuzz
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_one_changed_byte_of_a_csv(csv, at, byte):
    content = bytearray(GOOD.encode())
    content[at] = byte
    read_all(csv(bytes(content)))


TYPES = {
    "list": [[1.0]],
    "struct": [{"a": 1}],
    "binary": [b"x"],
    "boolean": [True],
    "duration": [timedelta(1)],
    "time": [time(9, 30)],
    "null": [None],
    "int128": pl.Series([1736951400], dtype=pl.Int128),
    "uint64": pl.Series([2**64 - 1], dtype=pl.UInt64),
    "categorical": pl.Series(["x"], dtype=pl.Categorical),
}


@pytest.mark.parametrize("column", ["ts_utc", "open", "volume", "symbol"])
@pytest.mark.parametrize("kind", TYPES)
def test_a_parquet_column_of_any_type(csv, column, kind):
    table = pl.read_csv(GOOD.encode(), try_parse_dates=True).head(1).with_columns(symbol=pl.lit("NVDA"))
    buffer = BytesIO()
    table.with_columns(pl.Series(column, TYPES[kind])).write_parquet(buffer)
    read_all(csv(buffer.getvalue(), "x.parquet"))


@fuzz
@given(
    order=st.lists(st.integers(0, 34), max_size=60),
    values=st.lists(st.floats(), min_size=5, max_size=5),
    at=st.integers(0, 34),
)
def test_shuffled_duplicated_negative_and_nan_bars_come_out_in_strict_order(make_raw, order, values, at):
    from hyprl.bars.validate import validate

    raw = make_raw()
    for name, value in zip(("open", "high", "low", "close", "volume"), values, strict=True):
        getattr(raw, name)[at] = value
    series, report = validate(raw.take(np.array(order, dtype=np.int64)), PERMISSIVE)
    assert (np.diff(series.open_utc_us) > 0).all()
    assert set(series.open_utc_us.tolist()) == set(raw.open_utc_us[order].tolist())
    assert report.bars_read == len(order)
