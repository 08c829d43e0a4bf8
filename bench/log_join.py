"""A full outer join of the benchmark's pair with `hyprl diff`'s statistics: `log_join duckdb|polars FOLDER OUT`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.log_pair import NUMBERS, WORDS

GAPS = {
    "probability": "probability_up",
    "expected_pnl": "expected_pnl",
    "position_size": "position_size",
    "risk_amount": "risk_amount",
}
RELATIVE = ("position_size", "risk_amount")


def join_duckdb(folder: Path) -> dict[str, float]:
    """Join and count with one SQL query."""
    import duckdb

    chosen = ", ".join(f'{sql} AS "{name}"' for name, sql in _duckdb_columns().items())
    query = f"""
        SELECT {chosen}
        FROM '{folder / "left.parquet"}' l FULL OUTER JOIN '{folder / "right.parquet"}' r
        ON l.timestamp = r.timestamp AND l.symbol = r.symbol
    """  # noqa: S608 - names of this file, not of a user
    result = duckdb.connect().execute(query)
    names = [column[0] for column in result.description]
    row = result.fetchone()
    assert row is not None  # noqa: S101
    return dict(zip(names, (float(value) for value in row), strict=True))


def _duckdb_columns() -> dict[str, str]:
    both = "l.symbol IS NOT NULL AND r.symbol IS NOT NULL"
    left, right = "l.decision IS NOT DISTINCT FROM 'emit'", "r.decision IS NOT DISTINCT FROM 'emit'"
    differs = "(l.decision IS DISTINCT FROM r.decision OR l.direction IS DISTINCT FROM r.direction)"
    counts = {
        "rows": "true",
        "both": both,
        "left_only": "r.symbol IS NULL",
        "right_only": "l.symbol IS NULL",
        "bt_only": f"{left} AND NOT ({right})",
        "replay_only": f"{right} AND NOT ({left})",
        "diverging": f"{both} AND {differs}",
        "emitted_bt": f"{both} AND {left}",
        "emitted_bt_rejected": f"{both} AND {left} AND r.decision = 'reject'",
    }
    counts |= {
        f"unequal {name}": f'{both} AND l."{name}" IS DISTINCT FROM r."{name}"' for name in (*WORDS, *NUMBERS)
    }
    columns = {name: f"count(*) FILTER (WHERE {condition})" for name, condition in counts.items()}
    for name, column in GAPS.items():
        gap = f"abs(l.{column} - r.{column})"
        columns |= {f"{name} mean": f"avg({gap})", f"{name} max": f"max({gap})"}
        if name in RELATIVE:
            columns[f"{name} max_relative"] = f"max({gap} / abs(l.{column}))"
    columns["probability above 1e-3"] = "avg((abs(l.probability_up - r.probability_up) > 1e-3)::INT)"
    thresholds = [f"max(abs(l.{name} - r.{name}))" for name in ("threshold_long", "threshold_short")]
    return columns | {"thresholds max": f"greatest({', '.join(thresholds)})"}


def join_polars(folder: Path) -> dict[str, float]:
    """Join and count with one lazy query on the streaming engine."""
    import polars as pl

    left, right = (
        pl.scan_parquet(folder / f"{side}.parquet").with_columns(pl.lit(True).alias(f"in_{side}"))
        for side in ("left", "right")
    )
    joined = left.join(right, on=["timestamp", "symbol"], how="full", coalesce=True)
    row = joined.select(**_polars_columns()).collect(engine="streaming").row(0, named=True)
    return {name: float(value) for name, value in row.items()}


def _polars_columns() -> dict[str, object]:
    import polars as pl

    column, other = pl.col, lambda name: pl.col(f"{name}_right")
    in_left, in_right = pl.col("in_left").is_not_null(), pl.col("in_right").is_not_null()
    both = in_left & in_right
    left, right = column("decision").eq_missing("emit"), other("decision").eq_missing("emit")
    differs = column("decision").ne_missing(other("decision")) | column("direction").ne_missing(
        other("direction")
    )
    counts = {
        "rows": pl.lit(True) | both,
        "both": both,
        "left_only": ~in_right,
        "right_only": ~in_left,
        "bt_only": left & ~right,
        "replay_only": right & ~left,
        "diverging": both & differs,
        "emitted_bt": both & left,
        "emitted_bt_rejected": both & left & other("decision").eq_missing("reject"),
    }
    counts |= {f"unequal {name}": both & column(name).ne_missing(other(name)) for name in (*WORDS, *NUMBERS)}
    columns: dict[str, pl.Expr] = {name: condition.sum() for name, condition in counts.items()}
    for name, value in GAPS.items():
        gap = (column(value) - other(value)).abs()
        columns |= {f"{name} mean": gap.mean(), f"{name} max": gap.max()}
        if name in RELATIVE:
            columns[f"{name} max_relative"] = (gap / column(value).abs()).max()
    large = (column("probability_up") - other("probability_up")).abs() > 1e-3
    thresholds = [(column(name) - other(name)).abs().max() for name in ("threshold_long", "threshold_short")]
    return columns | {
        "probability above 1e-3": large.mean(),
        "thresholds max": pl.max_horizontal(thresholds),
    }


if __name__ == "__main__":
    program, place, out = sys.argv[1:]
    found = {"duckdb": join_duckdb, "polars": join_polars}[program](Path(place))
    Path(out).write_text(json.dumps(found))
