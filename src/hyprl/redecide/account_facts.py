"""How the accounts of two sides differ: the equity that sizing read, and state that does not follow from decisions."""

from __future__ import annotations

import numpy as np

from hyprl.causes import findings as names
from hyprl.causes.findings import FactorFacts
from hyprl.domain.instants import iso_utc
from hyprl.redecide.accounts import inherited_rows
from hyprl.redecide.advice import ADVICE
from hyprl.redecide.comparison import Comparison, unshared_of
from hyprl.redecide.sides import ACCOUNT_FIELDS

_SHOWN = 4


def equity_facts(known: Comparison) -> FactorFacts:
    """Return what is known of sizing equities that differ."""
    left, right = known.left, known.right
    if left.initial_equity != right.initial_equity:
        evidence = f"the accounts start with {left.initial_equity:,.2f} and {right.initial_equity:,.2f}"
        return FactorFacts(names.SIZING_EQUITY, evidence, ADVICE[names.EQUITY], iso_utc(int(right.opens[0])))
    side, name = (right, "right") if (right.sizing_equity != right.equity).any() else (left, "left")
    with np.errstate(all="ignore"):
        ratio = side.sizing_equity / side.equity
    rows = np.flatnonzero(np.isfinite(ratio) & (ratio != 1.0))
    if not len(rows):
        return FactorFacts(names.SIZING_EQUITY, "one side sizes from injected equity", ADVICE[names.EQUITY])
    low, high = float(ratio[rows].min()), float(ratio[rows].max())
    evidence = f"the {name} side sizes from {low:.6g} … {high:.6g} times its own account on {len(rows)} bars"
    return FactorFacts(
        names.SIZING_EQUITY,
        evidence,
        ADVICE[names.EQUITY],
        iso_utc(int(side.opens[rows[0]])),
        ("risk_inputs.equity",),
    )


def state_facts(known: Comparison) -> FactorFacts:
    """Return what is known of accounts that part by more than the sides' own decisions."""
    of_left, of_right = unshared_of(known)
    name, side, events = ("right", known.right, of_right) if of_right else ("left", known.left, of_left)
    inherited = inherited_rows(side)
    own = {row: event for row, event in events.items() if row >= inherited}
    row = min(own or events)
    shown = ", ".join(
        f"{ACCOUNT_FIELDS[place].removeprefix('account.')} {expected:g} expected, {recorded:g} recorded"
        for place, (expected, recorded) in list(events[row].changes.items())[:_SHOWN]
    )
    bars = "1 bar" if len(own) == 1 else f"{len(own)} bars"
    told = f"on {bars} the {name} side's account does not follow from its own decisions; first: {shown}"
    return FactorFacts(
        names.STATE_LOST,
        told if own else f"the logs begin with other accounts, which came of what lies before them: {shown}",
        ADVICE[names.STATE],
        iso_utc(int(side.opens[row])),
        tuple(ACCOUNT_FIELDS[place] for place in events[row].changes),
        is_inherited=not own,
    )
