"""Names of columns in a sentence: without their prefix, a few of many, bars in the plural."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 4


def short(column: str) -> str:
    """Return a feature's name without its prefix."""
    return column.removeprefix("indicator.")


def first_names(columns: Sequence[str]) -> str:
    """Return the first names, and an ellipsis where there are more."""
    return ", ".join(map(short, columns[:MOST])) + (" …" if len(columns) > MOST else "")


def counted_names(columns: Sequence[str], rest: str = "more") -> str:
    """Return the first names, and how many more there are."""
    shown = ", ".join(map(short, columns[:MOST]))
    return shown if len(columns) <= MOST else f"{shown} and {len(columns) - MOST} {rest}"


def bars_ago(bars: int) -> str:
    """Return how far another bar lies back; negative: ahead."""
    return f"{bar_count(bars)} {'earlier' if bars > 0 else 'later'}"


def bar_count(bars: int) -> str:
    """Return so many bars in words."""
    count = abs(bars)
    return f"{count} bar{'s' * (count > 1)}"


def other_side(side: str) -> str:
    """Return the side that is not this one."""
    return "left" if side == "right" else "right"
