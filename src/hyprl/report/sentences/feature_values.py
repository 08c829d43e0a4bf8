"""What features show that are swapped, rescaled, constant or computed otherwise, in words."""

from __future__ import annotations

from hyprl.causes.facts.feature_values import (
    ConstantColumn,
    OtherwiseComputed,
    RescaledColumns,
    SwappedColumns,
)
from hyprl.report.sentences.names import short
from hyprl.report.wording import Wording, word

_ONE_FUNCTION = (
    "Compute both sides' features with one function from one bar series, and compare column by column."
)
_WINDOW = (
    "Take minimum, maximum, mean and deviation from the training window only, and store them with the model."
)


@word.register
def swapped_columns(facts: SwappedColumns) -> Wording:
    """Name both columns."""
    both = f"{short(facts.first)} and {short(facts.second)}"
    evidence = f"{both} hold each other's values on {facts.share:.0%} of the bars"
    return Wording(evidence, "Match columns by name, never by position.")


@word.register
def constant_column(facts: ConstantColumn) -> Wording:
    """Name side and value."""
    evidence = (
        f"{short(facts.column)} is {facts.value:g} on every bar of the {facts.side} side and varies on the other: it "
        f"was never computed there"
    )
    return Wording(evidence, "Wire the column up, and refuse a bar whose features have defaults.")


@word.register
def rescaled_columns(facts: RescaledColumns) -> Wording:
    """Name the line of one column."""
    evidence = (
        f"{facts.columns} columns are the left side's scaled by other constants over the whole span "
        f"({short(facts.example)}: {facts.slope:.4g} × left {facts.level:+.4g}): normalised over another frame"
    )
    return Wording(evidence, _WINDOW)


@word.register
def otherwise_computed(facts: OtherwiseComputed) -> Wording:
    """Count the columns and show the one that differs most."""
    equal = "on equal bars " if facts.on_equal_bars else ""
    evidence = (
        f"{equal}{facts.columns} columns differ by no lag, fade or rounding (most {short(facts.widest)}, on "
        f"{facts.share:.0%} of the bars, median |Δ| {facts.median_gap:.2g}): computed from other rows or by another "
        f"formula"
    )
    return Wording(evidence, _ONE_FUNCTION, {"open": True})
