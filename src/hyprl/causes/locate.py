"""Find where two logs part: for each bar the first stage that differs, then the first bar and its column.

A hash counts where both logs have it, values count where not. A value that one side lacks is a difference; one that
both lack is none, and is said. `left_missing` and `right_missing` are bars that a side does not have at all.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl

from hyprl.causes.findings import STAGES, DivergentRun, Location
from hyprl.causes.steps import (
    BARS,
    CONFIG_HASH,
    EV,
    FEATURES,
    GATES,
    MODEL,
    PROBABILITY,
    SIZE,
    in_blame_order,
    stage_of,
    unknown_columns,
)
from hyprl.domain.arrays import BoolArray, Int64Array
from hyprl.domain.instants import iso_utc
from hyprl.parity import fields
from hyprl.parity.diff import BOTH, LEFT_ONLY, RIGHT_ONLY, side_columns

_NONE = len(STAGES)
_RECORD = {
    BARS: "record open, high, low, close, volume (or bar_hash) to tell a data fault from a feature fault",
    FEATURES: "record the features to tell a feature fault from a model fault",
    MODEL: "record model_params_hash to tell another model from other inputs",
    PROBABILITY: "record probability_up to tell a model fault from a gate that differs",
    GATES: "record reason, threshold_long and threshold_short to tell which gate parts the engines",
    SIZE: "record position_size, and the equity that sized it, to tell a sizing fault",
    EV: "record expected_pnl to compare what each side expected",
}


def locate(diff: pl.DataFrame) -> Location:
    """Locate the parting of a diff that `diff_logs` made.

    The first stage is per bar, in the order of STAGES; a bar that one side lacks parts at `bars`, column
    `timestamp`. Columns of unknown meaning locate nothing. Runs count neighbouring bars of one symbol.
    """
    paired = diff.filter(pl.col("_merge") == BOTH)
    by_stage = _columns_by_stage(paired)
    masks = {name: _differs(paired, name) for names in by_stage.values() for name in names}
    stages = _stages(diff, paired, by_stage, masks)
    parts = stages < _NONE
    first = int(parts.argmax()) if parts.any() else None
    counted = Counter(stages[parts].tolist())
    merges = dict(diff["_merge"].value_counts().iter_rows())
    return Location(
        first_bar=None if first is None else iso_utc(_epoch(diff, first)),
        symbol=None if first is None else str(diff["symbol"][first]),
        stage=None if first is None else STAGES[stages[first]],
        column=None if first is None else _column_at(diff, first, by_stage, masks, STAGES[stages[first]]),
        bars_by_stage={STAGES[stage]: counted[stage] for stage in sorted(counted)},
        runs=_runs(diff, parts),
        left_missing=merges.get(RIGHT_ONLY, 0),
        right_missing=merges.get(LEFT_ONLY, 0),
        mismatching=int((parts & (diff["_merge"] == BOTH).to_numpy()).sum()),
        not_assessed=(*_not_assessed(diff, by_stage), *_absent_on_both(paired, masks)),
    )


def _columns_by_stage(paired: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    compared = fields.field_sets(paired).compared
    found: dict[str, list[str]] = {stage: [] for stage in STAGES}
    for name in compared:
        stage = stage_of(name)
        if stage is not None:
            found[stage].append(name)
    if CONFIG_HASH in compared:
        found[GATES].append(CONFIG_HASH)
    return {stage: in_blame_order(tuple(names)) for stage, names in found.items()}


def _stages(
    diff: pl.DataFrame,
    paired: pl.DataFrame,
    by_stage: dict[str, tuple[str, ...]],
    masks: dict[str, BoolArray],
) -> Int64Array:
    of_paired = np.full(paired.height, _NONE, np.int64)
    if CONFIG_HASH in masks:
        of_paired[masks[CONFIG_HASH]] = STAGES.index(GATES)
    for place in reversed(range(_NONE)):
        for name in by_stage[STAGES[place]]:
            if name != CONFIG_HASH:
                of_paired[masks[name]] = place
    of_all = np.zeros(diff.height, np.int64)
    of_all[(diff["_merge"] == BOTH).to_numpy()] = of_paired
    return of_all


def _column_at(
    diff: pl.DataFrame,
    row: int,
    by_stage: dict[str, tuple[str, ...]],
    masks: dict[str, BoolArray],
    stage: str,
) -> str:
    if diff["_merge"][row] != BOTH:
        return "timestamp"
    place = int((diff["_merge"][:row] == BOTH).sum())
    names = [name for name in by_stage[stage] if masks[name][place]]
    return next((name for name in names if name != CONFIG_HASH), CONFIG_HASH)


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


def _not_assessed(diff: pl.DataFrame, by_stage: dict[str, tuple[str, ...]]) -> list[str]:
    said = []
    for stage, remedy in _RECORD.items():
        if not by_stage[stage]:
            said.append(f"{stage}: {_whose(diff, stage)}; {remedy}")
    unknown = unknown_columns(fields.field_sets(diff).compared)
    if unknown:
        listed = ", ".join(unknown[:6]) + (" …" if len(unknown) > 6 else "")
        said.append(f"columns of unknown meaning locate nothing: {listed}; name features `indicator.<name>`")
    return said


def _whose(diff: pl.DataFrame, stage: str) -> str:
    has = [
        any(
            column.endswith(suffix) and stage_of(column.removesuffix(suffix)) == stage
            for column in diff.columns
        )
        for suffix in ("_bt", "_replay")
    ]
    if not any(has):
        return "in neither log"
    return "no column in both logs" if all(has) else f"in the {'left' if has[0] else 'right'} log only"


def _absent_on_both(paired: pl.DataFrame, masks: dict[str, BoolArray]) -> list[str]:
    said, excused, unexcused = [], 0, []
    needs = fields.needs_values(paired)
    for name in masks:
        if not paired[name + "_bt"].dtype.is_float() or stage_of(name) not in (
            FEATURES,
            PROBABILITY,
            SIZE,
            EV,
        ):
            continue
        bt, replay = (paired[column] for column in side_columns(name))
        both = _absent(bt) & _absent(replay)
        excused = max(excused, int((both & ~needs).sum()))
        lacking = int((both & fields.needs_value(paired, name)).sum())
        if lacking:
            unexcused.append(f"{name} ({lacking:,})")
    if excused:
        said.append(
            f"{excused:,} bars: both sides reject in warm-up or for bad data and have no values, as they may"
        )
    if unexcused:
        listed = ", ".join(unexcused[:6]) + (" …" if len(unexcused) > 6 else "")
        said.append(
            f"missing on both sides where a value is due (bars): {listed}; nothing was compared there"
        )
    return said


def _epoch(frame: pl.DataFrame, row: int) -> int:
    return int(frame["timestamp"].dt.epoch("us")[row])
