"""The microscope's input log: where the model inputs of both engines differ, bar by bar and column by column."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hyprl.domain.instants import ISO_UTC_FORMAT
from hyprl.files import atomic_path
from hyprl.parity.diff import BOTH, side_columns

INPUT_PREFIX = "indicator."
INPUT_TOLERANCE = 1e-6
_SCHEMA: dict[str, pl.DataType] = {
    "timestamp": pl.Datetime("us", "UTC"),
    "symbol": pl.String(),
    "column": pl.String(),
    "bt": pl.Float64(),
    "replay": pl.Float64(),
    "abs_diff": pl.Float64(),
}


def input_log(diff: pl.DataFrame, tolerance: float = INPUT_TOLERANCE) -> pl.DataFrame:
    """Return one row per model input with |Δ| > tolerance, or with a value (not NaN, not missing) on one side only.

    Columns: timestamp, symbol, column, bt, replay, abs_diff; sorted by timestamp, symbol, column.
    """
    paired = diff.filter(pl.col("_merge") == BOTH)
    parts = [pl.DataFrame(schema=_SCHEMA)]
    for gap in diff.columns:
        name = gap.removeprefix("abs_diff_")
        if (
            gap != name
            and name.startswith(INPUT_PREFIX)
            and all(side in diff.columns for side in side_columns(name))
        ):
            parts.append(_differing(paired, name, tolerance))
    return pl.concat(parts).sort("timestamp", "symbol", "column")


def write_input_log(log: pl.DataFrame, path: Path) -> None:
    """Write the log as CSV, atomically, floats exact. Raises OutputError."""
    with atomic_path(path) as temporary:
        log.with_columns(pl.col("timestamp").dt.strftime(ISO_UTC_FORMAT)).write_csv(temporary)


def _differing(paired: pl.DataFrame, name: str, tolerance: float) -> pl.DataFrame:
    bt, replay = (pl.col(side).cast(pl.Float64) for side in side_columns(name))
    valued = [side.is_nan().not_().fill_null(False) for side in (bt, replay)]
    one_sided = valued[0] != valued[1]
    gap = pl.col(f"abs_diff_{name}")
    large = valued[0] & valued[1] & ((gap > tolerance) | (gap.is_nan() & (bt != replay)))
    rows = paired.filter(one_sided | large)
    column = pl.lit(name.removeprefix(INPUT_PREFIX)).alias("column")
    return rows.select(
        "timestamp", "symbol", column, bt.alias("bt"), replay.alias("replay"), gap.alias("abs_diff")
    )
