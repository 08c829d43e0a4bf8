import pytest
from click.testing import CliRunner

from hyprl.bars.compare import compare_with_file
from hyprl.bars.read import read_bars
from hyprl.cli.bars import bars
from hyprl.config import BarsConfig
from hyprl.errors import BarFileError

HEADER = "ts_utc,open,high,low,close,volume\n"
HOURS = HEADER + "".join(
    f"2025-01-{day} {hour}:30:00+00:00,100,{high},{low},101,5\n"
    for day, hour, high, low in (
        (15, 14, 102, 99),
        (15, 15, 104, 98),
        (15, 16, 103, 97),
        (16, 14, 102, 99),
    )
)


def ours(csv):
    return read_bars(csv(HOURS, "ours.csv"), "NVDA", BarsConfig()).series


def gaps(result):
    return {gap.field: round(gap.max_bp, 6) for gap in result.gaps}


def test_equal_files_are_nowhere_apart(csv):
    result = compare_with_file(ours(csv), csv(HOURS), BarsConfig())
    assert (result.unit, result.both, result.only_ours, result.only_theirs) == ("hours", 4, 0, 0)
    assert gaps(result) == {"open": 0.0, "high": 0.0, "low": 0.0, "close": 0.0}


def test_a_price_that_another_vendor_saw_otherwise_is_measured_and_placed(csv):
    result = compare_with_file(ours(csv), csv(HOURS.replace("104", "105.04")), BarsConfig())
    high = result.gaps[1]
    assert (round(high.max_bp, 6), high.worst_at) == (100.0, "2025-01-15T15:30:00Z")
    assert (high.worst_ours, high.worst_theirs) == (104.0, 105.04)


def test_daily_bars_are_compared_with_sessions(csv):
    daily = "Date,Open,High,Low,Close,Volume\n2025-01-15,100,104,96.03,101,9\n2025-01-16,100,102,99,101,9\n"
    result = compare_with_file(ours(csv), csv(daily), BarsConfig(), timezone="America/New_York")
    assert (result.unit, result.both) == ("sessions", 2)
    assert gaps(result) == {"open": 0.0, "high": 0.0, "low": 100.0, "close": 0.0}
    assert result.gaps[2].worst_at == "2025-01-15"


def test_minute_bars_are_aggregated_first(csv):
    minutes = HEADER + "".join(f"2025-01-15 14:{at}:00+00:00,100,102,99,101,1\n" for at in range(30, 60))
    minutes += "".join(f"2025-01-15 15:{at:02}:00+00:00,100,102,99,101,1\n" for at in range(30))
    result = compare_with_file(ours(csv), csv(minutes), BarsConfig())
    assert (result.unit, result.both, gaps(result)["high"]) == ("hours", 1, 0.0)


def test_bars_of_one_only_are_counted_within_the_common_span(csv):
    fewer = HEADER + "".join(HOURS.splitlines(keepends=True)[line] for line in (1, 3))
    result = compare_with_file(ours(csv), csv(fewer), BarsConfig())
    assert (result.both, result.only_ours, result.only_theirs) == (2, 1, 0)


def test_broken_prices_that_a_policy_kept_are_left_out_of_the_gaps(csv, policies):
    other = csv(HOURS.replace("104", "nan"))
    result = compare_with_file(ours(csv), other, policies(non_finite="keep"))
    assert (result.both, gaps(result)["high"]) == (4, 0.0)


def test_files_without_a_common_bar_are_an_error(csv):
    with pytest.raises(BarFileError, match="no bar in common"):
        compare_with_file(ours(csv), csv(HOURS.replace("2025-01", "2024-05")), BarsConfig())


def test_the_command_prints_the_gaps(csv):
    files = [str(csv(HOURS, "a.csv")), str(csv(HOURS, "b.csv"))]
    result = CliRunner().invoke(
        bars, ["compare", *files, "--symbol", "NVDA", "--config", str(csv("", "c.toml"))]
    )
    assert result.exit_code == 0
    assert "4 hours in both; in the common span 0 only in a.csv, 0 only in b.csv" in result.output
