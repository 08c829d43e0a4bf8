"""Choose the bars that a reader should open first, and lay their fields side by side.

Order: bars whose decisions differ (or that only one side emits), then by |Δ probability|, then by how many fields
differ in a bit, then by time. The earliest bar that differs is always among them, and stands first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.domain.instants import iso_utc
from hyprl.logs.vocabulary import EMIT
from hyprl.parity import fields
from hyprl.parity.diff import BOTH, side_columns

MOST_BARS = 50


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field of one bar. `differs` is by the float64 bits, None where a side has no such column or bar."""

    name: str
    bt: object
    replay: object
    differs: bool | None


@dataclass(frozen=True, slots=True)
class WorstBar:
    """One differing bar: its row in the diff, ISO 8601 open, merge kind and every field of both sides."""

    row: int
    timestamp: str
    symbol: str
    merge: str
    decision_differs: bool
    abs_diff_probability: float | None
    fields: tuple[FieldPair, ...]

    @property
    def unequal(self) -> int:
        """Count the fields that differ in a bit."""
        return sum(pair.differs is True for pair in self.fields)


def worst_bars(diff: pl.DataFrame, most: int = MOST_BARS) -> tuple[WorstBar, ...]:
    """Return at most `most` bars of a diff that `diff_logs` made; none when every compared field is equal."""
    masks = unequal_masks(diff)
    counts = np.zeros(diff.height, dtype=np.int64)
    for mask in masks.values():
        counts += mask
    alone = (diff["_merge"] != BOTH).to_numpy()
    rows = np.flatnonzero((counts > 0) | alone | decisions_differ(diff))
    if not len(rows):
        return ()
    ranked = _ranked(diff, rows, counts)[:most]
    first = int(rows[0])
    chosen = [first, *(row for row in ranked if row != first)][:most]
    names = _shown_names(diff)
    return tuple(_bar(diff, row, names, masks) for row in chosen)


def unequal_masks(diff: pl.DataFrame) -> dict[str, BoolArray]:
    """Say for each compared field at which rows of the diff it differs in a bit; False where a side is absent."""
    paired = (diff["_merge"] == BOTH).to_numpy()
    both = diff.filter(pl.col("_merge") == BOTH)
    masks = {}
    for name in fields.field_sets(diff).compared:
        mask = np.zeros(diff.height, dtype=np.bool_)
        mask[paired] = fields.unequal(both, name)
        masks[name] = mask
    return masks


def decisions_differ(diff: pl.DataFrame) -> BoolArray:
    """Say for each row whether the decisions differ, or only one side emits: what `differing_bars` counts."""
    diverges = ~pl.col("decision_match").fill_null(True)
    return diff.select(pl.col("bt_only") | pl.col("replay_only") | diverges).to_series().to_numpy()


def probability_gaps(diff: pl.DataFrame) -> Float64Array:
    """Return |Δ probability| for each row, NaN where it cannot be told."""
    if "abs_diff_probability_up" not in diff.columns:
        return np.full(diff.height, np.nan)
    return diff["abs_diff_probability_up"].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _ranked(diff: pl.DataFrame, rows: Int64Array, counts: Int64Array) -> list[int]:
    gaps = np.nan_to_num(probability_gaps(diff)[rows], nan=-1.0, posinf=np.inf)
    differs = decisions_differ(diff)[rows]
    order = np.lexsort((rows, -counts[rows], -gaps, ~differs))
    return [int(row) for row in rows[order]]


def _shown_names(diff: pl.DataFrame) -> tuple[str, ...]:
    sets = fields.field_sets(diff)
    return tuple(sorted((*sets.compared, *sets.not_comparable), key=_place(diff)))


def _place(diff: pl.DataFrame) -> Callable[[str], int]:
    places = {column: place for place, column in enumerate(diff.columns)}
    return lambda name: min(places.get(column, len(places)) for column in side_columns(name))


def _bar(diff: pl.DataFrame, row: int, names: tuple[str, ...], masks: dict[str, BoolArray]) -> WorstBar:
    values = diff.row(row, named=True)
    paired = values["_merge"] == BOTH
    gap = values.get("abs_diff_probability_up")
    stamp = iso_utc(int(diff["timestamp"].slice(row, 1).dt.epoch("us").item()))
    differs = values["decision_match"] is False or values["bt_only"] or values["replay_only"]
    pairs = []
    for name in names:
        bt, replay = (values.get(column) for column in side_columns(name))
        differs_here = bool(masks[name][row]) if paired and name in masks else None
        pairs.append(FieldPair(name, bt, replay, differs_here))
    return WorstBar(row, stamp, values["symbol"], values["_merge"], differs, gap, tuple(pairs))


def decided(decision: object, direction: object) -> str:
    """Return what a side decided in one word: long, short, emit, reject, undecided."""
    if decision is None:
        return "undecided"
    if decision == EMIT and direction in ("long", "short"):
        return str(direction)
    return str(decision)
