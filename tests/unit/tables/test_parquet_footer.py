import polars as pl
import pytest

from hyprl.tables.parquet_footer import Footer, read_footer
from hyprl.tables.table import is_parquet


@pytest.mark.parametrize(("size", "largest"), [(10, 10), (64, 64), (1000, 100)])
def test_largest_row_group_is_read_from_the_footer(tmp_path, full_log, size, largest) -> None:
    full_log.write_parquet(tmp_path / "log.parquet", row_group_size=size)
    assert read_footer(tmp_path / "log.parquet") == Footer(100, largest)


def test_footer_of_pandas_is_read_too(tmp_path, full_log) -> None:
    pytest.importorskip("pyarrow")
    full_log.write_parquet(tmp_path / "log.parquet", use_pyarrow=True, row_group_size=30)
    assert read_footer(tmp_path / "log.parquet") == Footer(100, 30)


def test_metadata_before_the_row_groups_is_skipped(tmp_path) -> None:
    names = {f"column {number}": [1.5, None] for number in range(40)}
    frame = pl.DataFrame(names | {"text": ["a", None], "flag": [True, False]})
    frame.write_parquet(tmp_path / "log.parquet", metadata={"note": "x" * 300})
    assert read_footer(tmp_path / "log.parquet") == Footer(2, 2)


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_damaged_footer_is_not_guessed(tmp_path, full_log, cut) -> None:
    full_log.write_parquet(tmp_path / "log.parquet")
    data = (tmp_path / "log.parquet").read_bytes()
    (tmp_path / "log.parquet").write_bytes(data[: -8 - cut] + data[-8:])
    found = read_footer(tmp_path / "log.parquet")
    assert found is None or 100 in (found.rows, found.largest_row_group)


def test_file_that_is_no_parquet_has_none(tmp_path) -> None:
    (tmp_path / "log.csv").write_text("a,b\n")
    assert read_footer(tmp_path / "log.csv") is None
    assert not is_parquet(tmp_path / "log.csv")
