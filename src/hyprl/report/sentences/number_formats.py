"""What the number formats of columns show, in words."""

from __future__ import annotations

from hyprl.causes.facts.number_formats import LastPlaces, NarrowFormat, NarrowFormatBeneath
from hyprl.report.sentences.names import first_names, short
from hyprl.report.wording import Wording, word

_RESCAN = "Look for running sums, another order of summation, a float32 step or another CPU's exp; rescan each window."


@word.register
def narrow_format(facts: NarrowFormat) -> Wording:
    """Name side, columns and format."""
    evidence = (
        f"the {facts.side} side's {first_names(facts.columns)} ({len(facts.columns)} of {facts.differing} differing "
        f"columns) hold only {facts.format} values, the other side's do not; median relative difference "
        f"{facts.median_relative:.1e}"
    )
    advice = (
        f"Keep float64 from bar to decision: look for a cast, a store or a text format with {facts.format}."
    )
    return Wording(evidence, advice, {"format": facts.format, "side": facts.side})


@word.register
def narrow_format_beneath(facts: NarrowFormatBeneath) -> Wording:
    """Name the step of the format."""
    evidence = (
        f"one side's probabilities all fit a format that is off by up to {facts.step:.0e}, the other's do not; the "
        f"difference is larger than that, so this is not all"
    )
    advice = "Keep float64 from model to decision, and round only what people read."
    return Wording(evidence, advice, {"step": facts.step})


@word.register
def last_places(facts: LastPlaces) -> Wording:
    """Name the largest difference and its column."""
    evidence = (
        f"{facts.columns} columns differ by last places only, all along: at most {facts.most:.1e} "
        f"({short(facts.widest)})"
    )
    return Wording(evidence, _RESCAN, {"max": facts.most})
