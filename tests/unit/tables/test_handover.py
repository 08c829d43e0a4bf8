import datetime as dt

import numpy as np
import polars as pl
import pytest

from hyprl.tables.handover import put, shelf, take

COLUMNS = {
    "int": pl.Series([1, None, 2**62]),
    "unsigned": pl.Series([0, 255, None], dtype=pl.UInt8),
    "float": pl.Series([-0.0, float("nan"), None]),
    "single": pl.Series([0.1, None, float("inf")], dtype=pl.Float32),
    "instant": pl.Series([0, -1, None]).cast(pl.Datetime("ns", "America/New_York")),
    "naive": pl.Series([0, 1, 2]).cast(pl.Datetime("ms")),
    "day": [dt.date(2025, 1, 15), None, dt.date(1, 1, 1)],
    "clock": [dt.time(9, 30), None, dt.time(0)],
    "length": [dt.timedelta(hours=1), None, dt.timedelta(0)],
    "text": ["a", None, "ü" * 40],
    "truth": [True, None, False],
    "list": [[1], [], None],
    "nested": [{"a": 1, "b": "x"}, {"a": None, "b": None}, None],
    "category": pl.Series(["u", None, "u"], dtype=pl.Categorical),
    "bytes": [b"a", None, b""],
    "nothing": [None, None, None],
    "decimal": pl.Series(["1.10", None, "-2.25"]).cast(pl.Decimal(10, 2)),
}


def handed_over(frame: pl.DataFrame) -> pl.DataFrame:
    with shelf() as place:
        return take(put(frame.lazy(), place), place)


@pytest.mark.parametrize("rows", [3, 0])
def test_every_kind_of_column_arrives_as_it_was(rows) -> None:
    frame = pl.DataFrame(COLUMNS).head(rows)
    found = handed_over(frame)
    assert found.schema == frame.schema
    assert found.equals(frame, null_equal=True)
    assert np.signbit(found["float"].to_list()[:rows][:1]).all()


def test_many_batches_arrive_in_their_order(tmp_path) -> None:
    number = pl.int_range(250_000, eager=True)
    frame = pl.DataFrame({"number": number, "gap": pl.select(pl.when(number % 7 > 0).then(number)).to_series(),
                          "text": number.cast(pl.String)})  # fmt: skip
    frame.write_parquet(tmp_path / "many.parquet", row_group_size=10_000)
    with shelf() as place:
        found = take(put(pl.scan_parquet(tmp_path / "many.parquet"), place), place)
    assert found.equals(frame)


def test_a_table_without_columns_arrives(tmp_path) -> None:
    assert handed_over(pl.DataFrame()).shape == (0, 0)


def test_a_column_that_is_changed_in_place_changes_nothing_else() -> None:
    with shelf() as place:
        layout = put(pl.DataFrame({"a": [1.0, 2.0]}).lazy(), place)
        first, second = take(layout, place), take(layout, place)
    column = first["a"]
    column[0] = 9.0
    assert (column.to_list(), second["a"].to_list()) == ([9.0, 2.0], [1.0, 2.0])
