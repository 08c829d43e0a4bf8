import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hyprl.bars.read import read_bars
from hyprl.bars.validate import validate
from hyprl.bars.write import FORMATS, write_bars
from hyprl.config import BarPolicies, BarsConfig
from hyprl.errors import OutputError

ANYTHING = BarsConfig(
    policy=BarPolicies(
        non_finite="keep",
        inconsistent_range="keep",
        non_positive_price="keep",
        negative_volume="keep",
        split_jump="keep",
    )
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=arrays(np.float64, (5, 35), elements=st.floats(allow_nan=False)), ending=st.sampled_from(FORMATS)
)
def test_what_is_written_is_read_back_to_the_bit(make_raw, tmp_path, values, ending):
    raw = make_raw()
    columns = dict(zip(("open", "high", "low", "close", "volume"), values.copy(), strict=True))
    series = validate(raw.with_prices(columns), ANYTHING)[0]
    path = tmp_path / f"bars{ending}"
    write_bars(series, path)
    again = read_bars(path, "TEST", ANYTHING).series
    assert again.sha256() == series.sha256()
    assert again.flaws.tolist() == series.flaws.tolist()


def test_nan_comes_back_as_nan(make_raw, tmp_path):
    raw = make_raw()
    raw.high[2] = float("nan")
    write_bars(validate(raw, ANYTHING)[0], tmp_path / "bars.csv")
    again = read_bars(tmp_path / "bars.csv", "TEST", ANYTHING).series
    assert np.isnan(again.high).tolist() == [at == 2 for at in range(35)]


def test_equal_bars_write_equal_bytes(make_raw, tmp_path):
    series = validate(make_raw(), ANYTHING)[0]
    for name in ("a.csv.gz", "b.csv.gz"):
        write_bars(series, tmp_path / name)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    head = gzip.decompress((tmp_path / "a.csv.gz").read_bytes()).decode().splitlines()[:2]
    assert head == [
        "ts_utc,symbol,open,high,low,close,volume",
        "2025-01-13 14:30:00+00:00,TEST,100.0,100.5,99.5,100.0,1000.0",
    ]


@pytest.mark.parametrize("name", ["bars.xlsx", "bars", "folder.csv/"])
def test_a_place_that_cannot_be_written_is_named(make_raw, tmp_path, name):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OutputError, match=name.rstrip("/")):
        write_bars(validate(make_raw(), ANYTHING)[0], tmp_path / name)
