from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.causes.shrink import Aim, aim_of, minimise, shrink_logs, smallest_difference, still_shows
from hyprl.logs.normalise import normalise


@given(st.sets(st.integers(0, 40), min_size=1, max_size=6), st.integers(41, 90))
def test_exactly_the_needed_items_are_kept(needed: set[int], count: int) -> None:
    assert set(minimise(range(count), lambda kept: needed <= set(kept))) == needed


@given(st.lists(st.sets(st.integers(0, 20), min_size=1, max_size=4), min_size=1, max_size=5))
def test_result_shows_it_and_no_part_without_one_item_does(ways: list[set[int]]) -> None:
    def shows(kept: Sequence[int]) -> bool:
        return any(way <= set(kept) for way in ways)

    kept = minimise(range(21), shows)
    assert shows(kept)
    assert not any(shows([item for item in kept if item != gone]) for gone in kept)


def test_nothing_is_kept_when_nothing_is_needed() -> None:
    assert minimise([1, 2, 3], lambda kept: True) == ()


@pytest.fixture
def log(full_log) -> pl.DataFrame:
    return normalise(full_log, "log")


def test_equal_logs_have_nothing_to_shrink(log) -> None:
    assert shrink_logs(log, log) is None


def test_one_column_of_one_bar_is_left(log) -> None:
    at = pl.int_range(pl.len()).is_in([17, 40])
    other = log.with_columns(
        pl.when(at)
        .then(pl.col("probability_up") + 1e-3)
        .otherwise(pl.col("probability_up"))
        .alias("probability_up")
    )
    shrunk = shrink_logs(log, other)
    assert shrunk is not None
    assert shrunk.aim == Aim("probability", "probability_up", decides=False)
    assert (shrunk.left.height, shrunk.right.height, shrunk.bars_before) == (1, 1, 100)
    assert shrunk.left["timestamp"][0] == log["timestamp"][17]
    assert shrunk.columns == ("timestamp", "symbol", "decision", "probability_up")


def test_bar_with_another_decision_is_preferred(log) -> None:
    number = pl.int_range(pl.len())
    lowered = pl.col("threshold_long") - pl.when(number > 4).then(0.25).otherwise(0.0)
    decided = pl.when(number == 50).then(pl.lit("emit")).otherwise(pl.col("decision"))
    shrunk = shrink_logs(log, log.with_columns(lowered.alias("threshold_long"), decided.alias("decision")))
    assert shrunk is not None
    assert shrunk.aim == Aim("gates", "threshold_long", decides=True)
    assert shrunk.left["timestamp"].to_list() == [log["timestamp"][50]]


def test_bar_that_one_log_lacks_is_left_alone(log) -> None:
    shrunk = shrink_logs(log, log.filter(pl.int_range(pl.len()) != 30))
    assert shrunk is not None
    assert (shrunk.aim.step, shrunk.aim.column) == ("bars", "timestamp")
    assert (shrunk.left.height, shrunk.right.height) == (1, 0)


def test_column_of_unknown_meaning_is_still_found(log) -> None:
    shrunk = shrink_logs(log.with_columns(mood=pl.lit("calm")), log.with_columns(mood=pl.lit("tense")))
    assert shrunk is not None
    assert shrunk.aim == Aim(None, "mood", decides=False)
    assert "mood" in shrunk.columns


def test_two_faults_that_no_bar_shares_need_two_bars(log) -> None:
    number = pl.int_range(pl.len())
    moved = pl.when(number == 5).then(pl.col("probability_up") + 0.01).otherwise(pl.col("probability_up"))
    decided = pl.when(number == 50).then(pl.lit("emit")).otherwise(pl.col("decision"))
    shrunk = shrink_logs(log, log.with_columns(moved.alias("probability_up"), decided.alias("decision")))
    assert shrunk is not None
    assert shrunk.left["timestamp"].to_list() == [log["timestamp"][5], log["timestamp"][50]]


@given(st.data())
def test_reduced_logs_are_minimal_and_still_differ(data: st.DataObject) -> None:
    bars = data.draw(st.integers(1, 8))
    values = st.lists(st.sampled_from([0.1, 0.2]), min_size=bars, max_size=bars)
    words = st.lists(st.sampled_from(["emit", "reject"]), min_size=bars, max_size=bars)
    stamps = pl.Series(range(bars)).cast(pl.Datetime("us", "UTC"))
    logs = [
        pl.DataFrame(
            {
                "timestamp": stamps,
                "symbol": "A",
                "decision": data.draw(words),
                "probability_up": data.draw(values),
                "x": data.draw(values),
            }
        )
        for _ in range(2)
    ]
    shrunk = shrink_logs(*logs)
    if shrunk is None:
        assert logs[0].equals(logs[1])
        return
    assert still_shows(shrunk.left, shrunk.right, shrunk.aim)
    for stamp in shrunk.left["timestamp"]:
        rest = [frame.filter(pl.col("timestamp") != stamp) for frame in (shrunk.left, shrunk.right)]
        assert not still_shows(*rest, shrunk.aim)
    for name in set(shrunk.columns) - {"timestamp", "symbol", "decision"}:
        assert not still_shows(shrunk.left.drop(name), shrunk.right.drop(name), shrunk.aim)


def test_smallest_difference_names_the_key_that_matters() -> None:
    left = {"p": 0.52, "threshold": 0.55, "cap": 3.0}
    right = {"p": 0.52, "threshold": 0.5, "cap": 9.0}
    assert smallest_difference(left, right, lambda side: side["p"] >= side["threshold"]) == ("threshold",)


def test_inputs_that_change_nothing_have_no_smallest_difference() -> None:
    assert smallest_difference({"cap": 3.0}, {"cap": 9.0}, lambda side: True) is None


def test_two_keys_that_only_matter_together_are_both_named() -> None:
    found = smallest_difference(
        {"a": 0.0, "b": 0.0}, {"a": 1.0, "b": 1.0}, lambda side: side["a"] * side["b"] > 0
    )
    assert found == ("a", "b")


def test_aim_of_equal_logs_is_none(log) -> None:
    assert aim_of(log, log.reverse()) is None
