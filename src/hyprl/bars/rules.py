"""The predicates of every validation rule, each in one place, for a whole file and for one live bar alike.

Every function takes numpy columns or Python numbers and compares element by element. All of them are causal:
whether a bar breaks a rule follows from that bar and earlier ones, so a shorter history flags the same bars.

`split_jump`: a bar opens at the previous close divided (or multiplied) by a common split ratio within 4 %, and still
closes at that level within 12 %, which tells a split from one bad print. Inside a session the two bars must be
neighbours: then no trade lies between them that could explain the jump. Over a long gap none is looked for.
`volume_break`: the median session volume of 20 sessions is at least 3 times (or at most a third of) that of
the 20 before them, with the quartiles apart. A split whose volumes were left unadjusted does this; noise and
earnings do not. It is flagged once enough sessions have shown it, and its note dates it back to the change.
"""

from __future__ import annotations

import numpy as np

from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.domain.bars import FLAW_BITS

Number = float | Float64Array

RULES = tuple("missing" if name == "missing_before" else name for name in FLAW_BITS)
BAR_RULES = (
    "off_grid",
    "non_finite",
    "inconsistent_range",
    "non_positive_price",
    "zero_volume",
    "negative_volume",
)
SPLIT_RATIOS = np.array([1.5, 2, 3, 4, 5, 7, 8, 10, 15, 20, 25])
SPLIT_FACTORS = np.concatenate([SPLIT_RATIOS, 1.0 / SPLIT_RATIOS])
SPLIT_TOLERANCE = 0.04
LEVEL_TOLERANCE = 0.12
# Five sessions of seven hours. Prices farther apart need no split to explain them: 200 missing bars in which a price
# doubled looked like a reverse one. In three years of five large stocks a price came no farther than x1.30 in five
# trading days, short of the least ratio, but x1.58 in 28 and x1.76 in 40.
MOST_HOURS_BETWEEN = 35
BREAK_SESSIONS = 20
BREAK_SESSIONS_LEAST = 10
BREAK_FACTOR = 3.0


def flaw_bit(rule: str) -> int:
    """Return the bit of `BarSeries.flaws` that the rule sets."""
    return FLAW_BITS["missing_before" if rule == "missing" else rule]


def broken_bar_rules(
    prices: tuple[Number, Number, Number, Number], volume: Number, on_grid: bool | BoolArray
) -> dict[str, BoolArray]:
    """Return for each rule of one bar by itself where it is broken. Prices are open, high, low, close.

    NaN breaks `non_finite` and no other rule.
    """
    opened, high, low, close = (np.asarray(price) for price in prices)
    traded = np.asarray(volume)
    finite = (
        np.isfinite(opened) & np.isfinite(high) & np.isfinite(low) & np.isfinite(close) & np.isfinite(traded)
    )
    return {
        "off_grid": ~np.asarray(on_grid),
        "non_finite": ~finite,
        "inconsistent_range": (low > np.minimum(opened, close)) | (high < np.maximum(opened, close)),
        "non_positive_price": (opened <= 0) | (high <= 0) | (low <= 0) | (close <= 0),
        "zero_volume": traded == 0,
        "negative_volume": traded < 0,
    }


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def split_factors(previous_close: Number, opened: Number, close: Number) -> Float64Array:
    """Return the split ratio that a bar looks like after another (10 for a 10:1), 0 for none."""
    before, now, later = (
        np.atleast_1d(np.asarray(price, dtype=np.float64)) for price in (previous_close, opened, close)
    )
    sane = (
        (before > 0) & (now > 0) & (later > 0) & np.isfinite(before) & np.isfinite(now) & np.isfinite(later)
    )
    jump = np.divide(before, now, out=np.ones_like(before), where=sane)
    kept = np.divide(before, later, out=np.ones_like(before), where=sane)
    distance = np.abs(jump[:, None] / SPLIT_FACTORS - 1.0)
    nearest = SPLIT_FACTORS[np.argmin(distance, axis=1)]
    fits = (
        sane & (distance.min(axis=1) <= SPLIT_TOLERANCE) & (np.abs(kept / nearest - 1.0) <= LEVEL_TOLERANCE)
    )
    return np.where(fits, nearest, 0.0)


def can_show_a_jump(hours_between: int | Int64Array, new_session: bool | BoolArray) -> BoolArray:
    """Tell whether a bar may be held against the one before: `hours_between` are the session hours that lie between."""
    between = np.asarray(hours_between)
    return np.where(new_session, between <= MOST_HOURS_BETWEEN, between == 0)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def volume_scale_changed(session_volumes: Float64Array) -> bool:
    """Tell whether the latest 20 complete sessions trade on another scale than those before. Oldest first."""
    after = np.sort(session_volumes[-BREAK_SESSIONS:])
    before = np.sort(session_volumes[-2 * BREAK_SESSIONS : -BREAK_SESSIONS])
    if len(before) < BREAK_SESSIONS_LEAST:
        return False
    low, high = (before, after) if after[len(after) // 2] > before[len(before) // 2] else (after, before)
    middle_low, middle_high = float(np.median(low)), float(np.median(high))
    apart = low[(3 * len(low)) // 4] < high[len(high) // 4]
    return bool(apart and middle_low > 0 and middle_high >= BREAK_FACTOR * middle_low)


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def locate_volume_change(session_volumes: Float64Array) -> tuple[int, float]:
    """Return where the scale changed (index of the first session after) and by which factor.

    The index is the least-squares change point of the logarithms.
    """
    logs = np.log(np.maximum(session_volumes, 1.0))
    sizes = np.arange(1, len(logs))
    left = np.cumsum(logs)[:-1]
    right = logs.sum() - left
    gain = left**2 / sizes + right**2 / (len(logs) - sizes)
    cut = int(np.argmax(gain)) + 1
    return cut, float(np.exp(np.median(logs[cut:]) - np.median(logs[:cut])))
