import polars as pl
import pytest

from hyprl.logs.normalise import normalise
from hyprl.parity.diff import diff_logs
from hyprl.parity.worst import WorstBar, decided, worst_bars


def worst(left: pl.DataFrame, right: pl.DataFrame, most: int = 50) -> tuple[WorstBar, ...]:
    return worst_bars(diff_logs(normalise(left, "left"), normalise(right, "right")), most)


def at(rows: list[int]) -> pl.Expr:
    return pl.int_range(pl.len()).is_in(rows)


def shifted(log: pl.DataFrame, rows: list[int], by: float) -> pl.DataFrame:
    moved = pl.when(at(rows)).then(pl.col("probability_up") + by).otherwise("probability_up")
    return log.with_columns(probability_up=moved)


def test_equal_logs_have_no_worst_bar(full_log) -> None:
    assert worst(full_log, full_log) == ()


def test_the_earliest_comes_first_then_decisions_then_probability(full_log) -> None:
    right = shifted(shifted(full_log, [10], 1e-9), [50], 0.2)
    right = right.with_columns(decision=pl.when(at([71])).then(pl.lit("reject")).otherwise("decision"))
    assert [bar.row for bar in worst(full_log, right)] == [10, 71, 50]


def test_at_most_so_many_are_chosen_and_the_earliest_is_among_them(full_log) -> None:
    right = shifted(shifted(full_log, [5], 1e-12), list(range(20, 90)), 0.1)
    rows = [bar.row for bar in worst(full_log, right, 7)]
    assert len(rows) == 7
    assert rows[0] == 5


def test_fields_stand_side_by_side_and_tell_which_differ(full_log) -> None:
    (bar,) = worst(full_log, shifted(full_log, [10], 0.25))
    pairs = {pair.name: pair for pair in bar.fields}
    assert (pairs["probability_up"].bt, pairs["probability_up"].replay) == (0.42000000000000004, 0.67)
    assert pairs["probability_up"].differs is True
    assert pairs["expected_pnl"].differs is False
    assert bar.unequal == 1
    assert bar.abs_diff_probability == pytest.approx(0.25)


def test_a_bar_on_one_side_only_is_listed(full_log) -> None:
    (bar,) = worst(full_log, full_log.filter(~at([42])))
    assert (bar.row, bar.merge) == (42, "left_only")
    assert all(pair.differs is None for pair in bar.fields)


def test_missing_is_not_nothing(full_log) -> None:
    right = full_log.with_columns(expected_pnl=pl.when(at([10])).then(None).otherwise("expected_pnl"))
    (bar,) = worst(full_log, right)
    assert [pair.name for pair in bar.fields if pair.differs] == ["expected_pnl"]


@pytest.mark.parametrize(
    ("decision", "direction", "word"),
    [
        ("emit", "long", "long"),
        ("emit", None, "emit"),
        ("reject", "short", "reject"),
        (None, "long", "undecided"),
    ],
)
def test_a_decision_is_one_word(decision: str | None, direction: str | None, word: str) -> None:
    assert decided(decision, direction) == word
