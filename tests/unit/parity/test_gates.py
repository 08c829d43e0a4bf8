import math

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frames import assess, compare
from hyprl.errors import ConfigError
from hyprl.parity.rules import STAGES
from hyprl.parity.verdict import Compared, Gate, compare_windows, verdict_of

HOUR_US = 3_600_000_000


def shifted(log: pl.DataFrame, column: str, amount: float, rows: int | None = None) -> pl.DataFrame:
    hit = pl.int_range(pl.len()) >= log.height - (rows or log.height)
    return log.with_columns(
        pl.when(hit).then(pl.col(column) + amount).otherwise(pl.col(column)).alias(column)
    )


def decided(log: pl.DataFrame, word: str, rows: int) -> pl.DataFrame:
    """Turn that many bars to `word`, from the bars that said otherwise."""
    other = pl.col("decision") != word
    hit = other & (other.cum_sum() <= rows)
    direction = "long" if word == "emit" else "none"
    return log.with_columns(
        pl.when(hit).then(pl.lit(word)).otherwise("decision").alias("decision"),
        pl.when(hit).then(pl.lit(direction)).otherwise("direction").alias("direction"),
    )


def gate(result: Compared, metric: str) -> Gate:
    return next(item for item in result.gates if item.metric == metric)


def flat(log: pl.DataFrame, **values: float) -> pl.DataFrame:
    return log.with_columns(**{name: pl.lit(value) for name, value in values.items()})


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_log_agrees_with_itself_at_every_stage(full_log, stage: str) -> None:
    result = compare(full_log, full_log, stage)
    assert result.verdict == "kept"
    assert result.exit_code == 0
    assert all(item.kept is True for item in result.gates)


BREAKS = {
    "empty right": lambda log: log.clear(),
    "one bar only": lambda log: log.head(1),
    "unpaired": lambda log: log.with_columns(pl.col("timestamp") + pl.duration(minutes=30)),
    "another symbol": lambda log: log.with_columns(symbol=pl.lit("MSFT")),
    "undecided": lambda log: log.with_columns(decision=pl.lit(None, pl.String)),
    "opposite decisions": lambda log: log.with_columns(
        decision=pl.col("decision").replace({"emit": "reject", "reject": "emit"})
    ),
    "NaN in every number": lambda log: log.with_columns(pl.col(pl.Float64) * math.nan),
    "null in every number": lambda log: log.with_columns(
        pl.when(pl.lit(False)).then(pl.col(pl.Float64)).name.keep()
    ),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("fault", BREAKS)
def test_a_broken_side_is_never_kept(full_log, stage: str, fault: str) -> None:
    broken = BREAKS[fault](full_log)
    assert compare(full_log, broken, stage).verdict != "kept"
    assert compare(broken, full_log, stage).verdict != "kept"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("fault", ["empty right", "undecided", "NaN in every number", "null in every number"])
def test_the_same_fault_on_both_sides_is_not_kept_either(full_log, stage: str, fault: str) -> None:
    broken = BREAKS[fault](full_log)
    assert compare(broken, broken, stage).verdict != "kept"


@pytest.mark.parametrize("stage", STAGES)
def test_long_against_short_is_broken(full_log, stage: str) -> None:
    turned = full_log.with_columns(direction=pl.col("direction").replace({"long": "short", "short": "long"}))
    assert compare(full_log, turned, stage).verdict == "broken"


@pytest.mark.parametrize("stage", STAGES)
def test_every_bar_in_warmup_is_not_assessed(full_log, stage: str) -> None:
    cold = full_log.with_columns(
        pl.col(pl.Float64) * math.nan,
        decision=pl.lit("reject"),
        direction=pl.lit("none"),
        reason=pl.lit("warmup"),
    )
    assert compare(cold, cold, stage).verdict == "not_assessed"


NEEDED = {
    "microscope": ["probability_up", "position_size"],
    "features": ["probability_up"],
    "risk": ["position_size", "risk_amount", "expected_pnl"],
    "live-ready": ["probability_up"],
    "exact": ["probability_up", "position_size", "risk_amount", "expected_pnl", "trend_ok", "feature_hash"],
}


@pytest.mark.parametrize(
    ("stage", "column"), [(stage, name) for stage, names in NEEDED.items() for name in names]
)
def test_a_column_absent_on_one_side_is_not_assessed(full_log, stage: str, column: str) -> None:
    result = compare(full_log, full_log.drop(column), stage)
    assert result.verdict == "not_assessed"
    assert result.exit_code == 3


@pytest.mark.parametrize("stage", STAGES)
def test_direction_stated_by_one_log_only_is_not_assessed(full_log, stage: str) -> None:
    assert compare(full_log, full_log.drop("direction"), stage).verdict == "not_assessed"


def test_logs_without_any_hash_cannot_be_exact(full_log) -> None:
    bare = full_log.drop("feature_hash")
    assert compare(bare, bare, "exact").verdict == "not_assessed"


def without_last_ev(log: pl.DataFrame) -> pl.DataFrame:
    last = pl.int_range(pl.len()) == log.height - 1
    return log.with_columns(pl.when(last).then(None).otherwise("expected_pnl").alias("expected_pnl"))


# (stage, metric, a right log at which the gate just holds, one at which it just fails), 100 bars each.
EDGES = [
    ("live-ready", "coverage", lambda log: log.head(99), lambda log: log.head(98)),
    ("microscope", "decisions_identical", lambda log: log, lambda log: decided(log, "emit", 1)),
    (
        "features",
        "bt_only_share",
        lambda log: decided(log, "reject", 1),
        lambda log: decided(log, "reject", 2),
    ),
    (
        "features",
        "replay_only_share",
        lambda log: decided(log, "emit", 1),
        lambda log: decided(log, "emit", 2),
    ),
    ("features", "decisions_identical", lambda log: log, lambda log: decided(log, "emit", 1)),
    ("live-ready", "combined_gap", lambda log: log, lambda log: decided(log, "emit", 1)),
    ("risk", "emitted_without_expected_pnl", lambda log: log, without_last_ev),
]


@pytest.mark.parametrize(("stage", "metric", "holds", "fails"), EDGES, ids=[f"{e[0]}-{e[1]}" for e in EDGES])
def test_count_gates_hold_at_their_limit_and_fail_beyond(
    full_log, stage: str, metric: str, holds, fails
) -> None:
    assert gate(compare(full_log, holds(full_log), stage), metric).kept is True
    assert gate(compare(full_log, fails(full_log), stage), metric).kept is False


# Values are steps from 0 so that the gap is the float itself. `at` says what the limit itself gives.
LIMITS = [
    ("microscope", "max_abs_diff_probability_up", "probability_up", 1e-4, False),
    ("microscope", "max_abs_diff_position_size", "position_size", 1e-6, True),
    ("features", "max_abs_diff_probability_up", "probability_up", 1e-2, False),
    ("features", "mean_abs_diff_probability_up", "probability_up", 1e-3, False),
    ("risk", "max_abs_diff_position_size", "position_size", 1e-3, False),
    ("risk", "max_abs_diff_risk_amount", "risk_amount", 1e-2, False),
    ("live-ready", "max_abs_diff_probability_up", "probability_up", 1e-4, True),
    ("live-ready", "mean_abs_diff_probability_up", "probability_up", 5e-5, True),
]


@pytest.mark.parametrize("case", LIMITS)
def test_value_gates_have_the_limits_of_the_plan(full_log, case) -> None:
    stage, metric, column, limit, at = case
    left = flat(full_log.head(64), **{column: 0.0})  # 64 bars: the mean of equal gaps is exact
    for value, kept in ((limit * 0.999, True), (limit, at), (limit * 1.001, False)):
        assert gate(compare(left, flat(left, **{column: value}), stage), metric).kept is kept


@pytest.mark.parametrize(
    ("stage", "metric", "column"),
    [
        ("microscope", "probability_up_present", "probability_up"),
        ("microscope", "position_size_present", "position_size"),
        ("features", "probability_up_present", "probability_up"),
        ("risk", "position_size_present", "position_size"),
        ("risk", "risk_amount_present", "risk_amount"),
        ("live-ready", "probability_up_present", "probability_up"),
    ],
)
def test_one_missing_value_in_a_hundred_is_allowed_and_two_are_not(full_log, stage, metric, column) -> None:
    log = decided(full_log.slice(1), "emit", 99).with_columns(
        reason=pl.lit("emit")
    )  # 99 bars that need values
    log = pl.concat([log, log.tail(1).with_columns(pl.col("timestamp") + pl.duration(hours=1))])
    for missing, kept in ((1, True), (2, False)):
        holed = log.with_columns(
            pl.when(pl.int_range(pl.len()) < missing).then(None).otherwise(column).alias(column)
        )
        assert gate(compare(log, holed, stage), metric).kept is kept
        assert gate(compare(holed, log, stage), metric).kept is kept


def test_one_undecided_bar_in_a_hundred_is_allowed_and_two_are_not(full_log) -> None:
    for missing, kept in ((1, True), (2, False)):
        mute = full_log.with_columns(decision=pl.when(pl.int_range(pl.len()) >= missing).then("decision"))
        assert gate(compare(full_log, mute, "live-ready"), "decision_present").kept is kept


def test_combined_gap_is_strictly_below_two_percent(full_log) -> None:
    wide = pl.concat(
        full_log.with_columns(pl.col("timestamp") + pl.duration(days=30 * number)) for number in range(2)
    )
    assert gate(compare(wide, decided(wide, "emit", 1), "live-ready"), "combined_gap").value == 2 / 200
    two = compare(wide, decided(wide, "emit", 2), "live-ready")
    assert (gate(two, "combined_gap").value, gate(two, "combined_gap").kept) == (0.02, False)


def test_coverage_is_of_the_calendar_when_it_is_given(full_log) -> None:
    opens = full_log["timestamp"].dt.epoch("us").to_numpy()
    longer = np.append(opens, opens[-1] + HOUR_US * np.arange(1, 3))
    assert compare(full_log, full_log, "live-ready", opens).main.coverage == 1.0
    assert gate(compare(full_log, full_log, "live-ready", longer[:-1]), "coverage").kept is True
    assert gate(compare(full_log, full_log, "live-ready", longer), "coverage").kept is False
    assert gate(compare(full_log, full_log, "live-ready", opens[:0]), "coverage").kept is None


def test_coverage_of_the_calendar_counts_every_symbol(full_log) -> None:
    opens = full_log["timestamp"].dt.epoch("us").to_numpy()
    half = pl.concat([full_log, full_log.head(50).with_columns(symbol=pl.lit("MSFT"))])
    assert compare(half, half, "live-ready", opens).main.coverage == 0.75


@pytest.mark.parametrize(
    "column", ["probability_up", "threshold_long", "indicator.ret_1h", "trend_ok", "feature_hash"]
)
def test_one_changed_value_breaks_exact(full_log, column: str) -> None:
    values = full_log[column].to_list()
    values[50] = {bool: False, float: math.nextafter(0.5, 1.0), str: "0" * 63 + "x"}[type(values[50])]
    changed = full_log.with_columns(pl.Series(column, values))
    assert compare(full_log, changed, "exact").verdict == "broken"


def test_one_missing_bar_in_a_thousand_breaks_exact(full_log) -> None:
    parts = [
        full_log.with_columns(pl.col("timestamp") + pl.duration(days=30 * number)) for number in range(10)
    ]
    long = pl.concat(parts)
    result = compare(long, long.filter(pl.int_range(pl.len()) != 500), "exact")
    assert gate(result, "coverage").kept is True
    assert result.verdict == "broken"


COLUMNS = (
    "decision",
    "direction",
    "reason",
    "probability_up",
    "position_size",
    "indicator.ret_1h",
    "timestamp",
)


@given(row=st.integers(0, 99), column=st.sampled_from(COLUMNS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_single_changed_field_breaks_exact(full_log, row: int, column: str) -> None:
    old = full_log[column][row]
    if column == "timestamp":
        new = old.replace(minute=47)
    elif isinstance(old, str):
        new = {"emit": "reject", "reject": "emit", "long": "short", "short": "long", "none": "long"}.get(
            old, "other"
        )
    else:
        new = 7.5 if old != old else -old - 1.0
    values = full_log[column].to_list()
    values[row] = new
    changed = full_log.with_columns(pl.Series(column, values, dtype=full_log.schema[column]))
    assert compare(full_log, changed, "exact").verdict == "broken"
    assert compare(changed, full_log, "exact").verdict == "broken"


def test_windows_name_their_gates_and_only_what_the_stage_asks(full_log) -> None:
    whole, part = assess(full_log, full_log), assess(full_log.head(20), full_log.head(20))
    result = compare_windows("features", whole, part)
    metrics = [item.metric for item in result.gates]
    assert result.verdict == "kept"
    assert "year: bt_only_share" in metrics
    assert "microscope: mean_abs_diff_probability_up" in metrics
    assert "year: mean_abs_diff_probability_up" not in metrics
    assert set(result.as_json_dict()["windows"]) == {"year", "microscope"}


def test_a_fault_in_the_microscope_alone_breaks_the_stage(full_log) -> None:
    whole = assess(full_log, full_log)
    part = assess(full_log.head(20), shifted(full_log.head(20), "probability_up", 0.5, rows=1))
    assert compare_windows("features", whole, part).verdict == "broken"
    assert compare_windows("live-ready", whole, part).verdict == "kept"


def test_a_window_that_is_not_given_is_not_assessed(full_log) -> None:
    whole = assess(full_log, full_log)
    assert compare_windows("exact", whole, None).verdict == "not_assessed"
    assert compare_windows("microscope", whole, None).verdict == "not_assessed"
    assert compare_windows("live-ready", whole, None).verdict == "kept"


def test_broken_outweighs_not_assessed_and_no_gates_are_not_kept() -> None:
    def made(kept: bool | None) -> Gate:
        return Gate("exact", "metric", "<", 1.0, 0.0, kept)

    assert verdict_of([made(True), made(None), made(False)]) == "broken"
    assert verdict_of([made(True), made(None)]) == "not_assessed"
    assert verdict_of([made(True)]) == "kept"
    assert verdict_of([]) == "not_assessed"


def test_an_unknown_stage_is_an_error(full_log) -> None:
    with pytest.raises(ConfigError, match="live-ready"):
        compare(full_log, full_log, "dead-ready")


def test_the_plans_own_logs_are_broken(plan_logs) -> None:
    for stage in STAGES:
        assert compare(*plan_logs, stage).verdict == "broken"


def test_gates_as_json_have_the_promised_keys(full_log) -> None:
    document = compare(full_log, full_log, "live-ready").as_json_dict()
    assert document["verdict"] == "kept"
    assert set(document["gates"][0]) >= {"stage", "metric", "limit", "value", "kept"}
    assert document["span"]["first"] == "2024-12-12T14:30:00Z"
