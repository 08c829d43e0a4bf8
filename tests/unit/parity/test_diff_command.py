import subprocess
import sys
from pathlib import Path

import orjson
import polars as pl
import pytest
from click.testing import CliRunner, Result

from hyprl.cli.comparison import STAGES
from hyprl.cli.diff import diff
from hyprl.errors import OutputError, SignalLogError
from hyprl.parity import rules


@pytest.fixture
def logs(tmp_path, full_log) -> tuple[str, str]:
    full_log.write_csv(tmp_path / "bt.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    full_log.write_parquet(tmp_path / "replay.parquet")
    return str(tmp_path / "bt.csv"), str(tmp_path / "replay.parquet")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(diff, arguments)


def test_equal_logs_exit_0_and_write_the_diff(logs, tmp_path) -> None:
    result = run(*logs, "--stage", "exact", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert pl.read_csv(tmp_path / "out" / "nvda_signal_diff.csv").height == 100
    assert pl.read_parquet(tmp_path / "out" / "nvda_signal_diff.parquet").height == 100
    assert "KEPT" in result.stdout


def test_a_difference_exits_1(logs, tmp_path, full_log) -> None:
    full_log.with_columns(probability_up=pl.lit(0.9)).write_parquet(logs[1])
    assert run(*logs, "--out", str(tmp_path)).exit_code == 1


def test_a_missing_column_exits_3(logs, tmp_path, full_log) -> None:
    full_log.drop("probability_up").write_parquet(logs[1])
    assert run(*logs, "--out", str(tmp_path)).exit_code == 3


def test_json_alone_goes_to_standard_output(logs, tmp_path) -> None:
    result = run(*logs, "--json", "-", "--out", str(tmp_path / "out"))
    document = orjson.loads(result.stdout)
    assert document["verdict"] == "kept"
    assert document["statistics"]["rows"] == 100
    assert document["files"][0].endswith("nvda_signal_diff.csv")
    assert "KEPT" in result.stderr


def test_json_goes_to_a_file(logs, tmp_path) -> None:
    result = run(*logs, "--json", str(tmp_path / "new" / "result.json"), "--out", str(tmp_path))
    assert "KEPT" in result.stdout
    assert orjson.loads((tmp_path / "new" / "result.json").read_bytes())["stage"] == "live-ready"


def test_the_default_folder_is_data_signals(logs, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*logs).exit_code == 0
    assert Path("data/signals/nvda_signal_diff.csv").is_file()


def test_the_calendar_finds_what_both_logs_lack(tmp_path, full_log) -> None:
    stamps = [f"2025-01-15T{hour}:30:00Z" for hour in range(14, 21)] + ["2025-01-17T14:30:00Z"]
    log = full_log.head(8).with_columns(timestamp=pl.Series(stamps))
    log.write_parquet(tmp_path / "log.parquet")
    pair = (str(tmp_path / "log.parquet"),) * 2
    assert run(*pair, "--out", str(tmp_path)).exit_code == 0
    result = run(*pair, "--out", str(tmp_path), "--calendar", "XNYS", "--json", "-")
    assert result.exit_code == 1
    assert (
        orjson.loads(result.stdout)["coverage"] == 8 / 15
    )  # two sessions of 7 bars and the first of a third


def test_the_calendar_of_empty_logs_is_not_kept(tmp_path, full_log) -> None:
    full_log.clear().write_parquet(tmp_path / "log.parquet")
    pair = (str(tmp_path / "log.parquet"),) * 2
    assert run(*pair, "--out", str(tmp_path), "--calendar", "XNYS").exit_code == 1


def test_unusable_input_is_a_named_error_and_writes_nothing(logs, tmp_path) -> None:
    (tmp_path / "empty.csv").write_text("")
    result = run(logs[0], str(tmp_path / "empty.csv"), "--out", str(tmp_path / "out"))
    assert isinstance(result.exception, SignalLogError)
    assert not (tmp_path / "out").exists()


def test_unwritable_folder_is_a_named_error(logs, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    assert isinstance(run(*logs, "--out", str(tmp_path / "file")).exception, OutputError)


def test_unknown_stage_is_bad_usage(logs) -> None:
    assert run(*logs, "--stage", "dead-ready").exit_code == 2


def test_torn_line_is_reported(logs, tmp_path) -> None:
    line = '{"timestamp":"2024-12-12T14:30:00Z","symbol":"NVDA","decision":"emit"}\n'
    (tmp_path / "torn.jsonl").write_text(line + '{"timest')
    assert "torn" in run(logs[0], str(tmp_path / "torn.jsonl"), "--out", str(tmp_path)).stderr


def test_the_command_offers_every_stage() -> None:
    assert STAGES == rules.STAGES


def test_diff_needs_no_engine_model_or_compiler(logs, tmp_path) -> None:
    script = (
        "import sys\nfrom hyprl.cli.diff import diff\n"
        f"diff([{logs[0]!r}, {logs[1]!r}, '--out', {str(tmp_path)!r}], standalone_mode=False)\n"
        "bad = ('numba', 'sklearn', 'hyprl.model', 'hyprl.kernel', 'hyprl.strategy', 'hyprl.features', 'hyprl.risk')\n"
        "print([name for name in bad if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
