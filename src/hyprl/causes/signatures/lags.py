"""Read columns shifted by some bars: which shift of which column makes the two sides equal.

A column of one side that holds, on the bars where it differs, what the other side held k bars earlier lags by k; a
negative k looks ahead. Whole streams that lag (bars too, or probability, size and equity together) are a matter of
bar timing; features alone were misaligned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.lags import LateBars, LateFeatures, LateProbability, LateStream
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.pair import Bools, Column, Pair, first_true

SHIFTS = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5)
_LEAST_BARS = 6
_EXACT_SHARE = 0.95
_NEARLY = 1e-3  # of the unshifted difference
_STREAM = ("position_size", "risk_amount", "expected_pnl", "equity")


@dataclass(frozen=True, slots=True)
class Lag:
    """A column's lag in bars, on which bars it differs, and which share of them the shift makes equal to the bit."""

    name: str
    bars: int
    where: Bools
    exact: float
    side: str = "right"


def find(pair: Pair) -> list[Finding]:
    """Report lags of bars, of features, of the probability and of the whole stream."""
    late_bars = [lag for lag in map(lag_of, pair.bars) if lag is not None]
    if late_bars:
        return [_bars_late(pair, late_bars)]
    if any(column.differs.any() for column in pair.bars):
        return []
    lags = [lag for lag in map(lag_of, pair.features) if lag is not None]
    if lags:
        return [_features_late(pair, lags)]
    probability = None if pair.probability is None else lag_of(pair.probability)
    if probability is None:
        return []
    stream = [lag for lag in map(lag_of, _stream(pair)) if lag is not None and lag.bars == probability.bars]
    return [_probability_late(pair, probability, stream)]


def lag_of(column: Column) -> Lag | None:
    """Return the lag that explains a column's differences, None where no shift does."""
    where = column.differs & column.both
    if not column.varies or int(where.sum()) < _LEAST_BARS:
        return None
    for side, late in (("right", column), ("left", column.turned())):
        for bars in SHIFTS:
            found = _shifted(late, where, bars)
            if found is not None:
                return replace(found, side=side)
    return None


def _shifted(column: Column, where: Bools, bars: int) -> Lag | None:
    earlier = np.full_like(column.left, np.nan)
    if bars > 0:
        earlier[bars:] = column.left[:-bars]
    else:
        earlier[:bars] = column.left[-bars:]
    compared = where & np.isfinite(earlier) & (earlier != column.left)
    if int(compared.sum()) < _LEAST_BARS:
        return None
    exact = float((earlier[compared] == column.right[compared]).mean())
    if exact >= _EXACT_SHARE:
        return Lag(column.name, bars, where, exact)
    left = np.median(np.abs(earlier[compared] - column.right[compared]))
    return Lag(column.name, bars, where, exact) if left < _NEARLY * np.median(column.gap[compared]) else None


def _stream(pair: Pair) -> list[Column]:
    found = (pair.column(name) for name in _STREAM)
    return [column for column in found if column is not None]


def _bars_late(pair: Pair, lags: list[Lag]) -> Finding:
    worst = max(lags, key=lambda lag: int(lag.where.sum()))
    names = tuple(lag.name for lag in lags)
    return Finding(
        Cause.BAR_TIMING,
        0.95,
        (LateBars(worst.side, names, worst.bars, int(worst.where.sum())),),
        first_bar=pair.bar(first_true(worst.where, 0)),
        columns=names,
    )


def _features_late(pair: Pair, lags: list[Lag]) -> Finding:
    bars = lags[0].bars
    names = tuple(lag.name for lag in lags if lag.bars == bars)
    first = min(first_true(lag.where, pair.rows) for lag in lags)
    exact = min(lag.exact for lag in lags)
    further = [column.name for column in pair.features if column.differs.any() and column.name not in names]
    facts = LateFeatures(
        lags[0].side,
        names,
        bars,
        exact,
        is_exact=exact >= _EXACT_SHARE,
        since=None if first == 0 else pair.bar(first),
        further_columns=len(further),
    )
    return Finding(Cause.FEATURE_MISALIGNMENT, 0.97, (facts,), first_bar=pair.bar(first), columns=names)


def _probability_late(pair: Pair, lag: Lag, stream: list[Lag]) -> Finding:
    also = tuple(item.name for item in stream)
    has_account = "equity" in also or "position_size" in also
    first = pair.bar(first_true(lag.where, 0))
    if has_account or lag.exact < _EXACT_SHARE:
        return Finding(
            Cause.BAR_TIMING,
            0.8 if has_account else 0.72,
            (LateStream(lag.side, lag.bars, also, has_account),),
            first_bar=first,
            columns=(lag.name, *also),
        )
    late = LateProbability(lag.side, lag.bars)
    return Finding(Cause.FEATURE_MISALIGNMENT, 0.85, (late,), first_bar=first, columns=(lag.name, *also))
