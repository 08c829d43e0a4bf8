"""What was read of one of several symbols: its name goes before the sentence."""

from __future__ import annotations

from dataclasses import replace

from hyprl.causes.facts.every import OfSymbol
from hyprl.report.wording import Wording, word


@word.register
def of_symbol(facts: OfSymbol) -> Wording:
    """Name the symbol."""
    wording = word(facts.reading)
    return replace(wording, evidence=f"{facts.symbol}: {wording.evidence}")
