"""What shows of the configuration, in words."""

from __future__ import annotations

from hyprl.causes.facts.settings import (
    InferredThresholds,
    LeverageCaps,
    OtherConfigHash,
    OtherGate,
    RecordedSetting,
    RecordedSettings,
    RewardMultiples,
    RiskFractions,
    StopRatio,
    ThresholdBounds,
)
from hyprl.report.sentences.advice import ONE_CONFIG
from hyprl.report.wording import Wording, word

_KEYS = {
    "data": "the bar policies",
    "position_open": "the position cap",
    "threshold": "the thresholds",
    "trend": "trend_long_min, trend_short_min or trend_window_bars",
    "sentiment": "the sentiment band or regime",
    "ev": "min_ev_multiple",
    "size": "min_size",
    "risk": "the risk caps (daily loss, notional, exposure, trades a day, bars between entries)",
}


@word.register
def recorded_settings(facts: RecordedSettings) -> Wording:
    """List them, left and right."""
    listed = "; ".join(map(_setting, facts.settings))
    return Wording(f"recorded settings differ: {listed}", ONE_CONFIG)


def _setting(setting: RecordedSetting) -> str:
    name = setting.name.removeprefix("risk_inputs.")
    return f"{name} {setting.left:.6g} left, {setting.right:.6g} right"


@word.register
def inferred_thresholds(facts: InferredThresholds) -> Wording:
    """List the bounds and count the bars between."""
    listed = "; ".join(map(_bounds, facts.thresholds))
    evidence = (
        f"each side's directions follow from its own probabilities, by other thresholds: {listed}; "
        f"{facts.bars_between:,} bars lie between"
    )
    return Wording(evidence, ONE_CONFIG, {"bars_between": facts.bars_between})


def _bounds(bounds: ThresholdBounds) -> str:
    left, right = (f"[{low:.5f}, {high:.5f}]" for low, high in (bounds.left, bounds.right))
    return f"{bounds.direction} threshold in {left} left, {right} right"


@word.register
def reward_multiples(facts: RewardMultiples) -> Wording:
    """Name both."""
    evidence = (
        f"expected P&L follows from probability and risk with a reward multiple of {facts.left:g} left and "
        f"{facts.right:g} right"
    )
    return Wording(evidence, ONE_CONFIG, {"left": facts.left, "right": facts.right})


@word.register
def stop_ratio(facts: StopRatio) -> Wording:
    """Name the ratio."""
    under = ", while both record the same multiplier" if facts.recorded_equal else ""
    evidence = (
        f"the right side's stop stands {facts.ratio:.6g} times as far as the left's on every bar{under}: another stop "
        f"multiple"
    )
    return Wording(evidence, ONE_CONFIG, {"ratio": facts.ratio})


@word.register
def risk_fractions(facts: RiskFractions) -> Wording:
    """Name both."""
    evidence = f"sizes risk {facts.left:.6g} of the equity they were taken of left, {facts.right:.6g} right"
    return Wording(evidence, ONE_CONFIG, {"left": facts.left, "right": facts.right})


@word.register
def leverage_caps(facts: LeverageCaps) -> Wording:
    """Name both, as far as they were in use."""
    left, right = ("none in use" if cap is None else f"{cap:.4g}" for cap in (facts.left, facts.right))
    return Wording(
        f"sizes stop at {left} times equity left, {right} right: another leverage limit", ONE_CONFIG
    )


@word.register
def other_gate(facts: OtherGate) -> Wording:
    """Name bar, gate, reasons and the keys that set it."""
    left, right = facts.reasons
    evidence = (
        f"at {facts.bar} the gate `{facts.gate}` decides otherwise on equal inputs ({left} left, {right} right), on "
        f"{facts.bars:,} bars in all: {_KEYS[facts.gate]}"
    )
    if facts.counts_unrecorded:
        evidence += "; or the day's counts and losses, which were not recorded"
    return Wording(evidence, ONE_CONFIG, {"gate": facts.gate})


@word.register
def other_config_hash(_facts: OtherConfigHash) -> Wording:
    """Say that the hash is another."""
    return Wording("the two sides recorded another config_hash", "Compare the two files key by key.")
