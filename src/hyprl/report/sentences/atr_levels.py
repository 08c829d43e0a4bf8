"""What an ATR, or a stop distance that is one, shows of bars that are not in the log, in words."""

from __future__ import annotations

from hyprl.causes.facts.atr_levels import (
    CappedAverage,
    DatedLevelRatio,
    FewOtherRanges,
    LevelOnGrid,
    ManyOtherRanges,
    NarrowerRanges,
    RepeatedRanges,
    RoundedRanges,
)
from hyprl.report.sentences.advice import KEEP_BARS
from hyprl.report.wording import Wording, word

_WAIT = "Decide on the closed bar only, and only when its own data are there: wait for the vendor's closing message."
_KEEP_FLOAT64 = "Keep prices and indicators in float64 from the feed on; round only what people read."
_KEEP_STATE = (
    "Keep the averages' state, or compute every bar from the whole history: a capped one forgets its start."
)


@word.register
def capped_average(facts: CappedAverage) -> Wording:
    """Name length and history."""
    bars = facts.bars_before
    evidence = (
        f"on every bar the right side's {facts.level} is off by what a Wilder average of {facts.length} begun afresh "
        f"{bars} bars before is off by: each bar is computed from its last {bars} bars"
    )
    return Wording(evidence, _KEEP_STATE, {"bars": facts.bars})


@word.register
def level_on_grid(facts: LevelOnGrid) -> Wording:
    """Name side and grid."""
    grid = "float16 values" if facts.step is None else f"multiples of {facts.step:g}"
    evidence = f"the {facts.side} side's {facts.level} lies on {grid}, the other's does not"
    return Wording(evidence, _KEEP_FLOAT64, {"bars": facts.bars})


@word.register
def dated_level_ratio(facts: DatedLevelRatio) -> Wording:
    """Name date and ratio."""
    evidence = (
        f"before {facts.until} the right side's {facts.level} is {facts.ratio:.6g} times the left's, bar for bar, "
        f"and the ratio runs to 1 after it: prices before that date are adjusted on one side only"
    )
    return Wording(evidence, KEEP_BARS, {"bars": facts.bars})


@word.register
def repeated_ranges(facts: RepeatedRanges) -> Wording:
    """Count the ranges of the bar before."""
    evidence = (
        f"{facts.repeated:,} of {facts.differing:,} differing true ranges behind the {facts.level} are those of the "
        f"bar before: a bar was decided with the data of the last"
    )
    return Wording(evidence, _WAIT, {"bars": facts.differing})


@word.register
def rounded_ranges(facts: RoundedRanges) -> Wording:
    """Name share and size."""
    evidence = (
        f"the true ranges behind the {facts.level} differ on {facts.share:.0%} of the bars, both ways alike and "
        f"hardly ever by more than {facts.most:.2g}: prices or averages of one side are rounded"
    )
    return Wording(evidence, _KEEP_FLOAT64, {"bars": facts.bars})


@word.register
def narrower_ranges(facts: NarrowerRanges) -> Wording:
    """Name side, share and size."""
    evidence = (
        f"the {facts.side} side's true ranges are the smaller ones on {facts.share:.0%} of the bars, by "
        f"{facts.usual:.0%} in the middle: bars read before they closed, or another vendor's"
    )
    return Wording(evidence, _WAIT, {"bars": facts.bars})


@word.register
def many_other_ranges(facts: ManyOtherRanges) -> Wording:
    """Name the size."""
    evidence = (
        f"the true ranges behind the {facts.level} differ on nearly every bar, by {facts.usual:.1%} in the "
        f"middle: other bars"
    )
    return Wording(evidence, KEEP_BARS, {"bars": facts.bars})


@word.register
def few_other_ranges(facts: FewOtherRanges) -> Wording:
    """Name length and bars."""
    evidence = (
        f"the {facts.level} forgets like a Wilder average of {facts.length} bars, and takes in another true range on "
        f"{facts.bars:,} single bars: these bars' prices differ"
    )
    return Wording(evidence, KEEP_BARS, {"bars": facts.bars})
