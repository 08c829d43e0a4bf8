"""What the ratio of two sizes shows, in words."""

from __future__ import annotations

from hyprl.causes.facts.size_ratios import (
    DriftingSizes,
    OffSizes,
    OtherRanges,
    SizeFactor,
    SizesOfOtherRanges,
    SizesPart,
)
from hyprl.report.sentences.advice import ONE_ACCOUNT, ONE_CONFIG
from hyprl.report.wording import Wording, word

_RECORD_RISK = "Record `equity` and `risk_amount` on both sides: they tell other money from another fraction."
_RECORD_BARS = (
    "Record the bar that each side saw, or `bar_hash`; compare vendor, adjustment and closing time."
)
_WHEN = {
    SizesPart.BEFORE_DECISIONS: "is off before the first decision differs",
    SizesPart.BEFORE_TRADES: "is off before any trade could have moved the account",
    SizesPart.ON_EQUAL_DECISIONS: "is off though no decision ever differs, so that both hold the same positions",
}
_BEHIND = {
    OtherRanges.UNFINISHED_BARS: "smaller ranges on all bars: unfinished bars are decided on",
    OtherRanges.ROUNDING: "both ways, by little: prices or averages are rounded",
    OtherRanges.OTHER_PRICES: "the stop has other prices behind it",
}


@word.register
def drifting_sizes(facts: DriftingSizes) -> Wording:
    """Name both ends."""
    drift = (
        f"drifts from {facts.first:.6g} to {facts.last:.6g}: sizes are taken of an equity that moves apart"
    )
    return Wording(f"{_over(facts.column)} {drift}", f"{ONE_ACCOUNT} {_RECORD_RISK}")


@word.register
def size_factor(facts: SizeFactor) -> Wording:
    """Name factor and bars, and one of its readings."""
    where = "each bar before the first trade"
    if facts.bars is not None:
        where = f"{facts.bars[0]:,} of {facts.bars[1]:,} bars"
    reading = (
        "as with another risk fraction or stop multiple"
        if facts.as_setting
        else "as with sizes taken of other equity"
    )
    evidence = f"{_over(facts.column)} is {facts.factor:.6g} times the left's on {where}, {reading}"
    return Wording(evidence, f"{ONE_CONFIG if facts.as_setting else ONE_ACCOUNT} {_RECORD_RISK}")


@word.register
def off_sizes(facts: OffSizes) -> Wording:
    """Say since when, and name the bounds."""
    bounds = f"between {facts.lowest:.6g} and {facts.highest:.6g}"
    evidence = f"{_over(facts.column)} {_WHEN[facts.when]}: {bounds}"
    return Wording(evidence, f"{ONE_ACCOUNT} {_RECORD_RISK}")


@word.register
def sizes_of_other_ranges(facts: SizesOfOtherRanges) -> Wording:
    """Count the bars, say how steps fade and what that looks like."""
    off = f"is off on {facts.off:,} of {facts.bars:,} bars (in the median by {facts.median:.2g})"
    if facts.kept is not None:
        off += f", and its steps fade as an average's do ({facts.kept:.2f} of the one before)"
    return Wording(f"{_over(facts.column)} {off}; {_BEHIND[facts.ranges]}", _RECORD_BARS)


def _over(column: str) -> str:
    return f"the right side's {column} over the left's"
