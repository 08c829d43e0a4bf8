"""What decisions alone show, in words."""

from __future__ import annotations

from hyprl.causes.facts.decisions import (
    DecisionShift,
    ShiftedDecisions,
    SignalsOfOneSide,
    StricterThreshold,
)
from hyprl.report.sentences.advice import ONE_CONFIG
from hyprl.report.sentences.names import bars_ago
from hyprl.report.wording import Wording, word

_RECORD_STATE = (
    "Record `reason` and `position_open` with each decision: they tell a gate from a lost position."
)
_LATE = "See whether one side decides, or logs, on the bar after: record the probability on both sides."
_SHIFTS = {
    DecisionShift.OTHER_BAR_JUDGED: "on equal probabilities: it acts on, or logs, another bar than it judged",
    DecisionShift.LATE: "as when one side decides or logs late",
    DecisionShift.FEATURES: "as with features of another bar",
}


@word.register
def signals_of_one_side(facts: SignalsOfOneSide) -> Wording:
    """Count them, and give one of their readings."""
    reading = (
        "a position or an order that one side forgot" if facts.as_lost_state else "another gate, exit or cap"
    )
    evidence = (
        f"on equal probabilities {facts.alone:,} of {facts.either:,} signals are one side's alone, by no threshold: "
        f"{reading}"
    )
    return Wording(evidence, _RECORD_STATE if facts.as_lost_state else f"{ONE_CONFIG} {_RECORD_STATE}")


@word.register
def stricter_threshold(facts: StricterThreshold) -> Wording:
    """Name side and bounds."""
    evidence = (
        f"on equal probabilities the {facts.side} side refuses each {facts.direction} signal up to, and takes each "
        f"from, a probability in [{facts.low:.5f}, {facts.high:.5f}]: its {facts.direction} threshold is stricter "
        f"({facts.bars:,} bars)"
    )
    return Wording(evidence, ONE_CONFIG)


@word.register
def shifted_decisions(facts: ShiftedDecisions) -> Wording:
    """Name the shift, and one of its readings."""
    evidence = f"the right side's decisions are the left's of {bars_ago(facts.bars)}, {_SHIFTS[facts.shift]}"
    return Wording(evidence, _LATE)
