import json

import pytest
from click.testing import CliRunner

from hyprl.bars.read import read_bars
from hyprl.cli.bars import bars
from hyprl.config import BarsConfig
from hyprl.errors import BarFileError, BarRuleError, OutputError

HEADER = "ts_utc,open,high,low,close,volume\n"
GOOD = HEADER + "2025-01-15 14:30:00+00:00,10,11,9,10,5\n2025-01-15 16:30:00+00:00,10,11,9,10,5\n"
BAD = GOOD.replace("9,10,5", "9,nan,-5", 1)


@pytest.fixture
def run(csv):
    config = csv("", "hyprl.toml")

    def invoke(*arguments):
        return CliRunner().invoke(bars, [*map(str, arguments), "--config", str(config)])

    return invoke


def test_validate_shows_every_rule_and_accepts(run, csv):
    result = run("validate", csv(GOOD), "--symbol", "NVDA")
    assert result.exit_code == 0
    assert "accepted, 2 of 2 bars kept" in result.output
    assert "2 of 3 session hours present (66.67%)" in result.output
    assert (
        len([line for line in result.output.splitlines() if line.split()[1:2] in (["refuse"], ["keep"])])
        == 11
    )


def test_validate_shows_the_whole_report_and_then_refuses(run, csv):
    result = run("validate", csv(BAD), "--symbol", "NVDA")
    assert isinstance(result.exception, BarRuleError)
    for part in (
        "refused",
        "non_finite          refuse        1",
        "negative_volume     refuse        1",
        "missing",
    ):
        assert part in result.output


def test_validate_writes_json_to_standard_output_alone(run, csv):
    report = json.loads(run("validate", csv(GOOD), "--symbol", "NVDA", "--json", "-").output)
    assert report["accepted"] is True
    assert report["coverage"] == {"expected": 3, "present": 2}
    missing = next(rule for rule in report["rules"] if rule["rule"] == "missing")
    assert missing["examples"] == [{"row": None, "timestamp": "2025-01-15T15:30:00Z"}]


def test_validate_writes_json_of_refused_bars_to_a_file(run, csv, tmp_path):
    run("validate", csv(BAD), "--symbol", "NVDA", "--json", tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["accepted"] is False


def test_validate_takes_a_zone_and_names_a_missing_file(run, csv, tmp_path):
    naive = csv(GOOD.replace("+00:00", ""))
    assert isinstance(run("validate", naive, "--symbol", "NVDA").exception, BarFileError)
    assert run("validate", naive, "--symbol", "NVDA", "--timezone", "UTC").exit_code == 0
    assert isinstance(run("validate", tmp_path / "no.csv", "--symbol", "NVDA").exception, BarFileError)


def test_aggregate_writes_hours_that_can_be_read(run, csv, tmp_path):
    rows = "".join(f"2025-01-15 14:{minute}:00+00:00,10,11,9,10,5\n" for minute in range(30, 60))
    rows += "".join(f"2025-01-15 15:{minute:02}:00+00:00,10,11,9,10,5\n" for minute in range(31))
    out = tmp_path / "hours.parquet"
    result = run("aggregate", csv(HEADER + rows), "--symbol", "NVDA", "--out", out)
    assert result.exit_code == 0
    assert "61 bars of 1 minutes read" in result.output
    assert "left out, not closed when the file ends: 2025-01-15T15:30:00Z" in result.output
    assert read_bars(out, "NVDA", BarsConfig()).series.volume.tolist() == [300.0]


def test_an_output_without_a_format_is_refused_before_reading(run, tmp_path):
    result = run("aggregate", tmp_path / "no.csv", "--symbol", "NVDA", "--out", tmp_path / "x.txt")
    assert isinstance(result.exception, OutputError)


def test_fetch_wants_dates(run, tmp_path):
    result = run(
        "fetch", "--symbol", "NVDA", "--start", "x", "--end", "2025-01-15", "--out", tmp_path / "a.csv"
    )
    assert result.exit_code == 2
