"""The simulated account of a side, and where the recorded one does not follow from the side's own decisions.

A bar at which it does not follow is an event: what was recorded is imposed on the simulation, which then goes on. An
engine that forgot its position, its caps or its equity, or that holds what it never bought, leaves such events; one
that only decided otherwise leaves none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isclose, isnan

import numpy as np

from hyprl.domain.account import NO_ORDER, Account, Order
from hyprl.domain.arrays import Int64Array
from hyprl.domain.bars import Bar
from hyprl.domain.decisions import EMIT, LONG, NO_DIRECTION, BarContext
from hyprl.kernel.account import open_account, place, taken
from hyprl.kernel.step import judge, settle
from hyprl.redecide.sides import ACCOUNT_FIELDS, Side
from hyprl.strategy.decide import Columns, Judged, Observed, order_of

OWN_COLUMNS = Columns(0, 1, 2)  # where the strategy's columns stand once they are picked out
TOLERANCE = 1e-9
POSITION_OPEN, SESSION_START, EXPOSURE, TRADES, SINCE, OWN_EQUITY = range(len(ACCOUNT_FIELDS))


@dataclass(frozen=True, slots=True)
class StateEvent:
    """What was recorded at a bar and does not follow: field to (expected, recorded), fields as in ACCOUNT_FIELDS."""

    changes: Mapping[int, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class WalkedAccount:
    """A side's account through its own decisions: events by row, and each bar's context."""

    events: dict[int, StateEvent]
    contexts: list[BarContext]


def walk_account(side: Side) -> WalkedAccount:
    """Walk a side's account by its recorded decisions; the first row may carry what the log began with."""
    account = open_account(side.initial_equity)
    recorded, sizing = side.account.tolist(), side.sizing_equity.tolist()
    events: dict[int, StateEvent] = {}
    contexts = []
    for row, observed in enumerate(_observed(side)):
        account = settle(account, observed.bar, int(side.sessions[row]), side.execution)
        changes = _changes(account, observed.bar, recorded[row])
        if changes:
            events[row] = StateEvent(changes)
            account = impose(account, observed.bar, events[row])
        equity = account.equity if isnan(sizing[row]) else sizing[row]
        judged = judge(account, observed, equity, side.rules[row], OWN_COLUMNS)
        contexts.append(judged.context)
        account = place(account, _recorded_order(side, row, judged))
    return WalkedAccount(events, contexts)


def _observed(side: Side) -> Iterator[Observed]:
    inputs = side.features[:, [side.columns.index(name) for name in side.strategy_columns]].tolist()
    columns = (
        side.flaws.tolist(),
        inputs,
        side.ready.tolist(),
        side.probability.tolist(),
        side.score.tolist(),
    )
    for bar, *rest in zip(side.bars.tolist(), *columns, strict=True):
        yield Observed(Bar(*bar), *rest)


def _recorded_order(side: Side, row: int, judged: Judged) -> Order:
    # The account goes the way that was recorded, whatever these constants decide.
    size = float(side.size[row])
    if not (side.emitted[row] and side.direction[row] != NO_DIRECTION and size > 0.0):
        return NO_ORDER
    emitted = judged.decision._replace(direction=side.direction[row], reason=EMIT, position_size=size)
    return order_of(emitted, judged.context, side.rules[row])


def _changes(account: Account, bar: Bar, recorded: list[float]) -> dict[int, tuple[float, float]]:
    expected = (
        float(account.position.side != NO_DIRECTION),
        account.session.start_equity,
        account.position.size * bar.close,
        account.session.trades,
        account.bar_count - account.last_entry_bar,
        account.equity,
    )
    return {
        field: (mine, theirs)
        for field, (mine, theirs) in enumerate(zip(expected, recorded, strict=True))
        if not isnan(theirs) and not isclose(mine, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    }


def impose(account: Account, bar: Bar, event: StateEvent) -> Account:
    """Return an account, after its bar, as the event says: money by the difference, the rest as it was recorded."""
    changes = event.changes
    if OWN_EQUITY in changes:
        account = account._replace(equity=_moved(account.equity, changes[OWN_EQUITY]))
    if POSITION_OPEN in changes or EXPOSURE in changes:
        account = _with_position(account, bar, changes)
    held, today = account.position, account.session
    account = account._replace(cash=account.equity - held.side * held.size * (bar.close - held.entry_price))
    if SESSION_START in changes:
        today = today._replace(start_equity=_moved(today.start_equity, changes[SESSION_START]))
    if TRADES in changes:
        today = today._replace(trades=changes[TRADES][1])
    if SINCE in changes:
        account = account._replace(last_entry_bar=account.bar_count - changes[SINCE][1])
    return account._replace(session=today)


def _moved(value: float, change: tuple[float, float]) -> float:
    expected, recorded = change
    return recorded if value == expected else value + (recorded - expected)


def _with_position(account: Account, bar: Bar, changes: Mapping[int, tuple[float, float]]) -> Account:
    held, nothing_waits = account.position, taken(account.pending)
    exposure = changes[EXPOSURE][1] if EXPOSURE in changes else None
    is_open = changes[POSITION_OPEN][1] > 0.0 if POSITION_OPEN in changes else bool(exposure)
    if not is_open:
        return account._replace(
            position=held._replace(side=float(NO_DIRECTION), size=0.0), pending=nothing_waits
        )
    if held.side == NO_DIRECTION:
        # Held, but never bought here: neither its side nor its exits are known, so nothing closes it.
        held = held._replace(side=float(LONG), entry_price=bar.close, stop=-inf, target=inf)
        account = account._replace(pending=nothing_waits)
    if exposure is not None and bar.close > 0.0:
        held = held._replace(size=exposure / bar.close)
    return account._replace(position=held)


Events = Mapping[int, StateEvent]


def unshared_events(left: Events, right: Events, left_of: Int64Array) -> tuple[Events, Events]:
    """Return each side's events, by its own rows, that the other side did not record at the same bar."""
    shared = {
        int(left_of[row]): row
        for row, event in right.items()
        if int(left_of[row]) in left and _recorded(left[int(left_of[row])]) == _recorded(event)
    }
    return (
        {row: event for row, event in left.items() if row not in shared},
        {row: event for row, event in right.items() if row not in shared.values()},
    )


def inherited_rows(side: Side) -> int:
    """Return how many of a log's first rows still bear what the run did before the log begins; 0 if it did not run.

    They last until the position that the log begins with is closed.
    """
    if not side.is_cut:
        return 0
    is_open = side.account[:, POSITION_OPEN] == 1.0
    return (int(np.argmin(is_open)) if not is_open.all() else len(is_open)) + 1


def _recorded(event: StateEvent) -> dict[int, float]:
    return {field: change[1] for field, change in event.changes.items()}
