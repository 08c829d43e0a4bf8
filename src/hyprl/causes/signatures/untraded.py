"""Equity before any trade: scaled from the start, or moved by something that one side holds and the other does not."""

from __future__ import annotations

import numpy as np

from hyprl.causes.findings import CONFIGURATION, STATE_LOST, Finding
from hyprl.causes.signatures.exposure import Risked, finding_of, sizing_finding
from hyprl.causes.signatures.pair import Bools

_FEW, _ENOUGH = 3, 8
_NEAR = 0.02


def before_any_trade(seen: Risked) -> list[Finding]:
    """Report a constant ratio, or an equity that moves while nothing was bought."""
    still = _still(seen, 0) & _still(seen, 1) & seen.told
    early = seen.ratio[still & (np.arange(len(still)) < seen.pair.untouched)]
    if len(early) and np.ptp(early) < 4.0 * seen.money.tolerance * abs(float(early[0])):
        return _constant(seen, float(early[0]))
    return _foreign_holding(seen)


def _constant(seen: Risked, value: float) -> list[Finding]:
    if abs(value - 1.0) <= 4.0 * seen.money.tolerance:
        return []
    traded = seen.ratio[seen.told & (np.arange(len(seen.told)) >= seen.pair.untouched)]
    if len(traded) > 4 * _ENOUGH and np.ptp(traded) < 10.0 * seen.money.tolerance * abs(value):
        return [
            sizing_finding(
                seen,
                0.8,
                f"risk is {value:.6g} times the left's through every trade: the accounts are scaled",
            )
        ]
    said = f"before any trade the risk is {value:.6g} times the left's: the risk fraction, or the equity it is taken of"
    note = "Record risk_fraction and the equity that sizing read: size alone cannot tell a setting from an account."
    return [finding_of(seen, CONFIGURATION, 0.55, said, note), sizing_finding(seen, 0.5, said)]


def _foreign_holding(seen: Risked) -> list[Finding]:
    rows = slice(0, seen.pair.untouched)
    still = [_still(seen, place)[rows] & seen.told[rows] for place in (0, 1)]
    if abs(float(seen.ratio[seen.first]) - 1.0) > _NEAR:
        return []  # another fraction, and a size that is capped on one side
    for place, name in ((1, "right"), (0, "left")):
        quiet = still[1 - place]
        if int(quiet.sum()) >= _FEW and not (quiet & still[place]).any():
            said = (
                f"before any trade the {name} side's equity moves from bar to bar and the other's stands "
                f"still: it holds "
                f"something that the other side does not know"
            )
            sure = 0.72 if int(quiet.sum()) >= _ENOUGH else 0.6
            remedy = "Tell both sides what the account holds at the start."
            return [finding_of(seen, STATE_LOST, sure, said, remedy)]
    return []


def _still(seen: Risked, place: int) -> Bools:
    """Bars whose risk is that of the bar before or after: no position and no cap."""
    moves = seen.money.moves(seen.side(place))
    still = ~moves
    still[:-1] |= ~moves[1:]
    still[0] = len(moves) > 1 and not moves[1]
    return still
