"""The frame of a chart: y labels, grid lines, and a plot area that stretches to the page's width.

The plot is an SVG in percentages, so text keeps its size on a phone; what is drawn inside is another SVG of
1,000 × 1,000 units stretched to fit, with strokes that do not stretch. A dot is a stroke of no length with round ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hyprl.report.page.markup import Markup, el, join
from hyprl.report.page.scales import Tick

EXTENT = 1_000.0


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: a CSS class that colours it, and what it means."""

    style: str
    label: str


def panel(
    drawing: Iterable[Markup | None],
    *,
    label: str,
    y: Sequence[Tick] = (),
    lines: Sequence[float] = (),
    style: str = "",
) -> Markup:
    """Return y labels beside a plot. `lines` are places of grid lines from the bottom (0) to the top (1).

    `label` is what a screen reader says of the picture.
    """
    labels = [el("text", tick.label, x="100%", y=_down(tick.at), dy=".32em") for tick in y]
    grid = [el("line", class_="grid", x1="0", x2="100%", y1=_down(at), y2=_down(at)) for at in lines]
    cursor = el("line", class_="cursor", x1="0", x2="0", y1="0", y2=int(EXTENT))
    inside = el(
        "svg",
        join(part for part in drawing if part is not None),
        cursor,
        viewBox=f"0 0 {EXTENT:g} {EXTENT:g}",
        preserveAspectRatio="none",
        width="100%",
        height="100%",
        class_="drawing",
    )
    axis = el("svg", labels, class_="axis", aria_hidden="true")
    return el(
        "div",
        axis,
        el("svg", grid, inside, class_="plot", role="img", aria_label=label),
        class_=f"panel {style}",
    )


def time_axis(ticks: Sequence[Tick]) -> Markup:
    """Return the labels below a chart; every second one is left out on a phone."""
    words = []
    for place, tick in enumerate(ticks):
        anchor = "start" if tick.at < 0.03 else "end" if tick.at > 0.97 else "middle"
        words.append(
            el(
                "text",
                tick.label,
                x=_across(tick.at),
                y="70%",
                text_anchor=anchor,
                class_="alternate" if place % 2 else None,
            )
        )
    return el("div", el("span"), el("svg", words, class_="labels", aria_hidden="true"), class_="panel time")


def strokes(xs: Iterable[float], low: float, high: float, style: str) -> Markup | None:
    """Return vertical strokes between two heights (0 to 1) at each x."""
    path = "".join(f"M{x:.1f} {EXTENT - EXTENT * low:.1f}V{EXTENT - EXTENT * high:.1f}" for x in xs)
    return _path(path, style)


def dots(points: Iterable[tuple[float, float]], style: str) -> Markup | None:
    """Return dots at (x in drawing units, height from 0 to 1)."""
    return _path("".join(f"M{x:.1f} {EXTENT - EXTENT * at:.1f}h0" for x, at in points), f"dots {style}")


def curve(points: Iterable[tuple[float, float] | None], style: str) -> Markup | None:
    """Return a line through points as `dots` takes them; None breaks it."""
    path, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        path.append(f"{pen}{point[0]:.1f} {EXTENT - EXTENT * point[1]:.1f}")
        pen = "L"
    return _path("".join(path), f"curve {style}")


def level(at: float, style: str) -> Markup:
    """Return a horizontal line across the plot."""
    y = f"{EXTENT - EXTENT * at:.1f}"
    return el("line", x1="0", x2=f"{EXTENT:g}", y1=y, y2=y, class_=style)


def legend(keys: Iterable[Key]) -> Markup:
    """Return the keys of a chart in one line."""
    return el(
        "ul", (el("li", el("i", class_=f"key {key.style}"), key.label) for key in keys), class_="legend"
    )


def _path(path: str, style: str) -> Markup | None:
    return el("path", d=path, class_=style) if path else None


def _down(at: float) -> str:
    return f"{100.0 - 100.0 * at:.2f}%"


def _across(at: float) -> str:
    return f"{100.0 * at:.2f}%"
