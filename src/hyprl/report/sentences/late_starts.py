"""What shows of a side that started later or forgot its state, in words."""

from __future__ import annotations

from hyprl.causes.facts.late_starts import (
    CappedColumn,
    EndlessColumnsOnly,
    FadingColumns,
    LateValues,
    NeverReady,
)
from hyprl.report.sentences.names import counted_names, short
from hyprl.report.wording import Wording, word

_HISTORY = (
    "Feed both sides the same history before the first decision, or start from a snapshot; `hyprl warmup` measures how "
    "many bars a cold start needs."
)
_MORE_BARS = "One side computes from too short a history: give it more bars, or keep the averages' state."
_PERSIST = "Persist the feature states with the position, or warm up from the same history after a restart."


@word.register
def late_values(facts: LateValues) -> Wording:
    """Count the bars and say where they lie."""
    when = "at the beginning" if facts.since is None else f"in mid-run, from {facts.since} on"
    evidence = (
        f"{facts.bars:,} bars {when} have no probability on the {facts.side} side and one on the other: its features "
        f"were still warming up"
    )
    details = {"bars": facts.bars, "side": facts.side}
    return Wording(evidence, _HISTORY if facts.since is None else _PERSIST, details)


@word.register
def fading_columns(facts: FadingColumns) -> Wording:
    """Name columns, start and speed."""
    where = "from the first bar"
    if facts.since is not None:
        where = f"from {facts.since} on, after {facts.equal_bars:,} equal bars,"
    evidence = (
        f"{where} {counted_names(facts.columns)} differ by less and less: {_speed(facts)}, {facts.decline:.0e}-fold "
        f"in all"
    )
    details = {"half_life_bars": facts.half_life, "wilder_length": facts.wilder_length}
    return Wording(evidence, _HISTORY if facts.since is None else _PERSIST, details)


def _speed(facts: FadingColumns) -> str:
    if facts.kept is None:
        return f"half-life {facts.half_life:.1f} bars"
    exact = f"each bar keeps {facts.kept:.5f} of it"
    return f"{exact}, as a Wilder average of {facts.wilder_length:.1f} bars does"


@word.register
def capped_column(facts: CappedColumn) -> Wording:
    """Name length and history."""
    bars, length = facts.bars_before, facts.length
    evidence = (
        f"on every bar the right side's {short(facts.column)} is off by what a Wilder average of {length} begun afresh "
        f"{bars} bars before is off by: each bar is computed from its last {bars} bars"
    )
    return Wording(evidence, _MORE_BARS, {"bars": bars, "wilder_length": length})


@word.register
def endless_columns_only(facts: EndlessColumnsOnly) -> Wording:
    """Name the columns."""
    evidence = (
        f"only columns that never forget their start differ ({counted_names(facts.columns)}), all along; every column "
        f"of a fixed window is equal on equal bars"
    )
    return Wording(evidence, _MORE_BARS, {"only": "endless averages"})


@word.register
def never_ready(facts: NeverReady) -> Wording:
    """Name the side."""
    evidence = (
        f"the {facts.side} side has no probability on any bar and never signals: its features never got ready, or it "
        f"does not log it"
    )
    return Wording(evidence, _HISTORY)
