import orjson
import polars as pl
import pytest
from click.testing import CliRunner, Result

from hyprl.cli.diff import diff
from hyprl.errors import SignalLogError
from hyprl.parity.streamed import STREAM_FROM_ROWS, compare_sorted, is_large


@pytest.fixture
def logs(tmp_path, full_log) -> tuple[str, str]:
    """Bar 7 has another probability on the right, bar 50 is missing there."""
    number = pl.int_range(pl.len())
    probability = pl.col("probability_up") + pl.when(number == 7).then(0.25).otherwise(0.0)
    full_log.write_parquet(tmp_path / "bt.parquet")
    full_log.with_columns(probability).filter(number != 50).write_parquet(tmp_path / "replay.parquet")
    return str(tmp_path / "bt.parquet"), str(tmp_path / "replay.parquet")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(diff, arguments)


@pytest.mark.parametrize("stage", ["microscope", "features", "risk", "live-ready", "exact"])
def test_stream_and_memory_agree(logs, tmp_path, stage) -> None:
    found = []
    for way in ("--stream", "--in-memory"):
        target = tmp_path / f"{way}.json"
        options = ("--stage", stage, "--out", str(tmp_path), "--json", str(target), "--calendar", "XNYS")
        result = run(*logs, way, *options)
        document = orjson.loads(target.read_bytes())
        same = {key: document[key] for key in ("verdict", "stage", "span", "coverage", "statistics", "gates")}
        found.append((result.exit_code, same))
    assert found[0] == found[1]


def test_excerpt_holds_the_differing_bars(logs, tmp_path) -> None:
    result = run(*logs, "--stream", "--out", str(tmp_path / "out"), "--json", str(tmp_path / "r.json"))
    assert "the 2 differing bars" in result.stdout
    rows = pl.read_parquet(tmp_path / "out" / "nvda_signal_diff_excerpt.parquet")
    assert rows["_merge"].to_list() == ["both", "left_only"]
    assert rows["abs_diff_probability_up"].to_list()[0] == pytest.approx(0.25)
    assert orjson.loads((tmp_path / "r.json").read_bytes())["streamed"] == {
        "differing_rows": 2,
        "rows_in_diff": 2,
    }


def test_page_that_a_stream_cannot_give_is_refused_aloud(logs, tmp_path) -> None:
    page = tmp_path / "page.html"
    result = run(*logs, "--stream", "--out", str(tmp_path / "out"), "--page", str(page))
    assert "page: not written" in result.stderr
    assert not page.exists()


def test_csv_is_compared_in_memory_and_said_so(logs, tmp_path, full_log) -> None:
    full_log.write_csv(tmp_path / "bt.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    result = run(str(tmp_path / "bt.csv"), logs[0], "--stream", "--stage", "exact", "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert "not streamed" in result.stderr
    assert (tmp_path / "nvda_signal_diff.html").exists()


def test_rows_out_of_order_across_batches_are_declined(tmp_path, full_log) -> None:
    full_log.reverse().write_parquet(tmp_path / "reversed.parquet")
    full_log.write_parquet(tmp_path / "sorted.parquet")
    declined = compare_sorted(
        tmp_path / "reversed.parquet", tmp_path / "sorted.parquet", "exact", batch_rows=10
    )
    assert "not sorted by timestamp" in str(declined)


def test_named_error_of_a_bad_log_is_that_of_memory(logs, tmp_path, full_log) -> None:
    pl.concat([full_log, full_log.tail(1)]).write_parquet(logs[1])
    result = run(*logs, "--stream", "--out", str(tmp_path))
    assert isinstance(result.exception, SignalLogError)
    assert "2 rows for NVDA" in str(result.exception)


def test_damaged_file_is_a_named_error(logs, tmp_path) -> None:
    path = tmp_path / "replay.parquet"
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    path.write_bytes(data)
    result = run(*logs, "--stream", "--out", str(tmp_path))
    assert isinstance(result.exception, SignalLogError)
    assert "not a readable Parquet" in str(result.exception)


def test_naive_timestamps_are_a_named_error(logs, tmp_path, full_log) -> None:
    full_log.with_columns(pl.col("timestamp").dt.replace_time_zone(None)).write_parquet(logs[1])
    result = run(*logs, "--stream", "--out", str(tmp_path))
    assert isinstance(result.exception, SignalLogError)
    assert "naive" in str(result.exception)


def test_size_decides_by_itself(tmp_path) -> None:
    for name, rows in (("small", STREAM_FROM_ROWS - 1), ("large", STREAM_FROM_ROWS)):
        pl.DataFrame({"timestamp": pl.int_range(rows, eager=True)}).write_parquet(tmp_path / name)
    assert not is_large(tmp_path / "small", tmp_path / "small")
    assert is_large(tmp_path / "small", tmp_path / "large")
    assert not is_large(tmp_path / "large", tmp_path)
