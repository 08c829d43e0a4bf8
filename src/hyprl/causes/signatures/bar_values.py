"""Read recorded bars: which were adjusted, unfinished or revised, in which columns and by how much.

A constant ratio of all prices on one side of a date is an adjustment (split, dividend); nested ranges with less volume
on every bar are bars read before they closed; scattered bars were revised.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.bar_values import (
    AdjustedBars,
    Adjustment,
    OtherBarHashes,
    RevisedBars,
    UnfinishedBars,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.lags import lag_of
from hyprl.causes.signatures.number_formats import is_rounded
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true

_RATIO_SPREAD = 2e-4
_LEAST_BARS = 6
_EVERY = 0.95
# Above it is no correction of single bars but another source.
_FEW = 0.6


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
            Cause.DATA_REVISION,
            0.55,
            (OtherBarHashes(int(where.sum())),),
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
        by_column = [ratio[where & np.isfinite(ratio)] for ratio in ratios]
        if any(len(values) < _LEAST_BARS for values in by_column):
            continue
        values = np.concatenate(by_column)
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
    last = None if where.all() else pair.bar(int(np.flatnonzero(where)[-1]))
    return Finding(
        Cause.DATA_REVISION,
        0.95,
        (AdjustedBars(names, ratio, int(where.sum()), last, _looks_like(ratio, names)),),
        first_bar=pair.bar(first_true(where, 0)),
        columns=names,
    )


def _looks_like(ratio: float, names: tuple[str, ...]) -> Adjustment:
    larger = max(ratio, 1.0 / ratio) if ratio > 0.0 else 1.0
    if abs(larger - round(larger)) < 1e-3 * larger and larger > 1.5:
        return Adjustment.SPLIT
    if all(name.endswith("volume") for name in names):
        return Adjustment.VOLUME
    return Adjustment.DIVIDEND if larger < 1.2 else Adjustment.OTHER


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
    volume_share = float(np.nanmedian(ratio if side == "right" else 1.0 / ratio))
    return Finding(
        Cause.BAR_TIMING,
        0.9,
        (UnfinishedBars(side, float(pair.bars_part.mean()), volume_share),),
        first_bar=pair.bar(first_true(pair.bars_part, 0)),
        columns=tuple(column.name for column in pair.bars if column.differs.any()),
    )


def _revised(pair: Pair, differing: list[Column]) -> Finding:
    where = pair.bars_part
    share = float(where.mean())
    names = tuple(column.name for column in differing)
    changes = np.concatenate([np.abs(_ratio(column) - 1.0) for column in differing])
    largest = float(changes[np.isfinite(changes)].max(initial=0.0))
    return Finding(
        Cause.DATA_REVISION,
        0.9 if share <= _FEW else 0.8,
        (RevisedBars(int(where.sum()), share, names, largest, share > _FEW),),
        first_bar=pair.bar(first_true(where, 0)),
        columns=names,
    )
