"""Read risks before any trade: scaled from the start, or moved by something that one side alone holds."""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.equity import RatioBeforeTrades, ScaledAccounts, UnknownHolding
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.pair import Bools
from hyprl.causes.signatures.risk_ratios import Risks, finding_of

_FEW, _ENOUGH = 3, 8
_NEAR = 0.02


def before_any_trade(risks: Risks) -> list[Finding]:
    """Report a constant ratio, or an equity that moves while nothing was bought."""
    still = _still(risks, 0) & _still(risks, 1) & risks.usable
    early = risks.ratio[still & (np.arange(len(still)) < risks.pair.untouched)]
    if len(early) and np.ptp(early) < 4.0 * risks.money.tolerance * abs(float(early[0])):
        return _constant(risks, float(early[0]))
    return _foreign_holding(risks)


def _constant(risks: Risks, value: float) -> list[Finding]:
    if abs(value - 1.0) <= 4.0 * risks.money.tolerance:
        return []
    traded = risks.ratio[risks.usable & (np.arange(len(risks.usable)) >= risks.pair.untouched)]
    if len(traded) > 4 * _ENOUGH and np.ptp(traded) < 10.0 * risks.money.tolerance * abs(value):
        return [finding_of(risks, Cause.SIZING_EQUITY, 0.8, ScaledAccounts(value))]
    return [
        finding_of(risks, Cause.CONFIGURATION, 0.55, RatioBeforeTrades(value, as_setting=True)),
        finding_of(risks, Cause.SIZING_EQUITY, 0.5, RatioBeforeTrades(value, as_setting=False)),
    ]


def _foreign_holding(risks: Risks) -> list[Finding]:
    rows = slice(0, risks.pair.untouched)
    still = [_still(risks, place)[rows] & risks.usable[rows] for place in (0, 1)]
    if abs(float(risks.ratio[risks.first]) - 1.0) > _NEAR:
        return []  # another fraction, and a size that is capped on one side
    for place, side in ((1, "right"), (0, "left")):
        quiet = still[1 - place]
        if int(quiet.sum()) >= _FEW and not (quiet & still[place]).any():
            confidence = 0.72 if int(quiet.sum()) >= _ENOUGH else 0.6
            return [finding_of(risks, Cause.STATE_LOST, confidence, UnknownHolding(side))]
    return []


def _still(risks: Risks, place: int) -> Bools:
    """Bars whose risk is that of the bar before or after: no position and no cap."""
    moves = risks.money.moves(risks.side(place))
    still = ~moves
    still[:-1] |= ~moves[1:]
    still[0] = len(moves) > 1 and not moves[1]
    return still
