"""Bars that a vendor revised or adjusted: which prices, which bars, by how much.

A constant ratio of all prices on one side of a date is an adjustment (split, dividend); nested ranges with less volume
on every bar are bars read before they closed; scattered bars were revised. Without bars, the true ranges that a
Wilder average has taken in tell on which of them the sides disagree.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.findings import BAR_TIMING, DATA_REVISION, SIGNATURE, Finding
from hyprl.causes.signatures.lag import lag_of
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true
from hyprl.causes.signatures.rounding import is_rounded

_RATIO_SPREAD = 2e-4
_LEAST_BARS = 6
_EVERY = 0.95
_ADVICE = (
    "Keep the bars that were decided on, compare them with today's, pin vendor and adjustment on both sides."
)


def find(pair: Pair) -> list[Finding]:
    """Report adjusted, unfinished and revised bars."""
    differing = [column for column in pair.bars if column.differs.any()]
    if not differing:
        return _by_hash(pair) if not pair.bars else []
    if any(lag_of(column) is not None or is_rounded(column) for column in differing):
        return []
    found = _unfinished(pair) or _adjusted(pair)
    return [found if found is not None else _revised(pair, differing)]


def _ratio(column: Column) -> Floats:
    usable = column.both & (column.left != 0.0)
    return np.divide(column.right, column.left, out=np.full_like(column.left, np.nan), where=usable)


def _by_hash(pair: Pair) -> list[Finding]:
    where = pair.bars_part
    if not where.any():
        return []
    return [
        Finding(
            DATA_REVISION,
            SIGNATURE,
            0.55,
            f"{int(where.sum()):,} bars have another bar_hash; their values were not recorded",
            "Record open, high, low, close and volume: they tell a revision from an adjustment or a lag.",
            share_of_gap=None,
            first_bar=pair.bar(first_true(where, 0)),
            columns=("bar_hash",),
        )
    ]


def _prices(pair: Pair) -> list[Column]:
    return [column for column in pair.bars if not column.name.endswith("volume")]


def _adjusted(pair: Pair) -> Finding | None:
    volumes = [column for column in pair.bars if column.name.endswith("volume")]
    for group in (_prices(pair), volumes):
        columns = [column for column in group if column.differs.any()]
        if group is volumes and any(column.differs.any() for column in _prices(pair)):
            return None
        ratios = [_ratio(column) for column in columns]
        if not columns:
            continue
        where = columns[0].differs
        told = [ratio[where & np.isfinite(ratio)] for ratio in ratios]
        if any(len(values) < _LEAST_BARS for values in told):
            continue
        values = np.concatenate(told)
        middle = float(np.median(values))
        if float((np.abs(values - middle) > _RATIO_SPREAD * max(abs(middle - 1.0), 1e-6)).mean()) > 0.05:
            continue
        if _is_one_stretch(where):
            return _adjustment(pair, columns, where, middle)
    return None


def _is_one_stretch(where: Bools) -> bool:
    edges = int(np.abs(np.diff(where.astype(np.int8))).sum())
    return edges <= 1 or (edges == 2 and not where[0] and not where[-1] and int(where.sum()) > 20)


def _adjustment(pair: Pair, columns: list[Column], where: Bools, ratio: float) -> Finding:
    names = tuple(column.name for column in columns)
    last = int(np.flatnonzero(where)[-1])
    until = "over the whole span" if where.all() else f"up to {pair.bar(last)}"
    kind = _kind(ratio, names)
    return Finding(
        DATA_REVISION,
        SIGNATURE,
        0.95,
        f"{', '.join(names)} are {ratio:.6g} times the left side's on {int(where.sum()):,} bars "
        f"{until}: {kind} applied on "
        f"one side only",
        _ADVICE,
        first_bar=pair.bar(first_true(where, 0)),
        columns=names,
        details={"ratio": ratio, "bars": int(where.sum())},
    )


def _kind(ratio: float, names: tuple[str, ...]) -> str:
    larger = max(ratio, 1.0 / ratio) if ratio > 0.0 else 1.0
    if abs(larger - round(larger)) < 1e-3 * larger and larger > 1.5:
        return f"a {round(larger)}:1 split"
    if all(name.endswith("volume") for name in names):
        return "an adjustment of volume"
    return "a dividend" if larger < 1.2 else "an adjustment"


def _unfinished(pair: Pair) -> Finding | None:
    found = {column.name.removeprefix("bar."): column for column in pair.bars}
    if set(found) != {"open", "high", "low", "close", "volume"}:
        return None
    where, volume = pair.bars_part, found["volume"]
    if found["open"].differs.any() or where.mean() < _EVERY or not volume.differs.any():
        return None
    for less, more, side in (("right", "left", "right"), ("left", "right", "left")):
        nested = (getattr(found["high"], less) <= getattr(found["high"], more)) & (
            getattr(found["low"], less) >= getattr(found["low"], more)
        )
        fewer = getattr(volume, less) <= getattr(volume, more)
        if (nested & fewer)[where].mean() >= 0.99:
            return _early(pair, volume, side)
    return None


def _early(pair: Pair, volume: Column, side: str) -> Finding:
    ratio = _ratio(volume)
    part = float(np.nanmedian(ratio if side == "right" else 1.0 / ratio))
    return Finding(
        BAR_TIMING,
        SIGNATURE,
        0.9,
        f"opens agree, but on {pair.bars_part.mean():.0%} of the bars the {side} side has narrower ranges inside the "
        f"other's and {part:.0%} of its volume: bars were decided before they closed",
        "Decide on the closed bar only: wait for the vendor's closing message, not for the clock.",
        first_bar=pair.bar(first_true(pair.bars_part, 0)),
        columns=tuple(column.name for column in pair.bars if column.differs.any()),
        details={"volume_share": part},
    )


def _revised(pair: Pair, differing: list[Column]) -> Finding:
    where = pair.bars_part
    count, share = int(where.sum()), float(where.mean())
    names = tuple(column.name for column in differing)
    changes = np.concatenate([np.abs(_ratio(column) - 1.0) for column in differing])
    largest = float(changes[np.isfinite(changes)].max(initial=0.0))
    what = (
        "another vendor's, or its preliminary bars"
        if share > 0.6
        else "bars that were revised after one side read them"
    )
    return Finding(
        DATA_REVISION,
        SIGNATURE,
        0.9 if share <= 0.6 else 0.8,
        f"{count:,} bars ({share:.1%}) differ in {', '.join(names)}, by up to {largest:.2%}: {what}",
        _ADVICE,
        first_bar=pair.bar(first_true(where, 0)),
        columns=names,
        details={"bars": count, "largest_relative": largest},
    )
