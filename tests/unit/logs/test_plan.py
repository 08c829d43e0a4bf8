"""Summaries of batches add up to the summary of the whole column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.logs.names import names_of
from hyprl.logs.normalise import apply, normalise
from hyprl.logs.plan import OneBatch, TextSummary, plan_of, summary_of, with_empty_columns

CELLS = st.sampled_from(
    ["1", "-0", "2.5", "nan", "true", "False", "x", "", "none", None, "9007199254740993", "1e3", " 7 "]
)


@dataclass(frozen=True)
class Rows:
    """A log in batches of a few rows."""

    frame: pl.DataFrame
    size: int

    @property
    def schema(self) -> pl.Schema:
        return self.frame.schema

    @property
    def rows(self) -> int:
        return self.frame.height

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        return self.frame.select(columns).iter_slices(self.size)


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        (["1", " 2", "none"], pl.Int64),
        (["1", "2.5"], pl.Float64),
        (["9007199254740993", "2.5"], pl.String),
        (["true", "FALSE", ""], pl.Boolean),
        (["true", "1"], pl.String),
        (["", "null", None], pl.Null),
        (["x"], pl.String),
    ],
)
def test_what_text_is_read_as(cells: list[str | None], dtype: type[pl.DataType]) -> None:
    assert summary_of(pl.Series("x", cells, pl.String)).dtype == dtype


@given(st.lists(st.lists(CELLS, max_size=4), max_size=4))
def test_summaries_add_up(parts: list[list[str | None]]) -> None:
    total = TextSummary()
    for part in parts:
        total += summary_of(pl.Series("x", part, pl.String))
    whole = summary_of(pl.Series("x", [cell for part in parts for cell in part], pl.String))
    assert total.dtype == whole.dtype


@given(st.lists(CELLS, min_size=1, max_size=12), st.lists(CELLS, min_size=1, max_size=12), st.integers(1, 5))
def test_a_log_read_in_batches_is_the_log_read_at_once(
    left: list[str | None], right: list[str | None], size: int
) -> None:
    rows = min(len(left), len(right))
    stamps = pl.datetime_range(pl.datetime(2025, 1, 1), pl.datetime(2025, 1, 1, rows - 1), "1h", eager=True)
    words = ["emit", "BUY", None, "reject"] * 3
    columns = {"time": stamps.dt.replace_time_zone("UTC"), "pair": "A", "side": words[:rows]}
    texts = {
        "x": pl.Series(left[:rows], dtype=pl.String),
        "bar_hash": pl.Series(right[:rows], dtype=pl.String),
    }
    log = Rows(pl.DataFrame(columns | texts), size)
    plan = with_empty_columns(plan_of(log, names_of(log)), log)
    parts = [apply(plan, batch, "log") for batch in log.batches(plan.raw_columns)]
    assert pl.concat(parts).equals(normalise(log.frame, "log"))
    assert plan.schema == dict(normalise(log.frame, "log").schema)


def test_a_log_without_rows_has_columns_of_numbers() -> None:
    log = OneBatch.of(
        pl.DataFrame(schema={"x": pl.String, "timestamp": pl.Datetime("us", "UTC"), "symbol": pl.String})
    )
    names = {name: name for name in log.frame.columns} | {"symbol": "decision"}
    assert [column.reads_as for column in plan_of(log, names).columns] == [pl.Int64]
