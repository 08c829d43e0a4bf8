import importlib.util
from datetime import date
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

from hyprl.bars.calendar import session_hours
from hyprl.bars.embedded import FILE, load_embedded
from hyprl.config import BarsConfig, Split

PACKED = files("hyprl.embedded").joinpath(FILE).read_bytes()
SPLIT = Split(symbol="NVDA", effective=date(2024, 6, 10), ratio=10, adjust=("volume",))


def test_the_bars_fill_the_whole_calendar_of_their_span():
    series = load_embedded(BarsConfig()).series
    grid = session_hours(date(2023, 7, 3), date(2025, 11, 26))
    assert series.open_utc_us.tolist() == grid.open_utc_us.tolist()
    assert series.close_utc_us.tolist() == grid.close_utc_us.tolist()
    assert series.session.tolist() == grid.session.tolist()


def test_the_file_is_small_and_says_that_it_is_synthetic():
    assert len(PACKED) <= 250_000
    assert pl.read_parquet_metadata(BytesIO(PACKED))["hyprl_source"] == "synthetic"
    assert load_embedded(BarsConfig()).series.source == "synthetic"


def test_with_the_split_declared_nothing_is_wrong_with_them():
    report = load_embedded(BarsConfig(splits=(SPLIT,))).report
    assert {finding.rule: finding.count for finding in report.findings if finding.count} == {}
    assert len(report.splits) == 1


def test_without_it_the_volume_break_is_noticed_and_dated():
    finding = load_embedded(BarsConfig()).report.finding("volume_break")
    assert finding.count == 1
    assert "2024-06-10" in finding.notes[0]


def test_the_script_in_the_repository_makes_these_bars():
    path = Path(__file__).resolve().parents[3] / "scripts" / "make_synthetic_bars.py"
    spec = importlib.util.spec_from_file_location("make_synthetic_bars", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    made, shipped = script.simulate(), pl.read_parquet(BytesIO(PACKED))
    assert made["ts_utc"].to_list() == shipped["ts_utc"].to_list()
    for name in ("open", "high", "low", "close"):  # exp may differ in its last bit on another machine
        assert np.allclose(made[name], shipped[name], rtol=0, atol=2e-4)
    assert np.allclose(made["volume"], shipped["volume"], rtol=1e-4)


def test_daily_volatility_is_about_that_of_the_share_it_imitates():
    series = load_embedded(BarsConfig()).series
    last = np.flatnonzero(np.diff(series.session, append=0))
    annual = np.std(np.diff(np.log(series.close[last]))) * 252**0.5
    assert 0.45 < annual < 0.60


def test_prices_have_four_decimals_and_volumes_are_whole():
    table = pl.read_parquet(BytesIO(PACKED))
    for name in ("open", "high", "low", "close"):
        assert [float(f"{price:.4f}") for price in table[name]] == table[name].to_list()
    assert all(volume.is_integer() and volume > 0 for volume in table["volume"])
