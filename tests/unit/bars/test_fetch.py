import os
import subprocess
import sys
from datetime import date

import pandas as pd
import pytest

from hyprl.bars.fetch import Vendor, fetch_yfinance
from hyprl.config import BarsConfig
from hyprl.errors import BarRuleError, DataError

DAY = date(2025, 1, 15)
AFTER = 1736975000.0  # 21:03 UTC of that day, past the close
VALUES = {"Adj Close": 9.0, "Close": 100.5, "High": 101.0, "Low": 99.0, "Open": 100.0, "Volume": 7}


def frame(columns="ticker last", zone="UTC", hours=7):
    """What yfinance 1.x returns for one ticker: Price x Ticker columns, an aware index named Datetime."""
    times = [f"2025-01-15 {hour}:30" for hour in range(14, 14 + hours)]
    index = pd.DatetimeIndex(times, tz="UTC", name="Datetime").tz_convert(zone)
    table = pd.DataFrame(VALUES, index=index)
    if columns != "plain":
        pairs = [(name, "NVDA") if columns == "ticker last" else ("NVDA", name) for name in table.columns]
        names = ["Price", "Ticker"] if columns == "ticker last" else ["Ticker", "Price"]
        table.columns = pd.MultiIndex.from_tuples(pairs, names=names)
    return table


def fetch(table, now=AFTER):
    return fetch_yfinance("NVDA", DAY, DAY, BarsConfig(), Vendor(lambda *_: table, lambda: now))


@pytest.mark.parametrize("columns", ["plain", "ticker last", "ticker first"])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_every_shape_of_the_frame_gives_the_same_bars(columns, zone):
    series = fetch(frame(columns, zone)).series
    assert (len(series), series.source, series.symbol) == (7, "yfinance", "NVDA")
    assert series.open_utc_us[0] == 1736951400_000000
    assert list(series.bar(0).bar) == [100.0, 101.0, 99.0, 100.5, 7.0]


def test_the_vendor_is_asked_for_the_day_after_the_last_exclusive():
    asked = []
    vendor = Vendor(lambda *args: asked.append(args) or frame(), lambda: AFTER)
    fetch_yfinance("NVDA", DAY, DAY, BarsConfig(), vendor)
    assert asked == [("NVDA", DAY, date(2025, 1, 16))]


def test_a_bar_that_has_not_closed_is_left_out():
    assert len(fetch(frame(), now=1736955000.0 + 3599).series) == 1
    assert len(fetch(frame(), now=1736955000.0 + 3600).series) == 2


def test_a_row_off_the_grid_is_refused_by_policy():
    table = frame()
    table.index = [*table.index[:-1], pd.Timestamp("2025-01-15 21:00", tz="UTC")]
    with pytest.raises(BarRuleError, match="off_grid"):
        fetch(table, now=AFTER + 86400)


@pytest.mark.parametrize("error", [ConnectionError("no route"), TimeoutError("slow")])
def test_a_network_failure_is_named(error):
    def broken(*_):
        raise error

    with pytest.raises(DataError, match=r"yfinance: NVDA could not be fetched") as caught:
        fetch_yfinance("NVDA", DAY, DAY, BarsConfig(), Vendor(broken))
    assert str(error) in str(caught.value)


@pytest.mark.parametrize("table", [None, frame(hours=0)])
def test_nothing_coming_back_is_named(table):
    with pytest.raises(DataError, match="no bars of NVDA came back"):
        fetch(table)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (frame().tz_localize(None), "no time zone"),
        (frame().drop(columns=[("Volume", "NVDA")]), "no Volume of NVDA"),
    ],
)
def test_another_shape_is_named(table, message):
    with pytest.raises(DataError, match=message):
        fetch(table)


def test_a_window_that_ends_before_it_starts_is_named():
    with pytest.raises(DataError, match="before it starts"):
        fetch_yfinance("NVDA", DAY, date(2025, 1, 1), BarsConfig())


def run_with_yfinance(tmp_path, source):
    """Fetch in a process whose yfinance is the given module."""
    package = tmp_path / "yfinance"
    package.mkdir()
    (package / "__init__.py").write_text(source)
    (package / "exceptions.py").write_text("class YFException(Exception): pass")
    code = "from hyprl.bars.fetch import *; yfinance_download('NVDA', date(2025, 1, 2), date(2025, 1, 3))"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    return ended.stderr.decode()


@pytest.mark.parametrize(
    "body",
    [
        "logging.getLogger('yfinance').error('NVDA: could not resolve host'); return []",
        "raise __import__('yfinance.exceptions').exceptions.YFException('could not resolve host')",
    ],
)
def test_what_the_library_only_logs_becomes_the_errors_reason(tmp_path, body):
    said = run_with_yfinance(tmp_path, f"import logging\ndef download(*args, **options):\n    {body}\n")
    assert "DataError: yfinance: NVDA could not be fetched (" in said
    assert "could not resolve host)" in said


def test_without_the_extra_the_remedy_is_the_pip_command(tmp_path):
    said = run_with_yfinance(tmp_path, "raise ImportError('not here')")
    assert "MissingExtraError: fetch: yfinance is not installed" in said
    assert "pip install 'hyprl[yfinance]'" in said
