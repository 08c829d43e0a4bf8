"""What a shift of columns by some bars shows, in words."""

from __future__ import annotations

from collections.abc import Sequence

from hyprl.causes.facts.lags import LateBars, LateFeatures, LateProbability, LateStream
from hyprl.report.sentences.advice import JOIN_WITHOUT_SHIFT
from hyprl.report.sentences.names import bar_count, bars_ago, counted_names, other_side
from hyprl.report.wording import Wording, word

_WAIT = "Decide a bar only when its own data are there: compare the bar's stamp with the data's, and wait."
_EVENT = "See whether the bar event fires before its data, or the log is stamped with the next bar."
_JOIN_FEATURES = (
    "Join features to bars by the bar's open on both sides; look for a shift(), a forward fill or a cache written "
    "after it is read."
)


@word.register
def late_bars(facts: LateBars) -> Wording:
    """Name columns and lag."""
    evidence = (
        f"on {facts.rows:,} bars the {facts.side} side's {_listed(facts.columns)} are the {other_side(facts.side)}'s "
        f"of {bars_ago(facts.bars)}"
    )
    return Wording(evidence, _WAIT, {"lag_bars": facts.bars, "bars": facts.rows})


@word.register
def late_features(facts: LateFeatures) -> Wording:
    """Name columns and lag, and what the lag does not explain."""
    equal = "to the bit" if facts.is_exact else "but for a remainder"
    span = "" if facts.since is None else f", from {facts.since} on"
    rest = f"; {facts.further_columns} further columns differ otherwise" if facts.further_columns else ""
    evidence = (
        f"shifting {_listed(facts.columns)} by {bar_count(facts.bars)} makes the sides equal {equal}: the {facts.side} "
        f"side has the {other_side(facts.side)}'s values of {bars_ago(facts.bars)}{span}{rest}"
    )
    details = {"lag_bars": facts.bars, "exact_share": facts.exact_share}
    return Wording(evidence, _JOIN_FEATURES, details)


@word.register
def late_probability(facts: LateProbability) -> Wording:
    """Name the lag."""
    return Wording(_late(facts), JOIN_WITHOUT_SHIFT, {"lag_bars": facts.bars})


@word.register
def late_stream(facts: LateStream) -> Wording:
    """Name the lag, and what else is late."""
    but = (
        ""
        if facts.has_account
        else " but for a remainder that endless averages keep, so what they were fed is late"
    )
    also = f", and so are {_listed(facts.columns)}" if facts.columns else ""
    evidence = f"{_late(facts)}{but}{also}: the whole stream is late, not the features alone"
    return Wording(evidence, _EVENT, {"lag_bars": facts.bars})


def _late(facts: LateProbability | LateStream) -> str:
    return f"the {facts.side} side's probability is the {other_side(facts.side)}'s of {bars_ago(facts.bars)}"


def _listed(columns: Sequence[str]) -> str:
    return counted_names(columns, "more columns")
