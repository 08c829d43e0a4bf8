"""What values that stand still, and account columns, show, in words."""

from __future__ import annotations

from hyprl.causes.facts.account import (
    AccountBreak,
    BrokenAccount,
    ForgottenPosition,
    HeldValues,
    OtherExits,
    SilentInPosition,
    SilentWhileFlat,
)
from hyprl.report.sentences.names import first_names
from hyprl.report.wording import Wording, word

_FEATURES = "Restart the feature store with its state, and alarm on a feature that repeats itself."
_PERSIST = (
    "Persist position, orders, counters and feature states after each bar, and reconcile them at a restart."
)
_EXITS = "Compare reward multiple, trailing stop, slippage and stop rules of both sides."
_BREAKS = {
    AccountBreak.POSITION_NEVER_ORDERED: "holds a position that it never ordered",
    AccountBreak.ENTRY_FORGOTTEN: "no longer knows its last entry",
    AccountBreak.ORDER_NEVER_FILLED: "never filled its own order",
    AccountBreak.TRADES_COUNTED_DOWN: "counts fewer trades than before on the same day",
}


@word.register
def held_values(facts: HeldValues) -> Wording:
    """Name side, columns and span."""
    evidence = (
        f"the {facts.side} side's {first_names(facts.columns)} stand still for {facts.bars:,} bars from {facts.since} "
        f"on, while the other side's move"
    )
    return Wording(evidence, _FEATURES, {"bars": facts.bars, "column": facts.longest})


@word.register
def broken_account(facts: BrokenAccount) -> Wording:
    """Name side and break, and count them."""
    times = f" ({facts.times:,} times in all)" if facts.times > 1 else ""
    evidence = (
        f"at {facts.first_bar} the {facts.side} side {_BREAKS[facts.broken]}{times}; the other side does not"
    )
    return Wording(evidence, _PERSIST, {"times": facts.times})


@word.register
def other_exits(facts: OtherExits) -> Wording:
    """Count the positions."""
    evidence = (
        f"{facts.times} of {facts.entries} positions entered together are left on another bar, first at "
        f"{facts.first_bar}: exits are set differently"
    )
    return Wording(evidence, _EXITS)


@word.register
def forgotten_position(facts: ForgottenPosition) -> Wording:
    """Name side and bar, and count the positions."""
    evidence = (
        f"at {facts.first_bar} the {facts.side} side is flat and the other still holds what both entered "
        f"({facts.times} of {facts.entries} positions)"
    )
    return Wording(evidence, _PERSIST)


@word.register
def silent_in_position(facts: SilentInPosition) -> Wording:
    """Name bar and side."""
    evidence = (
        f"at {facts.bar} only one side signals; the {facts.side} side, which does not, is in a position"
    )
    return Wording(evidence, _PERSIST)


@word.register
def silent_while_flat(facts: SilentWhileFlat) -> Wording:
    """Name the bar."""
    evidence = (
        f"at {facts.bar} both sides see the same probability and neither holds a position, and only one signals: a "
        f"gate is set differently"
    )
    return Wording(evidence, "Record the reason of each decision.")
