"""Explaining two logs: one finding per cause, measured before read, and nothing stated that is contradicted."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frames import explain
from hyprl.causes.cause import Cause
from hyprl.causes.facts.bar_values import RevisedBars
from hyprl.causes.facts.differences import OtherScores
from hyprl.causes.facts.swap import SwapFacts
from hyprl.causes.findings import FactorFacts, Finding
from hyprl.causes.ranking import merge
from hyprl.errors import SignalLogError
from hyprl.report.worded import worded

BARS = 60
START = datetime(2025, 1, 6, 14, 30, tzinfo=UTC)


def log(probability: np.ndarray | float = 0.6, **columns: object) -> pl.DataFrame:
    values = {
        "timestamp": [START + timedelta(hours=bar) for bar in range(BARS)],
        "symbol": "NVDA",
        "decision": "reject",
        "probability_up": probability,
    }
    return pl.DataFrame(values | columns)


def finding(cause: Cause, confidence: float = 0.9, **more: object) -> Finding:
    return Finding(cause, confidence, (RevisedBars(3, 0.1, ("close",), confidence),), **more)


def measured(cause: Cause, share_of_gap: float, unreproduced: float) -> Finding:
    swap = SwapFacts(("model",), (), None, {}, {}, {}, {}, unreproduced, None)
    return Finding(cause, 0.9, (), swap, share_of_gap)


def test_equal_logs_have_nothing_to_explain() -> None:
    explained = explain(log(), log())
    assert (explained.location.first_bar, explained.findings, explained.residual) == (None, (), None)


def test_where_is_told_even_if_why_is_not() -> None:
    right = log(np.where(np.arange(BARS) == 7, 0.7, 0.6))
    explained = explain(log(), right)
    assert explained.location.first_bar == "2025-01-06T21:30:00Z"
    assert explained.top is None


def test_a_log_without_a_decision_is_refused() -> None:
    with pytest.raises(SignalLogError, match="decision"):
        explain(log().drop("decision"), log())


def test_an_empty_log_is_explained_by_nothing() -> None:
    explained = explain(log(), log().clear())
    assert explained.location.right_missing == BARS
    assert not any(item.confident for item in explained.findings)


def test_each_symbol_is_read_by_itself() -> None:
    draw = np.random.default_rng(1).uniform(0.4, 0.6, BARS)
    left = pl.concat([log(draw), log(draw, symbol="MSFT")])
    right = pl.concat([log(draw), log(draw.round(2), symbol="MSFT")])
    (top,) = worded(explain(left, right)).findings
    assert "2 decimals" in top.evidence


def test_one_finding_for_each_cause_the_surest_first() -> None:
    read = [
        finding(Cause.MODEL_PATH, 0.4),
        finding(Cause.CONFIGURATION),
        finding(Cause.MODEL_PATH, 0.8),
    ]
    assert [item.cause for item in merge((), read)] == [Cause.CONFIGURATION, Cause.MODEL_PATH]
    assert merge((), read)[1].confidence == 0.8


def test_a_measured_cause_leads_and_takes_the_signature_along() -> None:
    read = finding(Cause.MODEL_PATH, 0.95)
    top, second = merge([measured(Cause.MODEL_PATH, 0.2, 0.5)], [read, finding(Cause.CONFIGURATION)])
    assert (top.cause, top.kind, top.share_of_gap) == (Cause.MODEL_PATH, "counterfactual", 0.2)
    assert top.readings == read.readings
    assert (second.cause, second.confidence) == (Cause.CONFIGURATION, 0.9)


def test_a_signature_that_a_whole_reproduction_contradicts_is_not_stated() -> None:
    second = merge([measured(Cause.MODEL_PATH, 1.0, 0.0)], [finding(Cause.CONFIGURATION)])[1]
    assert not second.confident


def test_the_larger_share_comes_first() -> None:
    shared = ((Cause.MODEL_PATH, 0.2), (Cause.CONFIGURATION, 0.7))
    found = [measured(cause, share, 0.0) for cause, share in shared]
    assert [item.cause for item in merge(found, [])] == [Cause.CONFIGURATION, Cause.MODEL_PATH]


@dataclass(frozen=True)
class Swap:
    """Puts the right side's probabilities into the left log."""

    right: pl.DataFrame
    facts: dict[str, FactorFacts] = field(
        default_factory=lambda: {"features": FactorFacts(Cause.FEATURE_MISALIGNMENT, OtherScores())}
    )

    def __call__(self, factors: frozenset[str]) -> pl.DataFrame:
        return self.right if "features" in factors else log()


def test_what_can_be_decided_again_is_measured() -> None:
    right = log(np.linspace(0.4, 0.7, BARS))
    (top, *_) = explain(log(), right, redecide=Swap(right)).findings
    assert (top.cause, top.kind) == (Cause.FEATURE_MISALIGNMENT, "counterfactual")
    assert top.share_of_probability == pytest.approx(1.0)


numbers = st.one_of(st.none(), st.floats(), st.floats(0.0, 1.0))


@given(st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=0, max_size=25))
def test_any_numbers_are_explained_without_an_error(rows: list[tuple[float | None, ...]]) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 4
    times = [START + timedelta(hours=bar) for bar in range(len(rows))]
    sides = [
        pl.DataFrame(
            {
                "timestamp": pl.Series(times, dtype=pl.Datetime("us", "UTC")),
                "symbol": pl.Series(["NVDA"] * len(rows), dtype=pl.String),
                "decision": pl.Series(["reject"] * len(rows), dtype=pl.String),
                "probability_up": pl.Series(values[0], dtype=pl.Float64),
                "position_size": pl.Series(values[1], dtype=pl.Float64),
            }
        )
        for values in (columns[:2], columns[2:])
    ]
    for found in explain(*sides).findings:
        assert found.cause in Cause
        assert 0.0 <= found.confidence <= 1.0
