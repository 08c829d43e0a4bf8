import orjson
import polars as pl
import pytest
from click.testing import CliRunner, Result

from hyprl.cli.shrink import shrink
from hyprl.errors import HyprLError, OutputError, SignalLogError


@pytest.fixture
def logs(tmp_path) -> list[str]:
    stamps = pl.Series(range(30)).cast(pl.Datetime("ms", "UTC"))
    left = pl.DataFrame({"timestamp": stamps, "symbol": "A", "decision": "emit", "size": 1.0, "note": "same"})
    right = left.with_columns(size=pl.when(pl.int_range(30) == 4).then(2.0).otherwise(1.0))
    left.write_parquet(tmp_path / "left.parquet")
    right.write_parquet(tmp_path / "right.parquet")
    return [str(tmp_path / "left.parquet"), str(tmp_path / "right.parquet")]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(shrink, arguments)


def test_says_what_is_left_and_exits_0(logs, tmp_path) -> None:
    result = run(*logs, "--out", str(tmp_path / "out"), "--json", str(tmp_path / "found.json"))
    assert result.exit_code == 0, result.output
    assert "stage size, column position_size" in result.stdout
    assert "1 of 30" in result.stdout
    found = orjson.loads((tmp_path / "found.json").read_bytes())
    assert found["bars"] == {"before": 30, "kept": 1, "opens": ["1970-01-01T00:00:00.004Z"]}
    assert found["columns"]["kept"] == ["timestamp", "symbol", "decision", "position_size"]
    assert (tmp_path / "out" / "left.csv").read_text().splitlines()[1].endswith(",1.0")


def test_equal_logs_are_nothing_to_shrink(logs, tmp_path) -> None:
    result = run(logs[0], logs[0], "--out", str(tmp_path / "out"), "--json", "-")
    assert result.exit_code == 0
    assert orjson.loads(result.stdout) == {"outcome": "nothing_to_shrink"}
    assert "Nothing to shrink" in result.stderr
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("text", ["", "timestamp,symbol\n2024-01-01T00:00:00Z,A\n", "not a log"])
def test_bad_log_is_a_named_error(logs, tmp_path, text) -> None:
    (tmp_path / "bad.csv").write_text(text)
    assert isinstance(run(logs[0], str(tmp_path / "bad.csv")).exception, SignalLogError)


def test_missing_file_is_a_named_error(logs, tmp_path) -> None:
    assert isinstance(run(logs[0], str(tmp_path / "none.csv")).exception, SignalLogError)


def test_folder_that_cannot_be_made_is_a_named_error(logs, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    assert isinstance(run(*logs, "--out", str(tmp_path / "file")).exception, OutputError)


def test_map_that_does_not_exist_is_a_named_error(logs, tmp_path) -> None:
    assert isinstance(run(*logs, "--map", "nobody's", "--out", str(tmp_path)).exception, HyprLError)


def test_log_without_a_bar_is_left_empty(logs, tmp_path) -> None:
    pl.read_parquet(logs[0]).head(29).write_parquet(logs[1])
    result = run(*logs, "--out", str(tmp_path / "out"))
    assert "stage bars, column timestamp" in result.stdout
    assert (tmp_path / "out" / "right.csv").read_text() == "timestamp,symbol,decision\n"


def test_columns_that_cannot_be_compared_are_named(logs, tmp_path) -> None:
    pl.read_parquet(logs[0]).drop("note").write_parquet(logs[1])
    result = run(*logs, "--out", str(tmp_path / "out"))
    assert "Nothing to shrink" in result.stdout
    assert "note" in result.stdout.splitlines()[-1]


def test_two_empty_logs_prove_nothing(tmp_path) -> None:
    (tmp_path / "empty.csv").write_text("timestamp,symbol,decision\n")
    result = run(str(tmp_path / "empty.csv"), str(tmp_path / "empty.csv"), "--out", str(tmp_path / "out"))
    assert result.exit_code == 3
    assert "Not assessed" in result.stdout
