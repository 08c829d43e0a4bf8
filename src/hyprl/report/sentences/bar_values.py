"""What the values of bars show, in words."""

from __future__ import annotations

from hyprl.causes.facts.bar_values import (
    AdjustedBars,
    Adjustment,
    OtherBarHashes,
    RevisedBars,
    UnfinishedBars,
)
from hyprl.report.sentences.advice import KEEP_BARS
from hyprl.report.wording import Wording, word

_RECORD = "Record open, high, low, close and volume: they tell a revision from an adjustment or a lag."
_WAIT = "Decide on the closed bar only: wait for the vendor's closing message, not for the clock."


@word.register
def other_bar_hashes(facts: OtherBarHashes) -> Wording:
    """Count the bars."""
    return Wording(f"{facts.bars:,} bars have another bar_hash; their values were not recorded", _RECORD)


@word.register
def adjusted_bars(facts: AdjustedBars) -> Wording:
    """Name the ratio, the span and what it looks like."""
    until = "over the whole span" if facts.last_bar is None else f"up to {facts.last_bar}"
    evidence = (
        f"{', '.join(facts.columns)} are {facts.ratio:.6g} times the left side's on {facts.bars:,} bars {until}: "
        f"{_adjustment(facts)} applied on one side only"
    )
    return Wording(evidence, KEEP_BARS, {"ratio": facts.ratio, "bars": facts.bars})


def _adjustment(facts: AdjustedBars) -> str:
    match facts.adjustment:
        case Adjustment.SPLIT:
            return f"a {round(max(facts.ratio, 1.0 / facts.ratio))}:1 split"
        case Adjustment.DIVIDEND:
            return "a dividend"
        case Adjustment.VOLUME:
            return "an adjustment of volume"
        case Adjustment.OTHER:
            return "an adjustment"


@word.register
def unfinished_bars(facts: UnfinishedBars) -> Wording:
    """Say how much of the range and of the volume is there."""
    evidence = (
        f"opens agree, but on {facts.share:.0%} of the bars the {facts.side} side has narrower ranges inside the "
        f"other's and {facts.volume_share:.0%} of its volume: bars were decided before they closed"
    )
    return Wording(evidence, _WAIT, {"volume_share": facts.volume_share})


@word.register
def revised_bars(facts: RevisedBars) -> Wording:
    """Count the bars and name columns and the largest change."""
    whose = (
        "another vendor's, or its preliminary bars"
        if facts.are_most
        else "bars that were revised after one side read them"
    )
    evidence = (
        f"{facts.bars:,} bars ({facts.share:.1%}) differ in {', '.join(facts.columns)}, by up to "
        f"{facts.largest_relative:.2%}: {whose}"
    )
    return Wording(evidence, KEEP_BARS, {"bars": facts.bars, "largest_relative": facts.largest_relative})
