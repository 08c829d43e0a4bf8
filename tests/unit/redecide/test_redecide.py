"""A run decided again: without factors it is the left log, with all of them the right one."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from frames import attribute
from hyprl.errors import TraceError
from hyprl.lab.lab import Lab
from hyprl.lab.plants import combined, plant
from hyprl.logs.load import load_log
from hyprl.logs.log import LogPair, TraceLog
from hyprl.redecide import TraceRedecision, redecide_logs
from hyprl.usecases.requests import RunRequest, prepare

COMPARED = ("timestamp", "decision", "direction", "reason", "probability_up", "position_size", "expected_pnl")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The embedded model on three months of embedded bars."""
    request = RunRequest(start=date(2024, 12, 12), end=date(2025, 3, 14))
    return Lab(prepare(request, Path(tmp_path_factory.mktemp("models")), print))


def planted(lab: Lab, *labels: str) -> TraceLog:
    return lab.replayed(combined([plant(label, lab.ground).overrides for label in labels]))


def redecision(left: TraceLog, right: TraceLog) -> TraceRedecision:
    return redecide_logs(left, right)


def decided(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    """Rows in full precision; NaN and null alike say that there is no value."""
    numbers = frame.with_columns(pl.col(pl.Float64).fill_null(float("nan")))
    return [tuple(map(repr, row)) for row in numbers.select(COMPARED).sort("timestamp").rows()]


@pytest.mark.parametrize(
    "label",
    ["shifted-cache:1", "short-preroll:60", "refitted-scaler:window", "recalculated-bars:0.5", "close-stamp:close",
     "skipped-bars:7", "drifting-equity:0.001", "threshold-drift:0.03", "position-forgotten:0.1"],
)  # fmt: skip
def test_no_factor_gives_the_left_log_and_all_of_them_the_right_one(lab: Lab, label: str):
    right = planted(lab, label)
    redecide = redecision(lab.left, right)
    assert decided(redecide(frozenset())) == decided(lab.left.frame)
    assert decided(redecide(frozenset(redecide.facts))) == decided(right.frame)


def test_sides_that_agree_differ_in_no_factor(lab: Lab):
    assert redecision(lab.left, lab.replayed()).facts == {}


def test_the_model_factor_changes_probabilities_alone(lab: Lab):
    redecide = redecision(lab.left, planted(lab, "refitted-scaler:window", "drifting-equity:0.001"))
    with_model = redecide(frozenset({"model"}))
    assert set(redecide.facts) == {"model", "equity"}
    assert (with_model["probability_up"] != lab.left.frame["probability_up"]).any()
    assert (with_model["risk_inputs.equity"] == with_model["equity"]).all()


def test_the_equity_factor_leaves_probabilities_alone(lab: Lab):
    redecide = redecision(lab.left, planted(lab, "refitted-scaler:window", "drifting-equity:0.001"))
    with_equity = redecide(frozenset({"equity"}))
    assert with_equity["probability_up"].equals(lab.left.frame["probability_up"], check_names=False)


def test_two_faults_share_the_gap_and_both_are_stated(lab: Lab):
    right = planted(lab, "refitted-scaler:window", "threshold-drift:0.03")
    found = attribute(lab.left.frame, right.frame, redecision(lab.left, right))
    assert {finding.cause for finding in found if finding.confident} == {"model_path", "configuration"}
    assert sum(finding.share_of_gap or 0.0 for finding in found) == pytest.approx(1.0)


def test_a_constant_that_the_header_misstates_is_read_off_the_decisions(lab: Lab):
    redecide = redecision(lab.left, planted(lab, "hard-coded-size:risk_fraction"))
    assert redecide.facts["parameters"].difference.unstated == ("risk_fraction",)


def test_a_log_without_bars_cannot_be_decided_again(lab: Lab):
    frame = lab.left.frame
    bare = replace(lab.left, frame=frame.drop([name for name in frame.columns if name.startswith("bar.")]))
    with pytest.raises(TraceError, match=r"bar\.open"):
        redecision(bare, lab.left)


def test_two_symbols_cannot_be_decided_as_one(lab: Lab):
    other = replace(lab.left, frame=lab.left.frame.with_columns(pl.lit("OTHER").alias("symbol")))
    with pytest.raises(TraceError, match="OTHER"):
        redecision(lab.left, other)


def test_a_log_that_is_no_trace_says_so_by_its_type(lab: Lab, tmp_path: Path):
    path = tmp_path / "signals.csv"
    path.write_text("timestamp,symbol,decision\n")
    assert LogPair(lab.left, load_log(path)).traces is None
    assert LogPair(lab.left, lab.left).traces == (lab.left, lab.left)


def cut(log: TraceLog, first: int) -> TraceLog:
    return replace(log, frame=log.frame.slice(first))


def test_what_a_cut_log_begins_with_is_not_stated_as_lost_state(lab: Lab):
    right = planted(lab, "threshold-drift:0.03")
    first = next(
        row
        for row, pair in enumerate(zip(lab.left.frame["equity"], right.frame["equity"], strict=True))
        if pair[0] != pair[1]
    )
    logs = cut(lab.left, first), cut(right, first)
    found = attribute(logs[0].frame, logs[1].frame, redecision(*logs))
    assert {finding.cause: finding.confident for finding in found} == {
        "configuration": True,
        "state_lost": False,
    }


def test_a_log_that_lacks_its_beginning_still_gives_both_logs_back(lab: Lab):
    left, right = lab.left, cut(planted(lab, "refitted-scaler:window"), 100)
    redecide = redecision(left, right)
    assert decided(redecide(frozenset())) == decided(left.frame)
    assert decided(redecide(frozenset(redecide.facts))) == decided(right.frame)
