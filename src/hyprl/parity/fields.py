"""Which fields of a diff can be compared, on which bars they need a value, and where they differ in a bit.

Two floats are equal when their float64 bits are: 0 and -0 differ, and NaN equals NaN only on a bar that needs no
value. A value that a bar needs and both sides lack is unequal too: missing is a failure, not an agreement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hyprl.domain.arrays import BoolArray, Int64Array
from hyprl.logs.vocabulary import (
    KEYS,
    NEED_A_DIRECTION,
    NO_DIRECTION,
    NOT_COMPARED,
    NUMERIC,
    REASONS_WITHOUT_VALUES,
    REJECT,
)
from hyprl.parity.diff import BT, REPLAY, false_if_null, side_columns

_FLAGS = ("_merge", "bt_only", "replay_only", "decision_match")


@dataclass(frozen=True, slots=True)
class FieldSets:
    """Field names of a diff: on both sides with one type, and the rest (absent on a side, or of two types)."""

    compared: tuple[str, ...]
    not_comparable: tuple[str, ...]


def field_sets(diff: pl.DataFrame) -> FieldSets:
    """Sort the diff's fields; run_id, source and record_hash are in neither set."""
    compared: list[str] = []
    rest: list[str] = []
    for name in _field_names(diff):
        bt, replay = (diff.schema.get(column) for column in side_columns(name))
        (compared if bt is not None and bt == replay else rest).append(name)
    return FieldSets(tuple(compared), tuple(rest))


def needs_values(paired: pl.DataFrame) -> BoolArray:
    """Say for each paired bar whether it needs values at all: not when both reject it for `warmup` or `data`."""
    return ~(_on_both_sides(paired, "reason", REASONS_WITHOUT_VALUES) & _rejected(paired))


def needs_value(paired: pl.DataFrame, name: str) -> BoolArray:
    """Say for each paired bar whether `name` must have a value on both sides.

    As `needs_values`; and expected P&L, size and risk amount not on a bar that both reject without a direction.
    """
    needs = needs_values(paired)
    return needs & ~_without_direction(paired) if name in NEED_A_DIRECTION else needs


def has_both(paired: pl.DataFrame, name: str) -> BoolArray:
    """Say for each paired bar whether the numeric field `name` is finite on both sides."""
    bt, replay = (finite(paired[column]) for column in side_columns(name))
    both: BoolArray = np.logical_and(bt, replay)
    return both


def finite(series: pl.Series) -> BoolArray:
    """Say for each number whether it is there and finite."""
    if series.null_count():
        return series.is_finite().fill_null(False).to_numpy()
    there: BoolArray = np.isfinite(series.to_numpy())
    return there


def unequal(paired: pl.DataFrame, name: str) -> BoolArray:
    """Say for each paired bar whether the field differs in a bit, or lacks a value that the bar needs."""
    bt, replay = (paired[column] for column in side_columns(name))
    if name.endswith("hash"):
        unlike: BoolArray = np.logical_not(false_if_null(bt == replay).to_numpy())
        return unlike
    whole = not (bt.null_count() or replay.null_count())
    if not bt.dtype.is_float():
        return (bt != replay if whole else bt.ne_missing(replay)).to_numpy()
    differs: BoolArray = _bits(bt) != _bits(replay)
    if not whole:
        differs = np.logical_or(differs, (bt.is_null() != replay.is_null()).to_numpy())
    absent = _absent(bt, name)
    return np.logical_or(differs, absent & needs_value(paired, name)) if absent.any() else differs


def _absent(series: pl.Series, name: str) -> BoolArray:
    if series.null_count():
        return series.is_nan().fill_null(name in NUMERIC).to_numpy()
    absent: BoolArray = np.isnan(series.to_numpy())
    return absent


def _field_names(diff: pl.DataFrame) -> list[str]:
    names = []
    for column in diff.columns:
        if column in (*KEYS, *_FLAGS) or (
            column.startswith("abs_diff_") and not column.endswith((BT, REPLAY))
        ):
            continue
        names.append(column.removesuffix(BT) if column.endswith(BT) else column.removesuffix(REPLAY))
    return [name for name in dict.fromkeys(names) if name not in NOT_COMPARED]


def _bits(series: pl.Series) -> Int64Array:
    whole = series.fill_null(0.0) if series.null_count() else series
    return whole.to_numpy().view(np.int64)


def _without_direction(paired: pl.DataFrame) -> BoolArray:
    if not all(column in paired.columns for column in side_columns("direction")):
        return np.zeros(paired.height, dtype=np.bool_)
    none = [_lacks_direction(paired[column]) for column in side_columns("direction")]
    return (none[0] & none[1]).to_numpy() & _rejected(paired)


def _lacks_direction(series: pl.Series) -> pl.Series:
    return (series.fill_null(NO_DIRECTION) if series.null_count() else series) == NO_DIRECTION


def _rejected(paired: pl.DataFrame) -> BoolArray:
    return _on_both_sides(paired, "decision", (REJECT,))


def _on_both_sides(paired: pl.DataFrame, name: str, words: tuple[str, ...]) -> BoolArray:
    columns = side_columns(name)
    if not all(paired.schema.get(column) == pl.String for column in columns):
        return np.zeros(paired.height, dtype=np.bool_)
    masks = [_is_one_of(paired[column], words) for column in columns]
    return (masks[0] & masks[1]).to_numpy()


def _is_one_of(series: pl.Series, words: tuple[str, ...]) -> pl.Series:
    found = series == words[0]
    for word in words[1:]:
        found |= series == word
    return false_if_null(found)
