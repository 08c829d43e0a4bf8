import math

import orjson
import polars as pl
import pytest

from hyprl.logs.normalise import normalise
from hyprl.parity.as_json import statistics_json
from hyprl.parity.diff import diff_logs
from hyprl.parity.statistics import Statistics, compute_statistics


def measure(left: pl.DataFrame, right: pl.DataFrame) -> Statistics:
    return compute_statistics(diff_logs(normalise(left, "left"), normalise(right, "right")))


def document(left: pl.DataFrame, right: pl.DataFrame) -> dict:
    return orjson.loads(orjson.dumps(statistics_json(measure(left, right))))


def test_plan_section_2_counts(plan_logs) -> None:
    found = document(*plan_logs)
    assert found["rows"] == 1407
    assert found["merge"] == {"both": 1259, "left_only": 9, "right_only": 139}
    assert (found["bt_only"], found["replay_only"], found["diverging"]) == (49, 21, 43)
    assert (found["emitted_bt"], found["emitted_bt_rejected"]) == (86, 42)
    assert found["combined_gap"] == (49 + 21 + 43) / 1407
    assert found["differing_bars"] == 43 + 7 + 20


def test_plan_section_2_shares(plan_logs) -> None:
    shares = document(*plan_logs)["shares"]
    assert round(100 * shares["bt_only"], 2) == 3.48
    assert round(100 * shares["replay_only"], 2) == 1.49
    assert round(100 * shares["diverging"], 1) == 3.4
    assert round(100 * shares["emitted_bt_rejected"], 1) == 48.8


def test_plan_section_2_probability(plan_logs) -> None:
    found = document(*plan_logs)["probability"]
    assert (found["compared"], found["missing"]) == (1259, 0)
    assert found["mean"] == pytest.approx(4.19e-3, rel=1e-9)
    assert found["max"] == pytest.approx(6.36e-2, rel=1e-9)
    assert found["share_above_1e-3"] == pytest.approx(0.78, abs=5e-4)
    assert found["mean_diverging"] == pytest.approx(2.16e-2, rel=1e-9)


def test_plan_section_2_money(plan_logs) -> None:
    found = document(*plan_logs)
    assert found["expected_pnl"]["compared"] == 44
    assert found["expected_pnl"]["missing"] == 1259 - 44
    assert found["expected_pnl"]["mean"] == pytest.approx(6.27, rel=1e-9)
    assert found["expected_pnl"]["max"] == pytest.approx(25.8, rel=1e-9)
    assert found["position_size"]["max"] == pytest.approx(8.64, rel=1e-9)
    assert found["position_size"]["max_relative"] == pytest.approx(0.13, abs=1e-4)
    assert found["risk_amount"]["max"] == pytest.approx(17.8, rel=1e-9)
    assert found["risk_amount"]["max_relative"] == pytest.approx(0.12, abs=1e-4)
    assert found["thresholds"]["max"] == 0.0


def test_json_has_the_promised_keys(plan_logs) -> None:
    found = document(*plan_logs)
    assert set(found["probability"]) == {
        "compared",
        "missing",
        "mean",
        "max",
        "share_above_1e-3",
        "mean_diverging",
    }
    assert set(found["expected_pnl"]) == {"compared", "missing", "mean", "max"}
    for name in ("position_size", "risk_amount"):
        assert set(found[name]) == {"compared", "missing", "max", "max_relative"}
    assert set(found["thresholds"]) == {"max"}
    assert set(found["hashes"]) == {"compared", "unequal"}
    assert list(found)[:14] == [
        "rows",
        "merge",
        "bt_only",
        "replay_only",
        "diverging",
        "combined_gap",
        "differing_bars",
        "emitted_bt",
        "emitted_bt_rejected",
        "probability",
        "expected_pnl",
        "position_size",
        "risk_amount",
        "thresholds",
    ]


def test_what_cannot_be_computed_is_null(full_log) -> None:
    bare = full_log.select("timestamp", "symbol", "decision").clear()
    found = document(bare, bare)
    assert found["rows"] == 0
    assert found["combined_gap"] is None
    assert found["probability"] == {
        "compared": 0,
        "missing": 0,
        "mean": None,
        "max": None,
        "share_above_1e-3": None,
        "mean_diverging": None,
    }
    assert found["thresholds"] == {"max": None}
    assert found["first_difference"] is None


def test_json_never_holds_nan_or_infinity(full_log) -> None:
    huge = full_log.with_columns(probability_up=pl.lit(1e308), expected_pnl=pl.lit(math.nan))
    other = full_log.with_columns(probability_up=pl.lit(-1e308), expected_pnl=pl.lit(math.inf))
    statistics = measure(huge, other)
    assert statistics.probability.max == math.inf
    assert statistics_json(statistics)["probability"]["max"] is None
    assert b"NaN" not in orjson.dumps(document(huge, other)["expected_pnl"])


def test_missing_counts_rows_that_need_a_value(full_log) -> None:
    holed = full_log.with_columns(
        probability_up=pl.when(pl.int_range(pl.len()) < 4).then(None).otherwise("probability_up")
    )
    found = measure(full_log, holed)
    assert (found.probability.compared, found.probability.missing) == (
        96,
        3,
    )  # the first of the four is warm-up


def test_warmup_on_one_side_only_is_missing(full_log) -> None:
    late = full_log.with_columns(
        pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("warmup")).otherwise("reason").alias("reason"),
        pl.when(pl.int_range(pl.len()) == 1).then(None).otherwise("probability_up").alias("probability_up"),
    )
    assert measure(full_log, late).probability.missing == 1


def test_relative_gap_is_of_the_left_value_and_of_the_right_where_that_is_zero(full_log) -> None:
    first = full_log.head(3).with_columns(position_size=pl.Series([8.0, 0.0, 0.0]))
    second = full_log.head(3).with_columns(position_size=pl.Series([10.0, 0.0, 0.0]))
    third = full_log.head(3).with_columns(position_size=pl.Series([8.0, 0.0, 5.0]))
    assert measure(first, second).position_size.max_relative == 0.25
    assert measure(first, third).position_size.max_relative == 1.0


def test_opposite_directions_diverge_but_neither_is_one_sided(full_log) -> None:
    turned = full_log.with_columns(
        direction=pl.col("direction").replace({"long": "short", "short": "long"}),
    )
    counts = measure(full_log, turned).decisions
    assert (counts.bt_only, counts.replay_only, counts.diverging, counts.opposite) == (0, 0, 25, 25)


def test_undecided_bars_diverge(full_log) -> None:
    mute = full_log.with_columns(decision=pl.lit(None, pl.String))
    counts = measure(mute, mute).decisions
    assert (counts.diverging, counts.undecided, counts.differing_bars) == (100, 100, 100)


def test_hashes_are_compared_and_a_missing_hash_is_unequal(full_log) -> None:
    blank = full_log.with_columns(feature_hash=pl.lit(None, pl.String))
    assert measure(full_log, full_log).hashes == (100, 0)
    assert measure(full_log, blank).hashes == (100, 100)
    assert measure(blank, blank).hashes == (100, 100)


def test_a_column_of_one_side_is_not_comparable(full_log) -> None:
    found = measure(full_log, full_log.drop("risk_amount"))
    assert found.not_comparable == ("risk_amount",)
    assert not found.risk_amount.available


def test_text_against_numbers_is_not_comparable(full_log) -> None:
    words = full_log.with_columns(pl.lit("high").alias("indicator.ret_1h"))
    assert measure(full_log, words).not_comparable == ("indicator.ret_1h",)


def test_run_identity_is_not_compared(full_log) -> None:
    found = measure(full_log, full_log.with_columns(run_id=pl.lit("right"), source=pl.lit("replay")))
    assert found.not_comparable == ()
    assert found.unequal_values == 0


def test_first_difference_is_the_earliest_bar(full_log) -> None:
    changed = full_log.with_columns(
        pl.when(pl.int_range(pl.len()) == 40).then(0.0).otherwise("risk_amount").alias("risk_amount"),
        pl.when(pl.int_range(pl.len()) == 7).then(-1.0).otherwise("position_size").alias("position_size"),
    )
    first = measure(full_log, changed).first_difference
    assert first is not None
    assert (first.timestamp, first.field, first.bt, first.replay) == (
        "2024-12-12T21:30:00Z",
        "position_size",
        27.0,
        -1.0,
    )


def test_signed_zero_and_nan_are_not_glossed_over(full_log) -> None:
    zero = full_log.with_columns(pl.lit(0.0).alias("indicator.ret_1h"))
    minus = full_log.with_columns(pl.lit(-0.0).alias("indicator.ret_1h"))
    empty = full_log.with_columns(pl.lit(math.nan).alias("indicator.ret_1h"))
    assert measure(zero, minus).unequal_values == 100
    assert measure(empty, empty).unequal_values == 99  # NaN is as it should be on the warm-up bar alone


def test_span_is_of_all_and_of_common_bars(full_log) -> None:
    found = measure(full_log.head(50), full_log.slice(10, 90))
    assert (found.first, found.last) == ("2024-12-12T14:30:00Z", "2024-12-16T17:30:00Z")
    assert (found.first_common, found.last_common) == ("2024-12-13T00:30:00Z", "2024-12-14T15:30:00Z")


def test_a_reject_without_direction_agrees_with_any_reject(full_log) -> None:
    bare = full_log.with_columns(direction=pl.when(pl.col("decision") == "emit").then("direction"))
    assert measure(full_log, bare).decisions.diverging == 0


def test_an_emitted_bar_without_direction_diverges(full_log) -> None:
    bare = full_log.with_columns(direction=pl.when(pl.col("decision") == "reject").then("direction"))
    assert measure(full_log, bare).decisions.diverging == 25


def test_direction_that_one_log_never_states_is_reported(full_log) -> None:
    counts = measure(full_log, full_log.drop("direction")).decisions
    assert (counts.diverging, counts.direction_unknown) == (0, 25)
