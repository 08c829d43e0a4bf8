"""Pair two normalised logs bar by bar: an outer join on (timestamp, symbol), every field from both sides.

The left log is `_bt`, the right one `_replay`. `_merge` says which side has the bar. `bt_only` is: emitted by the
left, and not emitted or absent on the right; `replay_only` the reverse. `decision_match` is decision and
direction, false when a side is undecided, null where a side is absent. `abs_diff_<field>` is |left - right| in
float64, NaN where one is NaN, null where one is missing.
"""

from __future__ import annotations

import polars as pl

from hyprl.errors import SignalLogError
from hyprl.logs.names import with_common_columns
from hyprl.logs.vocabulary import EMIT, KEYS, REJECT

BT, REPLAY = "_bt", "_replay"
BOTH, LEFT_ONLY, RIGHT_ONLY = "both", "left_only", "right_only"
_IN_LEFT, _IN_RIGHT = "__in_left", "__in_right"


def diff_logs(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Return the diff of two normalised logs, sorted by timestamp, then symbol.

    A field that one log lacks has only the other side's column. Raises SignalLogError when two columns would
    get one name.
    """
    left, right = with_common_columns(left, right)
    fields = _fields(left, right)
    joined = _suffixed(left, BT, _IN_LEFT).join(
        _suffixed(right, REPLAY, _IN_RIGHT), on=KEYS, how="full", coalesce=True, validate="1:1"
    )
    return _measured(joined, fields)


def diff_same_bars(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Return what `diff_logs` does, for two logs that hold the same bars in the same order."""
    left, right = with_common_columns(left, right)
    fields = _fields(left, right)
    columns = _suffixed(right, REPLAY, _IN_RIGHT).drop(KEYS)
    return _measured(_suffixed(left, BT, _IN_LEFT).hstack(columns), fields)


def _fields(left: pl.DataFrame, right: pl.DataFrame) -> list[str]:
    fields = [name for name in dict.fromkeys((*left.columns, *right.columns)) if name not in KEYS]
    _refuse_clash(fields)
    return fields


def _measured(joined: pl.DataFrame, fields: list[str]) -> pl.DataFrame:
    flagged = joined.with_columns(_merge().alias("_merge"), *_flags(joined))
    with_gaps = flagged.with_columns(
        _gap(name).alias(f"abs_diff_{name}") for name in fields if _is_numeric_pair(flagged, name)
    )
    order = ["_merge", "bt_only", "replay_only", "decision_match"]
    order += [column for name in fields for column in _columns_of(name) if column in with_gaps.columns]
    return with_gaps.select(*KEYS, *order).sort(KEYS)


def pair_rows(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Return what `diff_logs` says of two normalised logs whose rows are already the same bars in the same order.

    Of the flags it has `decision_match` only, and no |left - right| columns; the columns that both logs have must
    be of one type. Plain column operations: nothing here waits for the threads that read the next rows.
    """
    sides = [left[name] for name in KEYS]
    for frame, suffix in ((left, BT), (right, REPLAY)):
        sides += [frame[name].alias(name + suffix) for name in frame.columns if name not in KEYS]
    paired = pl.DataFrame(sides)
    return pl.DataFrame([*sides, _match(paired)])


def side_columns(name: str) -> tuple[str, str]:
    """Return the names that a field has in the diff, left and right."""
    return name + BT, name + REPLAY


def _suffixed(frame: pl.DataFrame, suffix: str, marker: str) -> pl.DataFrame:
    renamed = frame.rename({name: name + suffix for name in frame.columns if name not in KEYS})
    return renamed.with_columns(pl.lit(True).alias(marker))


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


def _flags(joined: pl.DataFrame) -> list[pl.Series]:
    bt, replay = (false_if_null(joined[name] == EMIT) for name in side_columns("decision"))
    paired = joined.select(pl.col(_IN_LEFT) & pl.col(_IN_RIGHT)).to_series()
    match = pl.select(pl.when(paired).then(_match(joined)).alias("decision_match")).to_series()
    return [(bt & ~replay).alias("bt_only"), (replay & ~bt).alias("replay_only"), match]


def false_if_null(mask: pl.Series) -> pl.Series:
    """Return the truth values with false where they are missing."""
    return mask.fill_null(False) if mask.null_count() else mask


def _match(joined: pl.DataFrame) -> pl.Series:
    bt, replay = (joined[name] for name in side_columns("decision"))
    match = false_if_null(bt == replay)
    names = side_columns("direction")
    if all(name in joined.columns for name in names):
        left, right = (joined[name] for name in names)
        same = false_if_null(left == right)
        if left.null_count() or right.null_count():
            # A rejected bar need not have a direction; an emitted one whose direction is unknown matches nothing.
            same |= false_if_null(bt == REJECT) & (left.is_null() | right.is_null())
        match &= same
    return match.alias("decision_match")


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
