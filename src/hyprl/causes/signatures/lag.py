"""Lags: which shift of which column makes the two sides equal.

A column of one side that holds, on the bars where it differs, what the other side held k bars earlier lags by k; a
negative k looks ahead. Whole streams that lag (bars too, or probability, size and equity together) are a matter of
bar timing; features alone were misaligned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hyprl.causes.findings import BAR_TIMING, FEATURE_MISALIGNMENT, SIGNATURE, Finding
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

    @property
    def other(self) -> str:
        """Return the side that is not late."""
        return "left" if self.side == "right" else "right"


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
    for side, seen in (("right", column), ("left", column.turned())):
        for bars in SHIFTS:
            found = _shifted(seen, where, bars)
            if found is not None:
                return replace(found, side=side)
    return None


def _shifted(column: Column, where: Bools, bars: int) -> Lag | None:
    earlier = np.full_like(column.left, np.nan)
    if bars > 0:
        earlier[bars:] = column.left[:-bars]
    else:
        earlier[:bars] = column.left[-bars:]
    told = where & np.isfinite(earlier) & (earlier != column.left)
    if int(told.sum()) < _LEAST_BARS:
        return None
    exact = float((earlier[told] == column.right[told]).mean())
    if exact >= _EXACT_SHARE:
        return Lag(column.name, bars, where, exact)
    left = np.median(np.abs(earlier[told] - column.right[told]))
    return Lag(column.name, bars, where, exact) if left < _NEARLY * np.median(column.gap[told]) else None


def _stream(pair: Pair) -> list[Column]:
    found = (pair.column(name) for name in _STREAM)
    return [column for column in found if column is not None]


def _bars_late(pair: Pair, lags: list[Lag]) -> Finding:
    worst = max(lags, key=lambda lag: int(lag.where.sum()))
    names = tuple(lag.name for lag in lags)
    return Finding(
        BAR_TIMING,
        SIGNATURE,
        0.95,
        f"on {int(worst.where.sum()):,} bars the {worst.side} side's {_listed(names)} are the {worst.other}'s "
        f"{_ago(worst.bars)}",
        "Decide a bar only when its own data are there: compare the bar's stamp with the data's, and wait.",
        first_bar=pair.bar(first_true(worst.where, 0)),
        columns=names,
        details={"lag_bars": worst.bars, "bars": int(worst.where.sum())},
    )


def _features_late(pair: Pair, lags: list[Lag]) -> Finding:
    bars = lags[0].bars
    names = tuple(lag.name for lag in lags if lag.bars == bars)
    first = min(first_true(lag.where, pair.rows) for lag in lags)
    span = "" if first == 0 else f", from {pair.bar(first)} on"
    exact = min(lag.exact for lag in lags)
    equal = "to the bit" if exact >= _EXACT_SHARE else "but for a remainder"
    other = [column.name for column in pair.features if column.differs.any() and column.name not in names]
    rest = f"; {len(other)} further columns differ otherwise" if other else ""
    return Finding(
        FEATURE_MISALIGNMENT,
        SIGNATURE,
        0.97,
        f"shifting {_listed(names)} by {abs(bars)} bar{'s' * (abs(bars) > 1)} makes the sides equal {equal}: the "
        f"{lags[0].side} side has the {lags[0].other}'s values {_ago(bars)}{span}{rest}",
        "Join features to bars by the bar's open on both sides; look for a shift(), a forward fill or a cache written "
        "after it is read.",
        first_bar=pair.bar(first),
        columns=names,
        details={"lag_bars": bars, "exact_share": exact},
    )


def _probability_late(pair: Pair, lag: Lag, stream: list[Lag]) -> Finding:
    account = [item for item in stream if item.name in ("equity", "position_size")]
    evidence = f"the {lag.side} side's probability is the {lag.other}'s {_ago(lag.bars)}"
    first = pair.bar(first_true(lag.where, 0))
    names = (lag.name, *(item.name for item in stream))
    if account or lag.exact < _EXACT_SHARE:
        evidence += (
            ""
            if account
            else " but for a remainder that endless averages keep, so what they were fed is late"
        )
        return Finding(
            BAR_TIMING,
            SIGNATURE,
            0.8 if account else 0.72,
            f"{evidence}{_and_so(names[1:])}: the whole stream is late, not the features alone",
            "See whether the bar event fires before its data, or the log is stamped with the next bar.",
            first_bar=first,
            columns=names,
            details={"lag_bars": lag.bars},
        )
    return Finding(
        FEATURE_MISALIGNMENT,
        SIGNATURE,
        0.85,
        evidence,
        "Join features to bars by the bar's open on both sides; look for a shift() or a cache "
        "written after it is read.",
        first_bar=first,
        columns=names,
        details={"lag_bars": lag.bars},
    )


def _and_so(names: tuple[str, ...]) -> str:
    return f", and so are {_listed(names)}" if names else ""


def _ago(bars: int) -> str:
    count = abs(bars)
    return f"of {count} bar{'s' * (count > 1)} {'earlier' if bars > 0 else 'later'}"


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(name.removeprefix("indicator.") for name in names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more columns"
