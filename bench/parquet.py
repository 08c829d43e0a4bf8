"""What it costs to decode foreign Parquet in a child process, beside decoding it here.

Logs of `bench.log_pair` and bars of as many rows are read both ways, in turns, each in a process of its own, by the
wall clock from start to exit and by the processors' time, the child's included. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import ONE_THREAD

REPOSITORY = Path(__file__).parent.parent
READER = Path(__file__).with_name("parquet_read.py")
WANTED = 1.05
HERE, APART = "here", "apart"
# What is timed, and whether the limit is asked of it: a command that somebody gives, not a part of one.
CASES = {
    "two logs compared in a stream (`hyprl diff`)": ("stream", True),
    "two logs compared in memory": ("compare", True),
    "a log, read and normalised": ("log", False),
    "bars, read": ("bars", False),
    "the columns alone": ("columns", False),
}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), arguments.rows)
        rows = [_measured(title, folder, arguments.turns) for title in CASES]
    print(json.dumps({"rows": arguments.rows, "reads": rows}))


def _write(folder: Path, rows: int) -> None:
    """Write the pair, one of a quarter of the rows, which two logs and their diff fit into memory with, and bars."""
    import polars as pl

    command = [sys.executable, "-m", "bench.log_pair", str(folder), str(rows)]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    for side in ("left", "right"):
        pl.scan_parquet(folder / f"{side}.parquet").head(rows // 4).sink_parquet(
            folder / f"part_{side}.parquet"
        )
    log = pl.scan_parquet(folder / "left.parquet")
    price = 100.0 + pl.col("probability_up")
    log.select(
        "timestamp",
        pl.lit("NVDA").alias("symbol"),
        *(price.alias(name) for name in ("open", "high", "low", "close")),
        (1000.0 * price).alias("volume"),
    ).sink_parquet(folder / "bars.parquet")


def _measured(title: str, folder: str, turns: int) -> dict[str, object]:
    case, is_limited = CASES[title]
    runs: dict[str, list[tuple[float, float]]] = {HERE: [], APART: []}
    for _ in range(turns):
        for way, done in runs.items():
            done.append(_timed([sys.executable, "-P", str(READER), case, way, folder]))
    ratios = [
        [b / a for a, b in zip(*turn, strict=True)] for turn in zip(runs[HERE], runs[APART], strict=True)
    ]
    wall, processor = (sorted(ratio) for ratio in zip(*ratios, strict=True))
    return {
        "what": title,
        "seconds_here": statistics.median(run[0] for run in runs[HERE]),
        "seconds_apart": statistics.median(run[0] for run in runs[APART]),
        "median": statistics.median(wall),
        "low": wall[0],
        "high": wall[-1],
        "processor": statistics.median(processor),
        "wanted": WANTED if is_limited else None,
    }


def _timed(command: list[str]) -> tuple[float, float]:
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[2:])} ended with exit code {process.returncode}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
