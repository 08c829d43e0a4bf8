import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.logs.cells import Refusal
from hyprl.logs.stream.chunks import Chunk
from hyprl.logs.stream.merge import matches, stretches
from hyprl.logs.stream.symbols import SymbolTable

ascending = st.sets(st.integers(0, 400), max_size=300).map(sorted)


@given(ascending, ascending)
def test_matches_are_the_intersection(left: list[int], right: list[int]) -> None:
    mine, theirs = np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
    in_left, in_right = matches(mine, theirs)
    both = sorted(set(left) & set(right))
    assert mine[in_left].tolist() == both
    assert theirs[in_right].tolist() == both


def test_more_breaks_than_are_walked_are_searched() -> None:
    mine, theirs = np.arange(0, 3000, 2), np.arange(0, 3000, 3)
    in_left, in_right = matches(mine, theirs)
    assert mine[in_left].tolist() == list(range(0, 3000, 6))
    assert theirs[in_right].tolist() == list(range(0, 3000, 6))


@pytest.fixture
def table() -> SymbolTable:
    known = SymbolTable()
    known.clean(pl.Series(["A", "B", "C"]), Refusal("here"))
    return known


def chunk(opens: list[int], symbols: list[str]) -> Chunk:
    stamps = pl.Series(opens, dtype=pl.Int64)
    frame = pl.DataFrame({"timestamp": stamps.cast(pl.Datetime("us", "UTC")), "symbol": symbols})
    return Chunk(frame, np.array(opens, dtype=np.int64), np.zeros(len(opens), dtype=np.int64), edition=0)


def test_symbols_at_one_time_are_paired_by_name(table: SymbolTable) -> None:
    left = chunk([1, 1, 2], ["A", "C", "A"])
    right = chunk([1, 1, 3], ["B", "C", "A"])
    (stretch, last) = stretches(iter([left]), iter([right]), table)
    assert stretch.left["symbol"].to_list() == stretch.right["symbol"].to_list() == ["C"]
    assert stretch.left_alone["symbol"].to_list() == ["A", "A"]
    assert stretch.right_alone["symbol"].to_list() == ["B"]
    assert last.right_alone["symbol"].to_list() == ["A"]


def test_span_too_wide_for_one_number_is_ranked(table: SymbolTable) -> None:
    ends = [-(2**61), 2**61]
    left, right = chunk(ends, ["A", "B"]), chunk(ends, ["A", "A"])
    (stretch,) = stretches(iter([left]), iter([right]), table)
    assert stretch.left["symbol"].to_list() == ["A"]
    assert stretch.left_alone["symbol"].to_list() == ["B"]


def test_one_sides_rest_stands_alone(table: SymbolTable) -> None:
    parts = list(
        stretches(iter([chunk([1], ["A"])]), iter([chunk([1], ["A"]), chunk([2, 3], ["A", "A"])]), table)
    )
    assert [part.right_alone.height for part in parts] == [0, 2]


def test_new_symbol_renumbers_the_others() -> None:
    known = SymbolTable()
    known.clean(pl.Series(["B", "D"]), Refusal("here"))
    assert known.codes(pl.Series(["D", "B"])).tolist() == [1, 0]
    before = known.edition
    known.clean(pl.Series([" A ", "B"]), Refusal("here"))
    assert known.edition > before
    assert known.codes(pl.Series(["D", "A"])).tolist() == [2, 0]
