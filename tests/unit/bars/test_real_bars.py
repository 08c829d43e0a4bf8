"""What the README of the real bars says is in them must be noticed. Skipped where they are absent."""

import csv
from datetime import date

import numpy as np
import pytest

from hyprl.bars.aggregate import aggregate_file
from hyprl.bars.read import read_bars
from hyprl.config import BarsConfig, Split

SYMBOLS = ("NVDA", "MSFT", "META", "AAPL", "AMZN")
SPLIT = Split(symbol="NVDA", effective=date(2024, 6, 10), ratio=10, adjust=("volume",))
pytestmark = pytest.mark.real


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_holes_on_half_days_and_no_false_split_or_volume_break(real_bars, symbol):
    report = read_bars(real_bars / "bars_1h" / f"{symbol}.csv", symbol, BarsConfig(splits=(SPLIT,))).report
    counts = {finding.rule: finding.count for finding in report.findings if finding.count}
    zero_volume = {"NVDA": 13, "MSFT": 11, "META": 13, "AAPL": 11, "AMZN": 2}
    assert counts == {"missing": 7, "zero_volume": zero_volume[symbol]}
    assert (report.bars_kept, report.slots_expected) == (5080, 5087)


def test_the_unadjusted_volume_of_nvda_is_noticed_and_dated(real_bars):
    finding = read_bars(real_bars / "bars_1h" / "NVDA.csv", "NVDA", BarsConfig()).report.finding(
        "volume_break"
    )
    assert finding.count == 1
    assert "2024-06-10" in finding.notes[0]


def test_every_cell_is_what_python_reads(real_bars):
    path = real_bars / "bars_1h" / "NVDA.csv"
    series = read_bars(path, "NVDA", BarsConfig()).series
    with path.open() as handle:
        rows = list(csv.DictReader(handle))
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(series, name).tolist() == [float(row[name]) for row in rows]


def test_five_minute_bars_of_another_vendor_agree_with_the_hours(real_bars):
    ours = aggregate_file(real_bars / "bars_5m" / "NVDA.csv", "NVDA", BarsConfig()).series
    theirs = read_bars(real_bars / "bars_1h" / "NVDA.csv", "NVDA", BarsConfig()).series
    _, at, there = np.intersect1d(ours.open_utc_us, theirs.open_utc_us, return_indices=True)
    assert len(at) > 1400
    for name, limit in (("open", 3.3), ("high", 2.9), ("low", 2.2), ("close", 0.75)):
        apart_bp = np.abs(getattr(ours, name)[at] / getattr(theirs, name)[there] - 1.0) * 1e4
        assert np.median(apart_bp) < 0.12
        assert np.percentile(apart_bp, 95) < limit


def test_the_half_day_tail_that_the_vendor_lacks_is_made_from_minutes(real_bars):
    ours = aggregate_file(real_bars / "bars_5m" / "NVDA.csv", "NVDA", BarsConfig())
    assert ours.report.finding("missing").count == 0
    day = (date(2025, 11, 28) - date(1970, 1, 1)).days
    assert (ours.series.session == day).sum() == 4
