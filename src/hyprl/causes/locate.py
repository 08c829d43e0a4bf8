"""Find where two logs part: for each bar the first step that differs, then the first bar and its column.

A hash counts where both logs have it, values count where not. A value that one side lacks is a difference; one that
both lack is none, and is said. `left_missing` and `right_missing` are bars that a side does not have at all.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl

from hyprl.causes.facts.unassessed import (
    ExcusedBars,
    Holders,
    Unassessed,
    UncomparedStep,
    UnknownColumns,
    ValuesMissingOnBoth,
)
from hyprl.causes.findings import DivergentRun, Location
from hyprl.causes.steps import (
    CONFIG_HASH,
    STEPS,
    DecisionStep,
    in_blame_order,
    step_of,
    unknown_columns,
)
from hyprl.domain.arrays import BoolArray, Int64Array
from hyprl.domain.instants import iso_utc
from hyprl.parity import fields
from hyprl.parity.diff import BOTH, LEFT_ONLY, RIGHT_ONLY, side_columns

_NO_STEP = len(STEPS)
_NUMERIC_STEPS = (DecisionStep.FEATURES, DecisionStep.PROBABILITY, DecisionStep.SIZE, DecisionStep.EV)
# A decision is in every log.
_CAN_BE_ABSENT = tuple(step for step in STEPS if step is not DecisionStep.DECISION)


def locate(diff: pl.DataFrame) -> Location:
    """Locate the parting of a diff that `diff_logs` made.

    The first step is per bar; a bar that one side lacks parts at `bars`, column `timestamp`. Columns of unknown
    meaning locate nothing. Runs count neighbouring bars of one symbol.
    """
    paired = diff.filter(pl.col("_merge") == BOTH)
    by_step = _columns_by_step(paired)
    masks = {name: _differs(paired, name) for names in by_step.values() for name in names}
    places = _first_steps(diff, paired, by_step, masks)
    parts = places < _NO_STEP
    first = int(parts.argmax()) if parts.any() else None
    step = None if first is None else STEPS[places[first]]
    counted = Counter(places[parts].tolist())
    merges = dict(diff["_merge"].value_counts().iter_rows())
    return Location(
        first_bar=None if first is None else iso_utc(_epoch(diff, first)),
        symbol=None if first is None else str(diff["symbol"][first]),
        step=step,
        column=None if first is None or step is None else _column_at(diff, first, by_step[step], masks),
        bars_by_step={STEPS[place]: counted[place] for place in sorted(counted)},
        runs=_runs(diff, parts),
        left_missing=merges.get(RIGHT_ONLY, 0),
        right_missing=merges.get(LEFT_ONLY, 0),
        mismatching=int((parts & (diff["_merge"] == BOTH).to_numpy()).sum()),
        not_assessed=(*_not_assessed(diff, by_step), *_absent_on_both(paired, masks)),
    )


def _columns_by_step(paired: pl.DataFrame) -> dict[DecisionStep, tuple[str, ...]]:
    compared = fields.field_sets(paired).compared
    found: dict[DecisionStep, list[str]] = {step: [] for step in STEPS}
    for name in compared:
        step = step_of(name)
        if step is not None:
            found[step].append(name)
    if CONFIG_HASH in compared:
        found[DecisionStep.GATES].append(CONFIG_HASH)
    return {step: in_blame_order(tuple(names)) for step, names in found.items()}


def _first_steps(
    diff: pl.DataFrame,
    paired: pl.DataFrame,
    by_step: dict[DecisionStep, tuple[str, ...]],
    masks: dict[str, BoolArray],
) -> Int64Array:
    """Return for every bar the place of the first step that differs, `_NO_STEP` where none does."""
    of_paired = np.full(paired.height, _NO_STEP, np.int64)
    if CONFIG_HASH in masks:
        of_paired[masks[CONFIG_HASH]] = STEPS.index(DecisionStep.GATES)
    for place in reversed(range(_NO_STEP)):
        for name in by_step[STEPS[place]]:
            if name != CONFIG_HASH:
                of_paired[masks[name]] = place
    of_all = np.zeros(diff.height, np.int64)
    of_all[(diff["_merge"] == BOTH).to_numpy()] = of_paired
    return of_all


def _column_at(diff: pl.DataFrame, row: int, names: tuple[str, ...], masks: dict[str, BoolArray]) -> str:
    if diff["_merge"][row] != BOTH:
        return "timestamp"
    place = int((diff["_merge"][:row] == BOTH).sum())
    differing = [name for name in names if masks[name][place]]
    return next((name for name in differing if name != CONFIG_HASH), CONFIG_HASH)


def _differs(paired: pl.DataFrame, name: str) -> BoolArray:
    bt, replay = (paired[column] for column in side_columns(name))
    return fields.unequal(paired, name) & ~(_absent(bt) & _absent(replay))


def _absent(series: pl.Series) -> BoolArray:
    absent = series.is_null()
    return (absent | series.is_nan().fill_null(True) if series.dtype.is_float() else absent).to_numpy()


def _runs(diff: pl.DataFrame, parts: BoolArray) -> tuple[DivergentRun, ...]:
    runs = []
    marked = diff.select("timestamp", "symbol", pl.Series("parts", parts))
    for frame in marked.partition_by("symbol", maintain_order=True):
        mask, opens = frame["parts"].to_numpy(), frame["timestamp"].dt.epoch("us").to_numpy()
        edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
        for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            runs.append(DivergentRun(iso_utc(int(opens[start])), iso_utc(int(opens[stop - 1])), stop - start))
    return tuple(sorted(runs, key=lambda run: run.start))


def _not_assessed(diff: pl.DataFrame, by_step: dict[DecisionStep, tuple[str, ...]]) -> list[Unassessed]:
    found: list[Unassessed] = [
        UncomparedStep(step, _holders(diff, step)) for step in _CAN_BE_ABSENT if not by_step[step]
    ]
    unknown = unknown_columns(fields.field_sets(diff).compared)
    return [*found, UnknownColumns(unknown)] if unknown else found


def _holders(diff: pl.DataFrame, step: DecisionStep) -> Holders:
    left, right = (
        any(
            column.endswith(suffix) and step_of(column.removesuffix(suffix)) == step
            for column in diff.columns
        )
        for suffix in ("_bt", "_replay")
    )
    if left and right:
        return Holders.BOTH
    return Holders.LEFT if left else Holders.RIGHT if right else Holders.NEITHER


def _absent_on_both(paired: pl.DataFrame, masks: dict[str, BoolArray]) -> list[Unassessed]:
    excused, unexcused = 0, []
    needs = fields.needs_values(paired)
    for name in masks:
        if not paired[name + "_bt"].dtype.is_float() or step_of(name) not in _NUMERIC_STEPS:
            continue
        bt, replay = (paired[column] for column in side_columns(name))
        both = _absent(bt) & _absent(replay)
        excused = max(excused, int((both & ~needs).sum()))
        lacking = int((both & fields.needs_value(paired, name)).sum())
        if lacking:
            unexcused.append((name, lacking))
    found: list[Unassessed] = [ExcusedBars(excused)] if excused else []
    return [*found, ValuesMissingOnBoth(tuple(unexcused))] if unexcused else found


def _epoch(frame: pl.DataFrame, row: int) -> int:
    return int(frame["timestamp"].dt.epoch("us")[row])
