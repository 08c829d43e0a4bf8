"""Read what both sides risked, as far as it tells of their equities: the bars whose ratio counts.

Risk is a fraction of equity, so the ratio of the risks is the ratio of the equities as long as both size alike. Only
bars count on which both stops stand equally far (elsewhere a capped size distorts the ratio), and after the first trade
only those before stops or decisions part: what follows a different trade is a consequence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.equity import EquityReading
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.pair import Bools, Floats, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money


@dataclass(frozen=True)
class Risks:
    """What both sides risked on the `usable` bars up to `stop`; `first` is the first that is off."""

    pair: Pair
    money: Money
    ratio: Floats
    usable: Bools
    off: Bools
    first: int
    stop: int

    @property
    def rows(self) -> slice:
        """The bars from the first that is off to the last that is no consequence."""
        return slice(self.first, self.stop)

    @property
    def start(self) -> str:
        """Return the first bar that is off, ISO 8601."""
        return self.pair.bar(self.first)

    @property
    def ratios(self) -> Floats:
        """Return the usable ratios, right over left, from the first that is off."""
        return self.ratio[self.rows][self.usable[self.rows]]

    def side(self, place: int) -> Floats:
        """Return the risk of the left (0) or right (1) side."""
        return self.money.risk.right if place else self.money.risk.left


def risks_of(pair: Pair, money: Money) -> Risks | None:
    """Return what the risks show, None where the equities agree as far as can be seen."""
    if _exits_differ(money):
        return None
    stops_part = money.off(money.stop_ratio)
    usable = np.isfinite(money.risk_ratio) & ~stops_part
    off = usable & money.off(money.risk_ratio)
    if not off.any():
        return None
    first = first_true(off, 0)
    stop = min(pair.first_parted + 1, pair.rows)
    entered = first_true(pair.emits[0] | pair.emits[1], pair.rows)
    parted = np.flatnonzero(stops_part)
    later = parted[parted >= entered]
    if len(later):
        stop = min(stop, int(later[0]) + 1)
    if first >= max(stop, pair.untouched):
        return None
    return Risks(pair, money, money.risk_ratio, usable, off, first, max(stop, pair.untouched))


def finding_of(risks: Risks, cause: Cause, confidence: float, facts: EquityReading) -> Finding:
    """Return a finding at the first bar that is off."""
    columns = ("position_size", "expected_pnl")
    return Finding(cause, confidence, (facts,), first_bar=risks.start, columns=columns)


def _exits_differ(money: Money) -> bool:
    left, right = money.multiples
    return left is not None and right is not None and abs(left - right) > 1e-3
