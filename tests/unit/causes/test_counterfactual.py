"""Shares of a gap, from a redecision whose results are known by hand."""

from collections.abc import Mapping

import polars as pl
import pytest

from frames import attribute, share_out
from hyprl.causes.cause import Cause
from hyprl.causes.facts.differences import OtherScores, RoundedProbability
from hyprl.causes.facts.swap import Gap
from hyprl.causes.findings import FactorFacts
from hyprl.logs.normalise import normalise
from hyprl.report.worded import worded_finding

WORDS = {True: "emit", False: "reject"}


def log(emits: str, probability: list[float]) -> pl.DataFrame:
    """A log with one bar per character: 1 emits, 0 rejects."""
    return pl.DataFrame(
        {
            "timestamp": [f"2025-01-15T{14 + n}:30:00Z" for n in range(len(emits))],
            "symbol": "TEST",
            "decision": [WORDS[letter == "1"] for letter in emits],
            "direction": ["long" if letter == "1" else "none" for letter in emits],
            "probability_up": probability,
        }
    )


LEFT = log("0000", [0.5, 0.5, 0.5, 0.5])
MODEL_ALONE = log("0000", [0.6, 0.6, 0.6, 0.6])
PARAMETERS_ALONE = log("1000", [0.5, 0.5, 0.5, 0.5])
RIGHT = log("1110", [0.6, 0.6, 0.6, 0.6])
LOGS = {
    frozenset(): LEFT,
    frozenset({"model"}): MODEL_ALONE,
    frozenset({"parameters"}): PARAMETERS_ALONE,
    frozenset({"model", "parameters"}): RIGHT,
}


def redecide(factors: frozenset[str]) -> pl.DataFrame:
    return normalise(LOGS[factors], "a redecided log")


class Known:
    """A redecision that knows its facts."""

    def __init__(self, facts: Mapping[str, FactorFacts], logs: Mapping[frozenset[str], pl.DataFrame]) -> None:
        self.facts = facts
        self._logs = logs

    def __call__(self, factors: frozenset[str]) -> pl.DataFrame:
        return normalise(self._logs[factors], "a redecided log")


BOTH = ("model", "parameters")


def test_shares_of_the_gap_are_those_of_the_hand_calculation():
    # A bar that one side alone emits counts twice: parameters alone open 2/4, both 6/4, the model alone nothing.
    done = share_out(LEFT, RIGHT, redecide, BOTH)
    assert done is not None
    assert done.values[Gap.COMBINED] == pytest.approx({"model": 0.5, "parameters": 1.0})
    assert done.share(Gap.COMBINED, ["model"]) == pytest.approx(1 / 3)
    assert done.share(Gap.PROBABILITY, ["model"]) == pytest.approx(1.0)
    assert done.share(Gap.PROBABILITY, ["parameters"]) == pytest.approx(0.0)


def test_what_is_left_open_is_nothing_when_all_factors_give_the_right_log():
    done = share_out(LEFT, RIGHT, redecide, BOTH)
    assert done is not None
    assert done.unreproduced == 0.0
    assert done.residual(Gap.COMBINED) == pytest.approx(0.0)


def test_a_factor_left_out_stays_open_and_costs_confidence():
    done = share_out(LEFT, RIGHT, redecide, ["parameters"])
    assert done is not None
    assert done.residual(Gap.COMBINED) == pytest.approx(2 / 3)
    assert done.unreproduced == pytest.approx(1.0)  # none of the mean |dp| of 0.1 is reproduced
    assert [finding.confident for finding in attribute(LEFT, RIGHT, redecide, ["parameters"])] == [False]


def test_the_cause_that_explains_more_decisions_comes_first():
    found = attribute(LEFT, RIGHT, redecide, BOTH)
    assert [finding.cause for finding in found] == ["configuration", "model_path"]
    assert [finding.share_of_gap for finding in found] == pytest.approx([2 / 3, 1 / 3])
    assert all(finding.confident for finding in found)


def test_facts_name_the_cause_and_the_evidence_holds_how_the_sides_differ_in_each_factor():
    rounded = {name: RoundedProbability(name, "float32", 1e-8) for name in BOTH}
    facts = {name: FactorFacts(Cause.FLOATING_POINT, found) for name, found in rounded.items()}
    (finding,) = attribute(LEFT, RIGHT, Known(facts, LOGS))
    assert finding.cause == "floating_point"
    assert finding.share_of_gap == pytest.approx(1.0)
    assert finding.swap.differences == tuple(rounded.values())
    evidence = worded_finding(finding).evidence
    assert "the model side's probabilities have float32" in evidence
    assert "model and parameters alone, put into the left run, open 33% of the combined gap" in evidence


def test_logs_that_do_not_differ_have_no_finding():
    assert attribute(LEFT, LEFT, redecide, BOTH) == ()


def test_a_factor_that_changes_nothing_is_no_cause():
    def ignoring(factors: frozenset[str]) -> pl.DataFrame:
        return redecide(factors - {"bars"})

    found = attribute(LEFT, RIGHT, ignoring, (*BOTH, "bars"))
    assert "data_revision" not in {finding.cause for finding in found}


def test_an_estimated_difference_that_changes_next_to_nothing_is_not_stated():
    nearly = log("1110", [0.6, 0.6, 0.6, 0.6 + 1e-6])
    logs = {
        frozenset(): LEFT,
        frozenset({"model"}): RIGHT,
        frozenset({"features"}): log("0000", [0.5, 0.5, 0.5, 0.5 + 1e-6]),
        frozenset({"model", "features"}): nearly,
    }
    facts = {
        "model": FactorFacts(Cause.MODEL_PATH, OtherScores()),
        "features": FactorFacts(Cause.WARMUP, OtherScores(), certain=False),
    }
    found = attribute(LEFT, nearly, Known(facts, logs))
    assert [(finding.cause, finding.confident) for finding in found] == [
        ("model_path", True),
        ("warmup", False),
    ]
