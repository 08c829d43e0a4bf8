"""Read features, log-odds and stops for one side that starts later, or from less history, and forgets that again.

Three marks, each enough: one side has no values at the beginning; a difference fades geometrically from the first bar
on; only columns with an endless memory differ, none that is a function of a window. A fade that begins in mid-run after
equal bars is a state lost at a restart.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from hyprl.causes.cause import Cause
from hyprl.causes.facts.late_starts import (
    CappedColumn,
    EndlessColumnsOnly,
    FadingColumns,
    LateValues,
    NeverReady,
)
from hyprl.causes.findings import Finding, Standing
from hyprl.causes.signatures import atr_levels
from hyprl.causes.signatures.fades import Fade, fade_of
from hyprl.causes.signatures.pair import Bools, Column, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money
from hyprl.causes.signatures.true_ranges import cold_start_of, level_of
from hyprl.parity.diff import side_columns

_START_BARS = 3
_LEAST_BARS = 8
_CONVINCING, _SLOW = 1e3, 110.0
_ENDLESS = re.compile(
    r"(?:^|[._])(n?atr|rsi|ema|d?ema|tema|adx|adxr|[dp]i|macd|kama|obv|rma|smma|wilder)(?=[._\d]|$)"
)


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report a late start, a fade from the start, a fade from mid-run, or columns of endless memory alone."""
    if pair.bars_part.any() or pair.has_holes or atr_levels.is_adjusted(pair, money):
        return []
    found = _late_start(pair) or _fading(pair, money) or _capped(pair)
    return found or _endless_only(pair) or _never_ready(pair)


def _columns(pair: Pair, money: Money | None) -> list[Column]:
    if pair.features:
        return [column for column in pair.features if column.differs.any()]
    plain = [pair.logit, None if money is None else money.stop]
    return [column for column in plain if column is not None and column.differs.any()]


def _never_ready(pair: Pair) -> list[Finding]:
    if "probability_up" not in pair.names:
        return []
    sides = [pair.paired[name].cast(pl.Float64, strict=False) for name in side_columns("probability_up")]
    valued = [int(side.is_not_nan().fill_null(False).sum()) for side in sides]
    for place, side in ((1, "right"), (0, "left")):
        lacks = valued[place] == 0 < valued[1 - place] and pair.rows >= _LEAST_BARS
        if lacks and not pair.emits[place].any():
            columns = ("probability_up",)
            never = NeverReady(side)
            return [Finding(Cause.WARMUP, 0.6, (never,), first_bar=pair.bar(0), columns=columns)]
    return []


def _late_start(pair: Pair) -> list[Finding]:
    lacks = _lacking_side(pair)
    if lacks is None:
        return []
    side, mask = lacks
    first = first_true(mask, 0)
    columns = [
        column.name
        for column in pair.features
        if (~np.isfinite(column.right) & np.isfinite(column.left)).any()
    ]
    at_start = first <= _START_BARS
    return [
        Finding(
            Cause.WARMUP if at_start else Cause.STATE_LOST,
            0.93 if at_start else 0.85,
            (LateValues(side, int(mask.sum()), None if at_start else pair.bar(first)),),
            first_bar=pair.bar(first),
            columns=tuple(columns[:6]) or ("probability_up",),
        )
    ]


def _lacking_side(pair: Pair) -> tuple[str, Bools] | None:
    column = pair.probability
    if column is None:
        return None
    for side, mine, other in (("right", column.right, column.left), ("left", column.left, column.right)):
        mask = ~np.isfinite(mine) & np.isfinite(other)
        # one run of missing values, not holes here and there
        if mask.any() and int(mask.sum()) == first_true(~mask[first_true(mask, 0) :], int(mask.sum())):
            return side, mask
    return None


def _fading(pair: Pair, money: Money | None) -> list[Finding]:
    fades = [(column, fade) for column in _columns(pair, money) if (fade := fade_of(column)) is not None]
    if not fades:
        return []
    _, fade = max(fades, key=lambda item: (item[1].ratio is not None, item[1].decline))
    start = min(item[1].start for item in fades)
    names = tuple(item[0].name for item in fades)
    other = [item.name for item in _columns(pair, money) if item.name not in names]
    confidence = _confidence(pair, fade, len(other), len(names))
    late = start > _START_BARS
    facts = FadingColumns(
        names,
        since=pair.bar(start) if late else None,
        equal_bars=start,
        kept=fade.ratio,
        half_life=fade.half_life,
        wilder_length=fade.wilder_length,
        decline=fade.decline,
    )
    return [
        Finding(
            Cause.STATE_LOST if late else Cause.WARMUP,
            confidence - (0.25 if late and not pair.knows_bars else 0.0),
            (facts,),
            first_bar=pair.bar(start),
            columns=names,
        )
    ]


def _confidence(pair: Pair, fade: Fade, other: int, faded: int) -> float:
    best = 0.95 if fade.ratio is not None else 0.85
    if not pair.features:
        best -= 0.1
    if fade.ratio is None and (fade.decline < _CONVINCING or fade.half_life > _SLOW):
        best -= 0.2
    return best if other <= faded else best - 0.3


def _capped(pair: Pair) -> list[Finding]:
    """Find an ATR that begins afresh at each bar; without features `atr_levels` looks at the stop distance."""
    found = level_of(pair, None)
    start = None if found is None else cold_start_of(*found)
    if found is None or start is None:
        return []
    bars_before, length = start
    column = found[0]
    return [
        Finding(
            Cause.WARMUP,
            0.93,
            (CappedColumn(column.name, length, bars_before),),
            first_bar=pair.bar(first_true(column.differs, 0)),
            columns=tuple(item.name for item in pair.features if item.differs.any()),
        )
    ]


def _endless_only(pair: Pair) -> list[Finding]:
    if len(pair.features) < 4 or not pair.knows_bars:
        return []
    differing = [column for column in pair.features if column.differs.any()]
    equal = [column for column in pair.features if not column.differs.any()]
    if not differing or not all(_is_endless(column.name) for column in differing):
        return []
    if sum(not _is_endless(column.name) for column in equal) < 2 or not _is_small(differing):
        return []
    start = min(first_true(column.differs, pair.rows) for column in differing)
    share = max(float(column.differs.mean()) for column in differing)
    if start > _START_BARS or share < 0.9 or len(differing) < 2:
        return []
    names = tuple(column.name for column in differing)
    return [
        Finding(
            Cause.WARMUP,
            0.75,
            (EndlessColumnsOnly(names),),
            first_bar=pair.bar(start),
            columns=names,
            standing=Standing.SUSPICION,
        )
    ]


def _is_small(differing: list[Column]) -> bool:
    return all(
        float(np.median(column.gap)) < 0.5 * column.scale for column in differing if column.scale > 0.0
    )


def _is_endless(name: str) -> bool:
    return _ENDLESS.search(name.lower()) is not None
