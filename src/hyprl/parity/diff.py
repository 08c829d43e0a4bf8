"""Pair two normalised logs bar by bar: an outer join on (timestamp, symbol), every field from both sides.

The left log is `_bt`, the right one `_replay`. `_merge` says which side has the bar. `bt_only` is: emitted by the
left, and not emitted or absent on the right; `replay_only` the reverse. `decision_match` is decision and
direction, false when a side is undecided, null where a side is absent. `abs_diff_<field>` is |left - right| in
float64, NaN where one is NaN, null where one is missing.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hyprl.errors import SignalLogError
from hyprl.files import atomic_path
from hyprl.parity.vocabulary import EMIT, KEYS, REJECT

BT, REPLAY = "_bt", "_replay"
BOTH, LEFT_ONLY, RIGHT_ONLY = "both", "left_only", "right_only"
_IN_LEFT, _IN_RIGHT = "__in_left", "__in_right"


def diff_logs(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Return the diff of two normalised logs, sorted by timestamp, then symbol.

    A field that one log lacks has only the other side's column. Raises SignalLogError when two columns would
    get one name.
    """
    left, right = _alike(left, right), _alike(right, left)
    fields = [name for name in dict.fromkeys((*left.columns, *right.columns)) if name not in KEYS]
    _refuse_clash(fields)
    joined = _suffixed(left, BT, _IN_LEFT).join(
        _suffixed(right, REPLAY, _IN_RIGHT), on=KEYS, how="full", coalesce=True, validate="1:1"
    )
    flagged = joined.with_columns(_merge().alias("_merge"), *_flags(joined.columns))
    with_gaps = flagged.with_columns(
        _gap(name).alias(f"abs_diff_{name}") for name in fields if _is_numeric_pair(flagged, name)
    )
    order = ["_merge", "bt_only", "replay_only", "decision_match"]
    order += [column for name in fields for column in _columns_of(name) if column in with_gaps.columns]
    return with_gaps.select(*KEYS, *order).sort(KEYS)


def side_columns(name: str) -> tuple[str, str]:
    """Return the names that a field has in the diff, left and right."""
    return name + BT, name + REPLAY


def write_diff(frame: pl.DataFrame, directory: Path, name: str) -> tuple[Path, Path]:
    """Write `<name>.csv` and `<name>.parquet`, each atomically; return both paths. Raises OutputError.

    CSV: timestamps as 2024-12-12T14:30:00Z, floats in the shortest form that reads back to the same bits,
    missing as an empty cell, NaN as `NaN`.
    """
    table, columns = directory / f"{name}.csv", directory / f"{name}.parquet"
    stamped = frame.with_columns(pl.col("timestamp").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"))
    with atomic_path(table) as temporary:
        stamped.write_csv(temporary)
    with atomic_path(columns) as temporary:
        frame.write_parquet(temporary)
    return table, columns


def _suffixed(frame: pl.DataFrame, suffix: str, marker: str) -> pl.DataFrame:
    renamed = frame.rename({name: name + suffix for name in frame.columns if name not in KEYS})
    return renamed.with_columns(pl.lit(True).alias(marker))


def _alike(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    casts = []
    for name in frame.columns:
        mine, theirs = frame.schema[name], other.schema.get(name)
        if name in KEYS or theirs is None or mine == theirs:
            continue
        if mine == pl.Null:
            casts.append(pl.col(name).cast(theirs))
        elif _is_number(mine) and _is_number(theirs):
            casts.append(pl.col(name).cast(pl.Float64))
    return frame.with_columns(casts)


def _is_number(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype == pl.Boolean


def _is_numeric_pair(frame: pl.DataFrame, name: str) -> bool:
    return all(column in frame.columns and frame.schema[column].is_numeric() for column in side_columns(name))


def _gap(name: str) -> pl.Expr:
    bt, replay = (pl.col(column).cast(pl.Float64) for column in side_columns(name))
    return (bt - replay).abs()


def _columns_of(name: str) -> tuple[str, str, str]:
    return *side_columns(name), f"abs_diff_{name}"


def _merge() -> pl.Expr:
    paired = pl.when(pl.col(_IN_LEFT) & pl.col(_IN_RIGHT)).then(pl.lit(BOTH))
    return paired.when(pl.col(_IN_LEFT)).then(pl.lit(LEFT_ONLY)).otherwise(pl.lit(RIGHT_ONLY))


def _flags(columns: list[str]) -> list[pl.Expr]:
    bt, replay = (pl.col(name) for name in side_columns("decision"))
    bt_emits, replay_emits = bt.eq_missing(EMIT), replay.eq_missing(EMIT)
    paired = pl.col(_IN_LEFT) & pl.col(_IN_RIGHT)
    match = (bt == replay).fill_null(False) & _directions_match(columns)
    return [
        (bt_emits & ~replay_emits).alias("bt_only"),
        (replay_emits & ~bt_emits).alias("replay_only"),
        pl.when(paired).then(match).alias("decision_match"),
    ]


def _directions_match(columns: list[str]) -> pl.Expr:
    names = side_columns("direction")
    if not all(name in columns for name in names):
        return pl.lit(True)
    bt, replay = (pl.col(name) for name in names)
    # A rejected bar need not have a direction; an emitted one whose direction is unknown matches nothing.
    unstated = pl.col("decision" + BT).eq_missing(REJECT) & (bt.is_null() | replay.is_null())
    return (bt == replay).fill_null(False) | unstated


def _refuse_clash(fields: list[str]) -> None:
    names = [column for name in fields for column in _columns_of(name)]
    repeated = (
        sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    )
    if repeated:
        raise SignalLogError(
            f"two columns of the diff would be named {', '.join(repeated)}",
            where="diff",
            remedy="Rename the logs' columns that begin with abs_diff_.",
        )
