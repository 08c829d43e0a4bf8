"""A seeded pair of sorted Parquet logs for `bench.diff`: 18 columns, several symbols at each timestamp.

Of the right log's bars 1 in 1,000 has another probability, 1 in 20,000 another decision; 1 in 7,001 is missing there,
1 in 5,003 in the left one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

SYMBOLS = ("AAPL", "AMZN", "GOOG", "INTC", "META", "MSFT", "NFLX", "NVDA", "ORCL", "TSLA")
INDICATORS = tuple(f"indicator.f{number}" for number in range(6))
NUMBERS = (
    "probability_up",
    "expected_pnl",
    "position_size",
    "risk_amount",
    "threshold_long",
    "threshold_short",
    "equity",
    *INDICATORS,
)
WORDS = ("decision", "direction", "reason")
FIRST_US = 1_500_000_000_000_000


def write_pair(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write left.parquet and right.parquet with about `rows` rows each; return their paths."""
    left = _log(rows)
    number = pl.int_range(pl.len())
    flipped = number % 20_000 == 11
    probability = pl.col("probability_up")
    right = left.with_columns(
        pl.when(number % 1_000 == 3).then(probability + 1e-5).otherwise(probability).alias("probability_up"),
        pl.when(flipped).then(pl.lit("reject")).otherwise(pl.col("decision")).alias("decision"),
        pl.when(flipped).then(pl.lit("none")).otherwise(pl.col("direction")).alias("direction"),
        pl.when(flipped).then(pl.lit("risk")).otherwise(pl.col("reason")).alias("reason"),
    )
    paths = folder / "left.parquet", folder / "right.parquet"
    left.filter(number % 5_003 != 7).write_parquet(paths[0])
    del left
    right.filter(number % 7_001 != 9).write_parquet(paths[1])
    return paths


def _log(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(20_250_115)
    number = np.arange(rows)
    probability = random.random(rows)
    emits = pl.Series(probability > 0.6)
    minute = FIRST_US + number // len(SYMBOLS) * 60_000_000
    words = pl.select(
        pl.when(emits).then(pl.lit("emit")).otherwise(pl.lit("reject")).alias("decision"),
        pl.when(emits).then(pl.lit("long")).otherwise(pl.lit("none")).alias("direction"),
        pl.when(emits).then(pl.lit("emit")).otherwise(pl.lit("threshold")).alias("reason"),
    )
    columns = {
        "timestamp": pl.Series(minute).cast(pl.Datetime("us", "UTC")),
        "symbol": pl.Series(SYMBOLS).gather(number % len(SYMBOLS)),
        **words.to_dict(),
        "probability_up": probability,
        "expected_pnl": probability * 100.0,
        "position_size": probability * 20.0,
        "risk_amount": probability * 200.0,
        "threshold_long": np.full(rows, 0.6),
        "threshold_short": np.full(rows, 0.4),
        "equity": 10_000.0 + probability,
    }
    return pl.DataFrame(columns | {name: random.standard_normal(rows) for name in INDICATORS})


if __name__ == "__main__":
    write_pair(Path(sys.argv[1]), int(sys.argv[2]))
