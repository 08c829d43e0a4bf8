"""Builds HTML and SVG from Python values. Text is escaped unless it is Markup already, so logs cannot inject any."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

# What HTML forbids, what would turn the reading direction of a row, and what UTF-8 cannot spell.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_VOID = frozenset(("meta", "link", "br", "hr"))


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def el(name: str, /, *children: object, **attributes: object) -> Markup:
    """Return one element. Children that are None are left out, iterables of Markup are joined, other text is escaped.

    Attribute names: a trailing `_` goes, another `_` becomes `-`; None and False leave the attribute out, True gives
    it without a value.
    """
    opening = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in _VOID:
        return Markup(opening)
    return Markup(f"{opening}{join(children)}</{name}>")


def join(children: Iterable[object]) -> Markup:
    """Concatenate children as `el` does."""
    return Markup("".join(_child(child) for child in children))


def text(value: object) -> Markup:
    """Escape a value; characters that cannot be shown safely become U+FFFD."""
    return Markup(escape(_UNSHOWABLE.sub("\ufffd", str(value)), quote=True))


def _child(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str) or not isinstance(child, Iterable):
        return text(child)
    return join(child)


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(value)}"'
