"""What deciding a run again with parts of the other side has measured, in words."""

from __future__ import annotations

from hyprl.causes.facts.swap import Gap, OpenedGap, SwapFacts
from hyprl.report.wording import Wording, word

_GAPS = {
    Gap.COMBINED: "combined gap",
    Gap.PROBABILITY: "mean |Δp|",
    Gap.SIZE: "largest |Δsize|",
}


@word.register
def swap(facts: SwapFacts) -> Wording:
    """Say how the sides differ in the factors, and which gap these open and close."""
    differences = [word(difference) for difference in facts.differences]
    evidence = "; ".join(wording.evidence for wording in differences)
    if facts.most is not None:
        opened = _opened(facts.factors, facts.most)
        closed = f"putting the left side's back closes {facts.most.closes:.0%}"
        evidence = f"{evidence}; {opened}; {closed}" if evidence else opened
    advice = next((wording.advice for wording in differences if wording.advice), "")
    return Wording(evidence, advice, _details(facts))


def _opened(factors: tuple[str, ...], most: OpenedGap) -> str:
    opens = "opens" if len(factors) == 1 else "open"
    named = " and ".join(factors)
    return (
        f"the right side's {named} alone, put into the left run, {opens} {most.opens:.0%} of the "
        f"{_GAPS[most.gap]}"
    )


def _details(facts: SwapFacts) -> dict[str, object]:
    return {
        "factors": list(facts.factors),
        "share_of_size": facts.share_of_size,
        "alone": facts.alone,
        "closes": facts.closes,
        "recorded": facts.recorded,
        "residual": facts.residual,
        "unreproduced": facts.unreproduced,
    }
