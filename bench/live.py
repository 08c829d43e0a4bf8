"""One live decision, from a closed bar to the bytes of its trace record, beside programs that recompute a window.

Prints one JSON object. Nothing is written to disk and no state is saved: both would time the disk.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import polars as pl

from bench.bars import as_frame
from bench.case import make_case
from bench.rival_features import pandas_features, polars_features, talib_features
from bench.timing import keep_to_one_core
from hyprl.domain.bars import BarSeries
from hyprl.jit.kernel import COMPILED, INTERPRETED
from hyprl.live.engine import LiveEngine
from hyprl.trace.encode import encode_record
from hyprl.trace.signal import SignalTrace
from hyprl.wiring import live_side

WINDOW = 500
WARMUP = 1_000
WANTED = {INTERPRETED: 100.0, COMPILED: 20.0}


class EncodingSink:
    """Makes a record's line, chained to the one before, and keeps only that."""

    def __init__(self) -> None:
        self.line, self.head_hash = b"", ""

    def write(self, record: SignalTrace) -> None:
        """Encode one record."""
        self.line, self.head_hash = encode_record(record, self.head_hash)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=20_000)
    arguments = parser.parse_args()
    keep_to_one_core()
    decisions = {mode: decision_times(mode, arguments.bars) for mode in (INTERPRETED, COMPILED)}
    series = make_case(arguments.bars, INTERPRETED).run.window.series
    report = {
        "decisions": arguments.bars - WARMUP,
        "microseconds": [row(mode, times, WANTED[mode]) for mode, times in decisions.items()],
        "window_bars": WINDOW,
        "recomputing_microseconds": recomputing(series, max(arguments.bars // 100, 20)),
    }
    print(json.dumps(report))


def decision_times(mode: str, count: int) -> list[float]:
    """Return the microseconds of each `on_bar` after the warm-up."""
    case = make_case(count, mode)
    engine = LiveEngine(live_side(case.run, case.kernel, EncodingSink()).parts)
    times = []
    for index in range(count):
        closed = case.run.window.series.bar(index)
        started = time.perf_counter_ns()
        engine.on_bar(closed)
        times.append((time.perf_counter_ns() - started) / 1000.0)
    return times[WARMUP:]


def recomputing(series: BarSeries, repeats: int) -> dict[str, float]:
    """Return the median microseconds that each rival takes for the features of a window of 500 bars."""
    bars = as_frame(series).iloc[:WINDOW]
    table = pl.from_pandas(bars)
    columns = {name: bars[name].to_numpy() for name in bars}
    return {
        "TA-Lib": median_microseconds(lambda: talib_features(columns), repeats),
        "Polars": median_microseconds(lambda: polars_features(table), repeats),
        "pandas": median_microseconds(lambda: pandas_features(bars), repeats),
    }


def median_microseconds(run: Callable[[], object], repeats: int) -> float:
    """Return the median time of a call."""
    run()
    times = []
    for _ in range(repeats):
        started = time.perf_counter_ns()
        run()
        times.append((time.perf_counter_ns() - started) / 1000.0)
    return statistics.median(times)


def row(mode: str, times: list[float], wanted: float) -> dict[str, object]:
    """Return one line of the report."""
    low, high = statistics.quantiles(times, n=20)[0], statistics.quantiles(times, n=20)[-1]
    return {"mode": mode, "median": statistics.median(times), "low": low, "high": high, "wanted": wanted}


if __name__ == "__main__":
    main()
