"""One timed read of `bench.parquet`: `parquet_read.py CASE here|apart FOLDER`.

It is run as a file, not as a module of `bench`, which would tell every library to use one thread.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

import hyprl.tables.parquet


def read(case: str, way: str, folder: Path) -> None:
    """Read once; `here` puts the decoder back into this process."""
    from hyprl.bars.columns import bar_source, read_raw_bars
    from hyprl.logs.load import load_log
    from hyprl.parity.streamed import compare_apart, compare_sorted
    from hyprl.tables.read import read_table
    from hyprl.usecases.compare import CompareRequest, compare

    is_here = way == "here"
    if is_here:
        hyprl.tables.parquet.read_parquet = lambda content, _source: pl.read_parquet(
            content, use_statistics=False
        )
    names = ("left", "right", "bars", "part_left", "part_right")
    left, right, bars, *parts = (folder / f"{name}.parquet" for name in names)
    if case == "stream":
        (compare_sorted if is_here else compare_apart)(left, right, "exact")
    elif case == "compare":
        compare(CompareRequest(*parts, stage="exact"))
    elif case == "log":
        load_log(left)
    elif case == "bars":
        read_raw_bars(bars, "NVDA", None)
    else:
        read_table(left, bar_source("left"))


if __name__ == "__main__":
    read(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
