"""What the ratio of two sizes alone can say, where neither risk nor stop distance can be read back.

One factor from the first bar on is another setting or other money. A ratio that parts before any trade could, or while
no decision does, is other money. Where probabilities part too, trades may move the account apart; a ratio that is off
before any trade, or whose steps fade from bar to bar as an average's do, has other true ranges behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.causes.findings import (
    BAR_TIMING,
    CONFIGURATION,
    DATA_REVISION,
    FLOATING_POINT,
    SIGNATURE,
    SIZING_EQUITY,
    Finding,
)
from hyprl.causes.signatures.exposure import ADVICE as ONE_ACCOUNT
from hyprl.causes.signatures.pair import Bools, Column, Floats, Ints, Pair, first_true
from hyprl.causes.signatures.thresholds import ADVICE as ONE_CONFIG

_LEAST_BARS = 6
_SAME_FACTOR = 1e-4  # of the ratio: sizes are written with few digits
_WRITTEN = 4e-6  # sizes are rounded to 6 decimals
_MOST = 0.95
_DRIFTS = 0.9
_STEP = 1e-7
_FADES = 0.3  # of a step, from one bar to the next; trades leave single steps
_ONCE = 0.035  # fewer beginnings: one late fade, which a restart leaves, and some trades
_EVERYWHERE = 0.99
_TINY = 1e-3
_RECORD_RISK = "Record `equity` and `risk_amount` on both sides: they tell other money from another fraction."
_RECORD_BARS = (
    "Record the bar that each side saw, or `bar_hash`; compare vendor, adjustment and closing time."
)


@dataclass(frozen=True)
class Ratio:
    """Right over left size on the bars on which both are positive, those bars' rows, and which are off 1."""

    column: Column
    rows: Ints
    value: Floats
    off: Bools

    @property
    def start(self) -> int:
        """Return the place of the first that is off."""
        return first_true(self.off, 0)


def find(pair: Pair) -> list[Finding]:
    """Report what the sizes show."""
    ratio = _ratio(pair)
    if ratio is None:
        return []
    if pair.probability is not None and bool(pair.probability.differs.any()):
        return _by_ranges(pair, ratio)
    drift = _drift(ratio.value)
    if drift is not None and not pair.parted.any():
        said = f"drifts from {drift[0]:.6g} to {drift[1]:.6g}: sizes are taken of an equity that moves apart"
        return [_finding(pair, ratio, SIZING_EQUITY, 0.75, said, f"{ONE_ACCOUNT} {_RECORD_RISK}")]
    return _by_one_factor(pair, ratio) or _by_money(pair, ratio)


def _ratio(pair: Pair) -> Ratio | None:
    column = pair.column("position_size") or pair.column("risk_amount")
    if column is None:
        return None
    told = column.both & (column.left > 0.0) & (column.right > 0.0)
    rows = np.flatnonzero(told)
    if len(rows) < _LEAST_BARS:
        return None
    value = column.right[told] / column.left[told]
    off = np.abs(value - 1.0) > np.maximum(_WRITTEN / np.minimum(column.left[told], column.right[told]), 1e-9)
    return Ratio(column, rows, value, off) if off.any() else None


def _by_one_factor(pair: Pair, ratio: Ratio) -> list[Finding]:
    early = ratio.rows < max(pair.untouched, 1)
    values = ratio.value[early] if early.any() else ratio.value[:1]
    factor = float(np.median(values))
    same = np.abs(ratio.value / factor - 1.0) < _SAME_FACTOR
    lasting = bool(same.mean() >= _MOST)
    steady = bool((np.abs(values / factor - 1.0) < _SAME_FACTOR).all()) and ratio.start == 0
    if abs(factor - 1.0) <= _SAME_FACTOR or not (steady or lasting):
        return []
    where = f"{int(same.sum()):,} of {len(same):,} bars" if lasting else "each bar before the first trade"
    said = f"is {factor:.6g} times the left's on {where}"
    return [
        _finding(
            pair, ratio, CONFIGURATION, 0.65,
            f"{said}, as with another risk fraction or stop multiple", f"{ONE_CONFIG} {_RECORD_RISK}",
        ),
        _finding(
            pair, ratio, SIZING_EQUITY, 0.6, f"{said}, as with sizes taken of other equity",
            f"{ONE_ACCOUNT} {_RECORD_RISK}",
        ),
    ]  # fmt: skip


def _by_money(pair: Pair, ratio: Ratio) -> list[Finding]:
    row = int(ratio.rows[ratio.start])
    if row > pair.first_parted:
        return []
    if pair.parted.any():
        said, sure = "is off before the first decision differs", 0.5
    elif row < pair.untouched:
        said, sure = "is off before any trade could have moved the account", 0.68
    else:
        said, sure = "is off though no decision ever differs, so that both hold the same positions", 0.68
    low, high = ratio.value[ratio.off].min(), ratio.value[ratio.off].max()
    shown = f"{said}: between {low:.6g} and {high:.6g}"
    return [_finding(pair, ratio, SIZING_EQUITY, sure, shown, f"{ONE_ACCOUNT} {_RECORD_RISK}")]


def _by_ranges(pair: Pair, ratio: Ratio) -> list[Finding]:
    """Read whether another true range lies behind the sizes: they part before trades, or their steps fade."""
    steps = np.diff(np.log(ratio.value))
    moved = np.abs(steps[:-1]) > _STEP
    kept = float(np.median(steps[1:][moved] / steps[:-1][moved])) if int(moved.sum()) >= _LEAST_BARS else 0.0
    if kept < _FADES and int(ratio.rows[ratio.start]) >= pair.untouched:
        return []
    begun = float((np.abs(steps[1:]) > 1.5 * np.abs(steps[:-1]) + _STEP).mean())
    if ratio.start > 0 and begun < _ONCE:
        return []
    off, above = ratio.value[ratio.off], float((ratio.value[ratio.off] > 1.0).mean())
    size = float(np.median(np.abs(np.log(off))))
    said = f"is off on {len(off):,} of {len(ratio.value):,} bars (in the median by {size:.2g})"
    fades = (
        f"{said}, and its steps fade as an average's do ({kept:.2f} of the one before)"
        if kept >= _FADES
        else said
    )
    everywhere = float(ratio.off.mean()) >= _EVERYWHERE
    if everywhere and above >= _EVERYWHERE and float(moved.mean()) > _MOST:
        cause, sure, reading = BAR_TIMING, 0.55, "smaller ranges on all bars: unfinished bars are decided on"
    elif everywhere and size < _TINY and float(moved.mean()) > 0.5:
        cause, sure, reading = FLOATING_POINT, 0.55, "both ways, by little: prices or averages are rounded"
    else:
        cause, sure, reading = DATA_REVISION, 0.6, "the stop has other prices behind it"
    return [_finding(pair, ratio, cause, sure, f"{fades}; {reading}", _RECORD_BARS)]


def _drift(ratio: Floats) -> tuple[float, float] | None:
    """Return the ratio's typical value in the first and the last tenth, None where it does not drift smoothly."""
    if len(ratio) < 5 * _LEAST_BARS:
        return None
    order = np.arange(len(ratio), dtype=np.float64)
    spread = float(ratio.std())
    if spread < _SAME_FACTOR or abs(float(np.corrcoef(order, ratio)[0, 1])) < _DRIFTS:
        return None
    if float(np.median(np.abs(np.diff(ratio)))) > 0.2 * spread:
        return None
    tenth = max(len(ratio) // 10, 1)
    return float(np.median(ratio[:tenth])), float(np.median(ratio[-tenth:]))


def _finding(pair: Pair, ratio: Ratio, cause: str, confidence: float, said: str, advice: str) -> Finding:
    evidence = f"the right side's {ratio.column.name} over the left's {said}"
    first = pair.bar(int(ratio.rows[ratio.start]))
    return Finding(
        cause, SIGNATURE, confidence, evidence, advice, first_bar=first, columns=(ratio.column.name,)
    )
