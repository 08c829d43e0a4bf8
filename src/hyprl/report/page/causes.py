"""The causes of a gap: a waterfall where shares were measured, and for each cause its evidence and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from hyprl.domain.json_words import finite_or_none
from hyprl.report.page.markup import Markup, el, join
from hyprl.report.page.numbers import counted, instant, percent
from hyprl.report.worded import WordedExplanation, WordedFinding

Span = tuple[float, float]
_NOTHING = "Nothing differs, so there is nothing to explain."


def causes(explanation: WordedExplanation | None, *, differs: bool) -> Markup:
    """Return the ranked findings; without an explanation, what to run to get one."""
    if explanation is None:
        command = el("code", "hyprl explain LEFT RIGHT")
        return (
            el("p", "Causes were not looked for here; ", command, " ranks them.")
            if differs
            else el("p", _NOTHING)
        )
    if not explanation.findings:
        return join((_where(explanation), el("p", "No cause was found that the logs could show.")))
    spans = waterfall_spans(
        [_share(finding) for finding in explanation.findings], finite_or_none(explanation.residual)
    )
    items = [_finding(finding, span) for finding, span in zip(explanation.findings, spans, strict=False)]
    measured = any(span is not None for span in spans)
    caption = (
        "Each bar is the share of the combined gap that a cause explains, laid end to end."
        if measured
        else None
    )
    rest = _residual(explanation, spans[-1])
    return join(
        (
            _where(explanation),
            el("p", caption) if caption else None,
            el("ol", items, rest, class_="waterfall"),
        )
    )


def waterfall_spans(shares: Sequence[float | None], residual: float | None) -> list[Span | None]:
    """Lay shares end to end and scale them so that the whole fits 0 to 1; a negative share runs backwards.

    The last entry is the residual's. An unknown share has no span.
    """
    raw: list[Span | None] = []
    at = 0.0
    for share in (*shares, residual):
        raw.append(None if share is None else (at, at + share))
        at += share or 0.0
    ends = [0.0, 1.0, *(end for span in raw if span is not None for end in span)]
    low, width = min(ends), max(ends) - min(ends)
    return [None if span is None else ((span[0] - low) / width, (span[1] - low) / width) for span in raw]


def _where(explanation: WordedExplanation) -> Markup | None:
    location = explanation.location
    if location.first_bar is None:
        return None
    place = f"The engines first part at {instant(location.first_bar)}"
    details = [
        f"symbol {location.symbol}" * bool(location.symbol),
        f"stage {location.step}" * bool(location.step),
    ]
    details.append(f"column {location.column}" * bool(location.column))
    runs = f" {counted(location.mismatching, 'bar')} in {counted(len(location.runs), 'run')} of divergence."
    return el("p", f"{place}: {', '.join(detail for detail in details if detail)}.{runs}")


def _finding(finding: WordedFinding, span: Span | None) -> Markup:
    share = _share(finding)
    value = percent(share) if share is not None else "share not measured"
    doubt = "" if finding.confident else ", not certain enough to name"
    about = f"{finding.kind}, confidence {finding.confidence:.2f}{doubt}"
    parts = [f"first at {instant(finding.first_bar)}"] if finding.first_bar else []
    if finding.share_of_probability is not None:
        parts.append(f"{percent(finding.share_of_probability)} of mean |Δp|")
    if finding.columns:
        parts.append("columns " + ", ".join(finding.columns[:6]) + (" …" if len(finding.columns) > 6 else ""))
    return el(
        "li",
        el("div", el("h3", finding.cause.replace("_", " ")), el("b", value), class_="split"),
        _bar(span, "sure" if finding.confident else "unsure"),
        el("p", about, class_="quiet"),
        el("p", finding.evidence),
        el("p", "; ".join(parts) + ".", class_="quiet") if parts else None,
        el("p", el("b", "To do: "), finding.advice),
    )


def _residual(explanation: WordedExplanation, span: Span | None) -> Markup | None:
    residual = finite_or_none(explanation.residual)
    if residual is None:
        return None
    head = el("div", el("h3", "not explained"), el("b", percent(residual)), class_="split")
    return el("li", head, _bar(span, "rest"))


def _bar(span: Span | None, style: str) -> Markup | None:
    if span is None:
        return None
    left, right = min(span), max(span)
    x, width = f"{100.0 * left:.2f}%", f"{max(0.3, 100.0 * (right - left)):.2f}%"
    back = " back" if span[1] < span[0] else ""
    track = el("rect", x="0", width="100%", height="100%", class_="track")
    return el(
        "svg",
        track,
        el("rect", x=x, width=width, height="100%", class_=style + back),
        class_="share",
        aria_hidden="true",
    )


def _share(finding: WordedFinding) -> float | None:
    return finite_or_none(finding.share_of_gap)
