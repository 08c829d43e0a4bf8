"""Warm-up: one side starts later, or from less history, and forgets the difference as Wilder's averages do.

Three marks, each enough: one side has no values at the beginning; a difference fades geometrically from the first bar
on; only columns with an endless memory differ, none that is a function of a window. A fade that begins in mid-run after
equal bars is a state lost at a restart.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from hyprl.causes.findings import SIGNATURE, STATE_LOST, WARMUP, Finding
from hyprl.causes.signatures import unseen
from hyprl.causes.signatures.fading import Fade, fade_of
from hyprl.causes.signatures.money import Money
from hyprl.causes.signatures.pair import Bools, Column, Pair, first_true
from hyprl.causes.signatures.ranges import cold_start_of, level_of
from hyprl.parity.diff import side_columns

_START_BARS = 3
_LEAST_BARS = 8
_CONVINCING, _SLOW = 1e3, 110.0
_ENDLESS = re.compile(
    r"(?:^|[._])(n?atr|rsi|ema|d?ema|tema|adx|adxr|[dp]i|macd|kama|obv|rma|smma|wilder)(?=[._\d]|$)"
)
_ADVICE = (
    "Feed both sides the same history before the first decision, or start from a snapshot; `hyprl warmup` measures how "
    "many bars a cold start needs."
)
_CAP_ADVICE = "One side computes from too short a history: give it more bars, or keep the averages' state."
_RESTART_ADVICE = (
    "Persist the feature states with the position, or warm up from the same history after a restart."
)


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report a late start, a fade from the start, a fade from mid-run, or columns of endless memory alone."""
    if pair.bars_part.any() or pair.has_holes or unseen.is_adjusted(pair, money):
        return []
    found = _late_start(pair) or _fading(pair, money) or _capped(pair)
    return found or _endless_only(pair) or _never_ready(pair)


def faded_bars(pair: Pair, money: Money | None) -> bool:
    """Tell whether what differs upstream of the gates fades."""
    return any(fade_of(column) is not None for column in _columns(pair, money))


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
            said = (
                f"the {side} side has no probability on any bar and never signals: its features never got ready, or it "
                f"does not log it"
            )
            columns = ("probability_up",)
            return [Finding(WARMUP, SIGNATURE, 0.6, said, _ADVICE, first_bar=pair.bar(0), columns=columns)]
    return []


def _late_start(pair: Pair) -> list[Finding]:
    lacks = _lacking_side(pair)
    if lacks is None:
        return []
    side, mask = lacks
    first = first_true(mask, 0)
    count = int(mask.sum())
    columns = [
        column.name
        for column in pair.features
        if (~np.isfinite(column.right) & np.isfinite(column.left)).any()
    ]
    at_start = first <= _START_BARS
    cause, advice = (WARMUP, _ADVICE) if at_start else (STATE_LOST, _RESTART_ADVICE)
    when = "at the beginning" if at_start else f"in mid-run, from {pair.bar(first)} on"
    return [
        Finding(
            cause,
            SIGNATURE,
            0.93 if at_start else 0.85,
            f"{count:,} bars {when} have no probability on the {side} side and one on the other: its features were "
            f"still warming up",
            advice,
            first_bar=pair.bar(first),
            columns=tuple(columns[:6]) or ("probability_up",),
            details={"bars": count, "side": side},
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
    where = "from the first bar" if not late else f"from {pair.bar(start)} on, after {start:,} equal bars,"
    return [
        Finding(
            STATE_LOST if late else WARMUP,
            SIGNATURE,
            confidence - (0.25 if late and not pair.knows_bars else 0.0),
            f"{where} {_named(names)} differ by less and less: {_speed(fade)}, {fade.decline:.0e}-fold in all",
            _RESTART_ADVICE if late else _ADVICE,
            first_bar=pair.bar(start),
            columns=names,
            details={"half_life_bars": fade.half_life, "wilder_length": fade.wilder_length},
        )
    ]


def _confidence(pair: Pair, fade: Fade, other: int, faded: int) -> float:
    best = 0.95 if fade.ratio is not None else 0.85
    if not pair.features:
        best -= 0.1
    if fade.ratio is None and (fade.decline < _CONVINCING or fade.half_life > _SLOW):
        best -= 0.2
    return best if other <= faded else best - 0.3


def _speed(fade: Fade) -> str:
    if fade.ratio is None:
        return f"half-life {fade.half_life:.1f} bars"
    exact = f"each bar keeps {fade.ratio:.5f} of it"
    return f"{exact}, as a Wilder average of {fade.wilder_length:.1f} bars does"


def _capped(pair: Pair) -> list[Finding]:
    """Find an ATR that begins afresh at each bar; without features `unseen` looks at the stop distance."""
    found = level_of(pair, None)
    start = None if found is None else cold_start_of(*found)
    if found is None or start is None:
        return []
    bars, length = start
    column = found[0]
    differing = tuple(item.name for item in pair.features if item.differs.any())
    return [
        Finding(
            WARMUP,
            SIGNATURE,
            0.93,
            f"on every bar the right side's {column.name.removeprefix('indicator.')} is off by what a "
            f"Wilder average of "
            f"{length} begun afresh {bars} bars before is off by: each bar is computed from its last {bars} bars",
            _CAP_ADVICE,
            first_bar=pair.bar(first_true(column.differs, 0)),
            columns=differing,
            details={"bars": bars, "wilder_length": length},
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
            WARMUP,
            SIGNATURE,
            0.75,
            f"only columns that never forget their start differ ({_named(names)}), all along; every column of a fixed "
            f"window is equal on equal bars",
            _CAP_ADVICE,
            first_bar=pair.bar(start),
            columns=names,
            details={"only": "endless averages"},
        )
    ]


def _is_small(differing: list[Column]) -> bool:
    return all(
        float(np.median(column.gap)) < 0.5 * column.scale for column in differing if column.scale > 0.0
    )


def _is_endless(name: str) -> bool:
    return _ENDLESS.search(name.lower()) is not None


def _named(names: tuple[str, ...]) -> str:
    shown = ", ".join(name.removeprefix("indicator.") for name in names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"
