"""Every kind of evidence has a sentence, and several become one line as they are found."""

from types import UnionType
from typing import get_args

import pytest

from hyprl.causes.cause import Cause
from hyprl.causes.facts.bar_values import OtherBarHashes
from hyprl.causes.facts.differences import (
    AccountChange,
    Difference,
    HeldRows,
    InheritedAccount,
    InjectedEquity,
    OtherInitialEquity,
    OtherModelShape,
    OtherScores,
)
from hyprl.causes.facts.equity import LaggingRisk, MovingRisk, OtherInitialAccount, RiskStep
from hyprl.causes.facts.every import OfSymbol, Reading
from hyprl.causes.facts.model_weights import OtherModelHash
from hyprl.causes.facts.number_formats import NarrowFormatBeneath
from hyprl.causes.facts.settings import LeverageCaps
from hyprl.causes.facts.swap import Gap, OpenedGap, SwapFacts
from hyprl.causes.facts.unassessed import Holders, UncomparedStep
from hyprl.causes.findings import Finding
from hyprl.causes.steps import STEPS, DecisionStep
from hyprl.report.sentences.every import word
from hyprl.report.sentences.unassessed import unassessed_line
from hyprl.report.worded import worded_finding

BAR = "2025-01-02T14:30:00Z"


def kinds_of(union: UnionType | type) -> list[type]:
    """The members of a union, those of unions in it too."""
    members = get_args(union)
    return [kind for member in members for kind in kinds_of(member)] if members else [union]


@pytest.mark.parametrize(
    "kind", [*kinds_of(Reading), *kinds_of(Difference), SwapFacts], ids=lambda k: k.__name__
)
def test_every_kind_of_evidence_has_a_sentence(kind: type) -> None:
    assert word.dispatch(kind) is not word.dispatch(object)


def test_evidence_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="sentence for str"):
        word("a sentence that somebody wrote elsewhere")


# Kinds that no log among the tests or of the lab brings about; worded as they were before facts were typed.
@pytest.mark.parametrize(
    ("facts", "evidence"),
    [
        (
            OtherInitialAccount(100_000.0, 90_000.0, 0.9),
            "the accounts differ before the first trade: 100,000.00 left, 90,000.00 right, ratio 0.9",
        ),
        (RiskStep(1.25, BAR, stays=True), f"the ratio of risk steps to 1.25 at {BAR} and stays"),
        (
            RiskStep(1.25, BAR, stays=False),
            f"the ratio of risk steps to 1.25 at {BAR}, more than the costs of a trade would",
        ),
        (
            NarrowFormatBeneath(0.0051),
            "one side's probabilities all fit a format that is off by up to 5e-03, the other's do not; the difference "
            "is larger than that, so this is not all",
        ),
        (OtherModelHash(), "the two sides recorded another model_params_hash"),
        (
            LeverageCaps(2.0, None),
            "sizes stop at 2 times equity left, none in use right: another leverage limit",
        ),
        (OtherScores(), "the sides have other sentiment scores on the same bars"),
        (OtherModelShape(), "the sides evaluate models of other shapes"),
        (OtherInitialEquity(100_000.0, 92_000.5), "the accounts start with 100,000.00 and 92,000.50"),
        (InjectedEquity(), "one side sizes from injected equity"),
        (
            InheritedAccount(
                (AccountChange("position_open", 0.0, 1.0), AccountChange("equity", 1e5, 99_950.0))
            ),
            "the logs begin with other accounts, which came of what lies before them: position_open 0 expected, 1 "
            "recorded, equity 100000 expected, 99950 recorded",
        ),
    ],
)
def test_what_no_log_of_the_tests_shows_is_worded_as_ever(facts: object, evidence: str) -> None:
    assert word(facts).evidence == evidence


@pytest.mark.parametrize("step", [step for step in STEPS if step is not DecisionStep.DECISION])
def test_every_step_that_a_log_can_lack_has_something_to_record(step: DecisionStep) -> None:
    line = unassessed_line(UncomparedStep(step, Holders.NEITHER))
    assert line.startswith(f"{step}: in neither log; record ")


def test_the_symbol_goes_before_the_sentence() -> None:
    assert word(OfSymbol("NVDA", OtherBarHashes(3))).evidence.startswith("NVDA: 3 bars have another bar_hash")


def test_what_is_read_twice_is_said_once_and_the_first_gives_the_advice() -> None:
    lag, moving = LaggingRisk(2), MovingRisk(BAR)
    said = worded_finding(Finding(Cause.SIZING_EQUITY, 0.8, (lag, moving, lag)))
    assert said.evidence == f"{word(lag).evidence}; {word(moving).evidence}"
    assert said.advice == word(lag).advice
    assert said.kind == "signature"


def swap(*differences: Difference) -> SwapFacts:
    gaps = dict.fromkeys(Gap, 0.5)
    most = OpenedGap(Gap.COMBINED, 0.25, 1.0)
    return SwapFacts(("equity",), differences, None, {"equity": gaps}, gaps, gaps, gaps, 0.0, most)


def test_what_was_measured_goes_before_what_was_read_and_figures_of_both_are_kept() -> None:
    said = worded_finding(Finding(Cause.SIZING_EQUITY, 0.9, (LaggingRisk(2),), swap(InjectedEquity())))
    assert said.evidence == (
        "one side sizes from injected equity; the right side's equity alone, put into the left run, opens 25% of the "
        "combined gap; putting the left side's back closes 100%; the right side sizes from the left's equity of 2 bars "
        "before"
    )
    assert said.kind == "counterfactual"
    assert (said.details["factors"], said.details["signature"]) == (["equity"], {})


def test_a_swap_of_which_nothing_else_is_known_says_what_it_opens() -> None:
    wording = word(swap())
    assert wording.evidence.startswith("the right side's equity alone, put into the left run, opens 25%")
    assert wording.advice == ""


def test_the_first_difference_with_advice_gives_it() -> None:
    assert word(swap(HeldRows(3), InjectedEquity())).advice == word(HeldRows(3)).advice
