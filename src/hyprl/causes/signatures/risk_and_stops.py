"""What each side risked and how far its stop stood, read back from size, expected P&L and probability.

expected P&L = risk x (w (m + 1) - 1), with w the probability of winning and m the reward multiple. While equity
stands still the risk does too, so two neighbouring bars give m, and most such pairs the same one; then risk and stop
distance (risk / size) follow for every bar. A recorded risk amount is taken as it is. The risk moves as
equity does: it stands still exactly while a side holds no position.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair
from hyprl.logs.vocabulary import LONG, SHORT

ROUNDING_STEP = 1e-6  # the figures are rounded to 6 decimals
_MULTIPLES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
_GRAIN, _LARGEST = 1e-3, 50.0
_LEAST_PAIRS, _LEAST_SHARE = 4, 0.05
_APART = 1e-4
_VARIED = 8
_LEAST_GAIN = 0.05  # below, rounding is too large a part of the expected P&L
_SMOOTH = 0.02


@dataclass(frozen=True)
class Money:
    """Risk, stop distance and size of both sides; `multiples` are the reward multiples, None where unknown."""

    risk: Column
    stop: Column
    size: Column
    multiples: tuple[float | None, float | None]

    @cached_property
    def tolerance(self) -> float:
        """Relative difference that rounding alone can make."""
        sizes = np.abs(self.size.left[self.size.both])
        risks = np.abs(self.risk.left[self.risk.both])
        smallest = min(float(np.median(values)) if len(values) else 1.0 for values in (sizes, risks))
        return max(8.0 * ROUNDING_STEP / max(smallest, 1e-3), 1e-9)

    @cached_property
    def risk_ratio(self) -> Floats:
        """Right over left risk, NaN where a side has none."""
        return ratio_of(self.risk)

    @cached_property
    def stop_ratio(self) -> Floats:
        """Right over left stop distance, NaN where a side has none."""
        return ratio_of(self.stop)

    def off(self, ratio: Floats) -> Bools:
        """Bars on which a ratio is off 1 by more than rounding."""
        return np.isfinite(ratio) & (np.abs(ratio - 1.0) > self.tolerance)

    def moves(self, side: Floats) -> Bools:
        """Bars whose risk is not that of the bar before: a position is open, or money came or went."""
        step = np.zeros(len(side), np.bool_)
        with np.errstate(divide="ignore", invalid="ignore"):
            step[1:] = np.abs(side[1:] / side[:-1] - 1.0) > self.tolerance
        return step


def money_of(pair: Pair) -> Money | None:
    """Return what can be read back, None where size or the rest is not in both logs."""
    size = pair.column("position_size")
    if size is None:
        return None
    recorded = pair.column("risk_amount")
    if recorded is not None:
        multiples = (_recorded_multiple(pair, recorded, 0), _recorded_multiple(pair, recorded, 1))
        return Money(recorded, _over(recorded, size), size, multiples)
    return _derived(pair, size)


def ratio_of(column: Column) -> Floats:
    """Return right over left where both are above 0, NaN elsewhere."""
    usable = column.both & (column.left > 0.0) & (column.right > 0.0)
    ratio = np.full(len(column.left), np.nan)
    ratio[usable] = column.right[usable] / column.left[usable]
    return ratio


def _derived(pair: Pair, size: Column) -> Money | None:
    value, probability = pair.column("expected_pnl"), pair.probability
    if value is None or probability is None:
        return None
    sides, winning = (value.left, value.right), (_winning(pair, 0), _winning(pair, 1))
    own = [_multiple(side, chance) for side, chance in zip(sides, winning, strict=True)]
    multiples = [
        mine if mine is not None else _lent(theirs, side, chance)
        for mine, theirs, side, chance in zip(own, own[::-1], sides, winning, strict=True)
    ]
    if multiples[0] is None or multiples[1] is None:
        return None
    risks = [_risk(*side) for side in zip(sides, winning, multiples, strict=True)]  # type: ignore[arg-type]
    risk = Column("risk", risks[0], risks[1])
    if not risk.both.any():
        return None
    return Money(risk, _over(risk, size), size, (own[0], own[1]))


def _risk(value: Floats, winning: Floats, multiple: float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = winning * (multiple + 1.0) - 1.0
        risk: Floats = np.where(np.abs(gain) > _LEAST_GAIN, value / gain, np.nan)
    return risk


def _winning(pair: Pair, place: int) -> Floats:
    probability = pair.probability
    assert probability is not None  # noqa: S101  callers have checked
    chance = probability.left if place == 0 else probability.right
    words = pair.words("direction")
    up = chance >= 0.5
    if words is not None:
        up = np.where(words[place] == LONG, True, np.where(words[place] == SHORT, False, up))
    return np.where(up, chance, 1.0 - chance)


def _multiple(value: Floats, winning: Floats) -> float | None:
    """Return the reward multiple on which neighbouring bars of one risk agree: it solves both of their equations."""
    finite = np.isfinite(value) & np.isfinite(winning)
    value, winning = value[finite], winning[finite]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        crossed = value[:-1] * winning[1:] - value[1:] * winning[:-1]
        solved = (value[:-1] - value[1:]) / crossed - 1.0
        error = 2.0 * ROUNDING_STEP * (1.0 + np.abs(solved)) / np.abs(crossed)
    apart = np.abs(winning[1:] - winning[:-1]) > _APART  # equal chances have a solution that means nothing
    usable = np.isfinite(solved) & (error < _GRAIN) & (solved > 0.0) & (solved < _LARGEST) & apart
    solved, error = solved[usable], error[usable]
    if len(solved) < _LEAST_PAIRS:
        return None
    found, counts = np.unique(np.round(solved / _GRAIN), return_counts=True)
    best = float(found[counts.argmax()]) * _GRAIN
    best = float(np.median(solved[np.abs(solved - best) < 2.0 * _GRAIN]))
    sharp = np.abs(solved - best) < np.maximum(4.0 * error, 1e-9)
    enough = max(_LEAST_PAIRS, _LEAST_SHARE * len(solved))
    return round(best, 4) if int(sharp.sum()) >= enough else None


def _lent(multiple: float | None, value: Floats, winning: Floats) -> float | None:
    """Return the other side's multiple where it makes this side's risk smoother than any other usual one."""
    if multiple is None:
        return None
    rough = {trial: _roughness(_risk(value, winning, trial)) for trial in (*_MULTIPLES, multiple)}
    return multiple if rough[multiple] <= min(rough.values()) < _SMOOTH else None


def _roughness(risk: Floats) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.abs(np.diff(np.log(np.abs(risk))))
    steps = steps[np.isfinite(steps)]
    return float(np.median(steps)) if len(steps) >= _LEAST_PAIRS else np.inf


def _recorded_multiple(pair: Pair, risk: Column, place: int) -> float | None:
    value = pair.column("expected_pnl")
    if value is None or pair.probability is None:
        return None
    side, amount, winning = (
        (value.left, risk.left, _winning(pair, 0))
        if place == 0
        else (value.right, risk.right, _winning(pair, 1))
    )
    usable = (
        np.isfinite(side) & np.isfinite(amount) & np.isfinite(winning) & (amount > 0.0) & (winning > 0.05)
    )
    if len(np.unique(winning[usable])) < _VARIED or len(np.unique(side[usable])) < _VARIED:
        return None
    multiples = (side[usable] / amount[usable] + 1.0 - winning[usable]) / winning[usable]
    middle = float(np.median(multiples))
    return round(middle, 5) if float((np.abs(multiples - middle) < 1e-4).mean()) > 0.9 else None


def _over(risk: Column, size: Column) -> Column:
    def divided(amount: Floats, shares: Floats) -> Floats:
        return np.divide(amount, shares, out=np.full_like(amount, np.nan), where=shares > 0.0)

    return Column("stop distance", divided(risk.left, size.left), divided(risk.right, size.right))
