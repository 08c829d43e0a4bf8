"""What a page shows, handed over finished."""

from __future__ import annotations

from dataclasses import dataclass, field

from hyprl.parity.verdict import Compared
from hyprl.report.worded import WordedExplanation


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two engines: what it is called, where its log lies, and facts by name (run id, file hash)."""

    name: str
    origin: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageContent:
    """A finished comparison with what identifies it.

    `facts` hold for both sides (config hash, model file, bars). `notes` are sentences for the reader. Without an
    `explanation` the page says that causes were not looked for.
    """

    command: str
    subject: str
    result: Compared
    sides: tuple[Side, Side]
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    explanation: WordedExplanation | None = None
