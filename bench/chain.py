"""Bars to trades at a million bars on one core: HyprL, two vectorbt chains, backtesting.py on ready signals.

Prints one JSON object. Every contender gets the same bars and model; each returns its trades and its equity curve. The
vectorbt chains are timed twice: repeated in one process, where the allocator already holds the memory that their
columns need, and as a process's first run over so many bars (all code compiled and warm from 20,000 others).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from bench.bars import as_frame
from bench.case import Case, make_case
from bench.compare import compare_trades
from bench.rival_chains import (
    Signals,
    backtesting_py,
    pandas_chain,
    polars_chain,
    settings_of,
    sklearn_model,
    vectorbt_fills,
)
from bench.rival_features import pandas_features, polars_features
from bench.timing import Turns, keep_to_one_core, take_turns

HYPRL, PANDAS, POLARS, BACKTESTING = "hyprl", "vectorbt + pandas", "vectorbt + polars", "backtesting.py"
FIRST_RUN_WARMUP = 20_000
WANTED = {PANDAS: 4.0, POLARS: 2.0, BACKTESTING: 25.0}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--slow-turns", type=int, default=3, help="turns with backtesting.py, seconds each")
    parser.add_argument("--first-turns", type=int, default=3, help="turns of fresh processes")
    parser.add_argument("--first", choices=(HYPRL, PANDAS, POLARS), help="time one first run in this process")
    arguments = parser.parse_args()
    pinned = keep_to_one_core()
    if arguments.first:
        print(json.dumps({"seconds": first_run(arguments.first, arguments.bars)}))
        return
    case = make_case(arguments.bars)
    signals = own_signals(case)
    fast = fast_turns(case, signals, arguments.turns)
    slow, equal = slow_turns(case, signals, arguments.slow_turns)
    first = first_turns(arguments.bars, arguments.first_turns)
    report = {
        "bars": arguments.bars,
        "pinning": pinned,
        "trades": len(case.backtest().trade_rows),
        "million_bars_per_second": {
            **{name: arguments.bars / fast.median(name) / 1e6 for name in fast.seconds},
            BACKTESTING: arguments.bars / slow.median(BACKTESTING) / 1e6,
        },
        "ratios": [ratio_row(fast, PANDAS), ratio_row(fast, POLARS), ratio_row(slow, BACKTESTING)],
        "first_run_ratios": [ratio_row(first, PANDAS), ratio_row(first, POLARS)],
        "trades_against_backtesting_py": equal,
    }
    print(json.dumps(report))


def contenders(case: Case) -> dict[str, Callable[[], object]]:
    """Return the chains that go from bars to trades."""
    settings, model = settings_of(case), sklearn_model(case.run.model.weights)
    bars = as_frame(case.run.window.series)
    return {
        HYPRL: case.backtest,
        PANDAS: pandas_chain(bars, model, settings),
        POLARS: polars_chain(bars, model, settings),
    }


def first_run(name: str, count: int) -> float:
    """Return the wall seconds of a chain's first run over `count` bars, its code warm from fewer."""
    contenders(make_case(FIRST_RUN_WARMUP))[name]()
    run = contenders(make_case(count))[name]
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def first_turns(count: int, turns: int) -> Turns:
    """Time first runs, each in a process of its own, in rotation."""
    seconds: dict[str, list[float]] = {HYPRL: [], PANDAS: [], POLARS: []}
    for _ in range(turns):
        for name, taken in seconds.items():
            command = [sys.executable, "-m", "bench.chain", "--bars", str(count), "--first", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            taken.append(json.loads(done.stdout.splitlines()[-1])["seconds"])
    return Turns(seconds)


def own_signals(case: Case) -> Signals:
    """Return what HyprL's own probabilities ask for at each bar, whether or not a position is open."""
    run = case.backtest(record=True)
    atr = run.features[:, case.run.plan.position("atr_14")]
    return Signals(run.decisions["direction"], atr * case.run.config.risk.atr_multiplier)


def fast_turns(case: Case, signals: Signals, turns: int) -> Turns:
    """Time HyprL and the vectorbt chains in rotation, and the parts of a chain beside them."""
    import polars as pl

    settings, model = settings_of(case), sklearn_model(case.run.model.weights)
    bars = as_frame(case.run.window.series)
    table, features = pl.from_pandas(bars), np.nan_to_num(case.kernel.feature_frame(case.run.window.series))
    return take_turns(
        {
            **contenders(case),
            "hyprl features alone": lambda: case.kernel.feature_frame(case.run.window.series),
            "pandas features alone": lambda: pandas_features(bars),
            "polars features alone": lambda: polars_features(table),
            "scikit-learn probabilities alone": lambda: model.predict_proba(features),
            "vectorbt on ready signals alone": lambda: vectorbt_fills(bars, signals, settings),
        },
        turns,
    )


def slow_turns(case: Case, signals: Signals, turns: int) -> tuple[Turns, dict[str, object]]:
    """Time backtesting.py beside HyprL, and compare their trades one by one."""
    rival = backtesting_py(as_frame(case.run.window.series), signals, settings_of(case))
    equal = compare_trades(case.backtest().trades, rival(), case.run.window.series)
    return take_turns({HYPRL: case.backtest, BACKTESTING: rival}, turns), equal.as_dict()


def ratio_row(turns: Turns, name: str) -> dict[str, object]:
    """Return one line of the report."""
    median, low, high = turns.ratio(name, HYPRL)
    return {"against": name, "median": median, "low": low, "high": high, "wanted": WANTED[name]}


if __name__ == "__main__":
    main()
