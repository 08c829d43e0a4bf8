"""How the accounts of two sides differ: the equity that sizing read, and state that does not follow from decisions."""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.differences import (
    AccountChange,
    InheritedAccount,
    InjectedEquity,
    OtherInitialEquity,
    ScaledEquity,
    UnexplainedAccount,
)
from hyprl.causes.findings import FactorFacts
from hyprl.domain.instants import iso_utc
from hyprl.redecide.accounts import StateEvent, inherited_rows
from hyprl.redecide.comparison import Comparison, unshared_of
from hyprl.redecide.sides import ACCOUNT_FIELDS


def equity_facts(compared: Comparison) -> FactorFacts:
    """Return what is known of sizing equities that differ."""
    left, right = compared.left, compared.right
    if left.initial_equity != right.initial_equity:
        starts = OtherInitialEquity(left.initial_equity, right.initial_equity)
        return FactorFacts(Cause.SIZING_EQUITY, starts, iso_utc(int(right.opens[0])))
    side, name = (right, "right") if (right.sizing_equity != right.equity).any() else (left, "left")
    with np.errstate(all="ignore"):
        ratio = side.sizing_equity / side.equity
    rows = np.flatnonzero(np.isfinite(ratio) & (ratio != 1.0))
    if not len(rows):
        return FactorFacts(Cause.SIZING_EQUITY, InjectedEquity())
    scaled = ScaledEquity(name, float(ratio[rows].min()), float(ratio[rows].max()), len(rows))
    first = iso_utc(int(side.opens[rows[0]]))
    return FactorFacts(Cause.SIZING_EQUITY, scaled, first, ("risk_inputs.equity",))


def state_facts(compared: Comparison) -> FactorFacts:
    """Return what is known of accounts that part by more than the sides' own decisions."""
    of_left, of_right = unshared_of(compared)
    name, side, events = ("right", compared.right, of_right) if of_right else ("left", compared.left, of_left)
    inherited = inherited_rows(side)
    own = {row: event for row, event in events.items() if row >= inherited}
    row = min(own or events)
    changes = _changes(events[row])
    return FactorFacts(
        Cause.STATE_LOST,
        UnexplainedAccount(name, len(own), changes) if own else InheritedAccount(changes),
        iso_utc(int(side.opens[row])),
        tuple(ACCOUNT_FIELDS[place] for place in events[row].changes),
        is_inherited=not own,
    )


def _changes(event: StateEvent) -> tuple[AccountChange, ...]:
    return tuple(
        AccountChange(ACCOUNT_FIELDS[place].removeprefix("account."), expected, recorded)
        for place, (expected, recorded) in event.changes.items()
    )
