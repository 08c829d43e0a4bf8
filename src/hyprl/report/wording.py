"""The words for one kind of evidence, and the function that finds them by its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said of one piece of evidence, what to do about it, and its figures as JSON gives them."""

    evidence: str
    advice: str
    details: Mapping[str, object] = field(default_factory=dict)


@singledispatch
def word(facts: object) -> Wording:
    """Return the words for a piece of evidence; the modules of `sentences` register one function for each type."""
    raise TypeError(f"nobody has a sentence for {type(facts).__name__}")
