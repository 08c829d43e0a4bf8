"""Which constants of the strategy and of the fills differ between two sides, read from records where headers lie."""

from __future__ import annotations

import numpy as np

from hyprl.causes.findings import CONFIGURATION, PARAMETERS, FactorFacts
from hyprl.domain.instants import iso_utc
from hyprl.redecide.advice import ADVICE
from hyprl.redecide.comparison import Comparison
from hyprl.redecide.sequences import NOWHERE

_ROLES = ("atr", "trend", "regime")


def parameter_facts(known: Comparison) -> FactorFacts | None:
    """Return what is known of constants that differ, None if none does."""
    left, right = (reading.side for reading in known.readings)
    parts, rows = _differing_rules(known)
    for key, a, b in zip(left.execution._fields, left.execution, right.execution, strict=True):
        if a != b:
            parts.setdefault(key, f"{key} {a:g} → {b:g}")
    for role, mine, theirs in zip(_ROLES, left.strategy_columns, right.strategy_columns, strict=True):
        if mine != theirs:
            parts[role] = f"{role} column {mine} → {theirs}"
    if not parts:
        return None
    unstated = [key for reading in known.readings for key in reading.read_otherwise]
    evidence = ", ".join(parts.values())
    if unstated:
        evidence += f" (not as stated: the decisions follow only if {', '.join(unstated)} is read so)"
    first = iso_utc(int(right.opens[rows[0]] if rows else right.opens[0]))
    return FactorFacts(CONFIGURATION, evidence, ADVICE[PARAMETERS], first, tuple(parts))


def _differing_rules(known: Comparison) -> tuple[dict[str, str], list[int]]:
    left, right = (reading.side for reading in known.readings)
    parts: dict[str, str] = {}
    rows = []
    for j in np.flatnonzero(known.pairing.left_of != NOWHERE).tolist():
        mine, theirs = left.rules[known.pairing.left_of[j]], right.rules[j]
        if mine is theirs or mine == theirs:
            continue
        rows.append(j)
        for key, a, b in zip(mine._fields, mine, theirs, strict=True):
            if a != b:
                parts.setdefault(key, f"{key} {a:g} → {b:g}")
    return parts, rows
