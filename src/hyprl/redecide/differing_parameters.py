"""Which constants of the strategy and of the fills differ between two sides, read from records where headers lie."""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.differences import OtherColumnInRole, OtherConstant, OtherParameters
from hyprl.causes.findings import FactorFacts
from hyprl.domain.instants import iso_utc
from hyprl.redecide.comparison import Comparison
from hyprl.redecide.sequences import NOWHERE

_ROLES = ("atr", "trend", "regime")
Changes = dict[str, OtherConstant | OtherColumnInRole]


def parameter_facts(compared: Comparison) -> FactorFacts | None:
    """Return what is known of constants that differ, None if none does."""
    left, right = (reading.side for reading in compared.readings)
    changes, rows = _differing_rules(compared)
    for key, a, b in zip(left.execution._fields, left.execution, right.execution, strict=True):
        if a != b:
            changes.setdefault(key, OtherConstant(key, a, b))
    for role, mine, theirs in zip(_ROLES, left.strategy_columns, right.strategy_columns, strict=True):
        if mine != theirs:
            changes[role] = OtherColumnInRole(role, mine, theirs)
    if not changes:
        return None
    unstated = [key for reading in compared.readings for key in reading.read_otherwise]
    difference = OtherParameters(tuple(changes.values()), tuple(unstated))
    first = iso_utc(int(right.opens[rows[0]] if rows else right.opens[0]))
    return FactorFacts(Cause.CONFIGURATION, difference, first, tuple(changes))


def _differing_rules(compared: Comparison) -> tuple[Changes, list[int]]:
    left, right = (reading.side for reading in compared.readings)
    changes: Changes = {}
    rows = []
    for j in np.flatnonzero(compared.pairing.left_of != NOWHERE).tolist():
        mine, theirs = left.rules[compared.pairing.left_of[j]], right.rules[j]
        if mine is theirs or mine == theirs:
            continue
        rows.append(j)
        for key, a, b in zip(mine._fields, mine, theirs, strict=True):
            if a != b:
                changes.setdefault(key, OtherConstant(key, a, b))
    return changes, rows
