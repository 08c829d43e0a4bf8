"""What probabilities and features show of the model, in words."""

from __future__ import annotations

from hyprl.causes.facts.model_weights import (
    OtherCalibration,
    OtherModelHash,
    OtherProbabilities,
    OtherSolution,
)
from hyprl.report.wording import Wording, word

_ONE_MODEL = "Load one model file on both sides, read-only, and record model_params_hash with every decision."


@word.register
def other_probabilities(facts: OtherProbabilities) -> Wording:
    """Count the bars with equal features, and say what the hash and the log-odds tell."""
    since = "" if facts.since is None else f", from {facts.since} on"
    evidence = (
        f"on {facts.bars:,} bars with equal features the probabilities differ, by {facts.mean_gap:.2e} on average"
        f"{since}{_hash(facts.hash_differs)}"
    )
    if facts.line is not None:
        line = f"{facts.line.slope:.4g} × left {facts.line.level:+.4g}"
        evidence += f"; log-odds right = {line} (a calibration or an intercept)"
    return Wording(evidence, _ONE_MODEL)


def _hash(differs: bool | None) -> str:
    if differs is None:
        return ""
    if differs:
        return ", and the model's hash is another"
    return ", under one model hash: what turns features into a probability is not what the hash covers"


@word.register
def other_solution(facts: OtherSolution) -> Wording:
    """Say by how much one side's weights miss the other's probabilities."""
    evidence = (
        f"the weights that give every {facts.solved} probability from the {facts.solved} features miss the "
        f"{facts.missed} ones by {facts.mean_missed:.2e} on the {facts.missed}'s own features (all differences: "
        f"{facts.mean_gap:.2e}): another model, scaler or calibration besides other features"
    )
    return Wording(evidence, _ONE_MODEL)


@word.register
def other_calibration(facts: OtherCalibration) -> Wording:
    """Name the function."""
    if facts.line is None:
        function = "the right probability is a rising function of the left one on every bar"
    else:
        line = f"{facts.line.slope:.5g} × left {facts.line.level:+.5g}"
        function = f"log-odds right = {line} on every bar"
    return Wording(f"{function}: the inputs agree, a calibration or an intercept does not", _ONE_MODEL)


@word.register
def other_model_hash(_facts: OtherModelHash) -> Wording:
    """Say that the hash is another."""
    return Wording("the two sides recorded another model_params_hash", _ONE_MODEL)
