import subprocess
import sys
from pathlib import Path

import orjson
import polars as pl
import pytest
from click.testing import CliRunner, Result

from hyprl.cli.main import hyprl


@pytest.fixture
def logs(tmp_path: Path, full_log: pl.DataFrame) -> tuple[str, str]:
    full_log.write_csv(tmp_path / "bt.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    full_log.write_parquet(tmp_path / "replay.parquet")
    return str(tmp_path / "bt.csv"), str(tmp_path / "replay.parquet")


@pytest.fixture
def late(logs: tuple[str, str], full_log: pl.DataFrame) -> tuple[str, str]:
    """The right log's one feature is a bar late."""
    full_log.with_columns(pl.col("indicator.ret_1h").shift(1)).write_parquet(logs[1])
    return logs


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hyprl, ["explain", *arguments], catch_exceptions=False)


def test_equal_logs_exit_0_with_nothing_to_explain(logs, tmp_path) -> None:
    result = run(*logs, "--stage", "exact", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "nothing to explain" in result.stdout


def test_a_late_feature_is_named_with_place_evidence_and_remedy(late, tmp_path) -> None:
    result = run(*late, "--stage", "exact", "--out", str(tmp_path / "out"))
    said = " ".join(result.stdout.split())
    assert result.exit_code == 1
    assert "stage features, column indicator.ret_1h" in said
    assert "1. feature misalignment" in said
    assert "shifting ret_1h by 1 bar makes the sides equal" in said
    assert "to do" in said


def test_only_traces_can_be_measured_and_that_is_said(late, tmp_path) -> None:
    assert "only two HyprL traces" in run(*late, "--out", str(tmp_path)).stdout


def test_json_alone_goes_to_standard_output(late, tmp_path) -> None:
    result = run(*late, "--json", "-", "--out", str(tmp_path / "out"))
    document = orjson.loads(result.stdout)
    assert document["findings"][0]["cause"] == "feature_misalignment"
    assert document["location"]["stage"] == "features"
    assert document["statistics"]["rows"] == 100
    assert "feature misalignment" in result.stderr


def test_the_page_shows_the_causes(late, tmp_path) -> None:
    page = tmp_path / "explained.html"
    run(*late, "--page", str(page), "--out", str(tmp_path / "out"))
    assert "shifting ret_1h by 1 bar" in page.read_text()


def test_the_page_of_diff_shows_the_causes_too(late, tmp_path) -> None:
    page = tmp_path / "diff.html"
    arguments = ["diff", *late, "--page", str(page), "--out", str(tmp_path / "out")]
    CliRunner().invoke(hyprl, arguments, catch_exceptions=False)
    assert "shifting ret_1h by 1 bar" in page.read_text()


@pytest.mark.parametrize("content", ["", "timestamp,symbol\n", "\x00\x01", "{"])
def test_an_unusable_log_exits_2_without_a_traceback(logs, tmp_path, content) -> None:
    (tmp_path / "bad.csv").write_text(content)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "hyprl",
            "explain",
            logs[0],
            str(tmp_path / "bad.csv"),
            "--out",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_foreign_logs_need_no_engine_and_no_compiler(late, tmp_path) -> None:
    code = (
        "import sys\nfrom hyprl.cli.main import hyprl\n"
        f"hyprl(['explain', {late[0]!r}, {late[1]!r}, '--out', {str(tmp_path)!r}], standalone_mode=False)\n"
        "print([m for m in ('numba', 'sklearn', 'hyprl.kernel', 'hyprl.model') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("[]"), done.stderr
