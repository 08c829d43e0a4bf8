"""Comparing two large logs: `hyprl diff` beside DuckDB's full outer join and Polars' streaming one.

Writes the pair to a temporary folder (2 GB for 10 M rows), then runs each program in a process of its own, in turns,
by the wall clock from start to exit, and takes its peak resident memory from the system. All must find the same
counts. Prints one JSON object.
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
from dataclasses import dataclass, field
from pathlib import Path

from bench import ONE_THREAD

WANTED_RATIO = 1.0
WANTED_BYTES = 2e9
REPOSITORY = Path(__file__).parent.parent


@dataclass(slots=True)
class Runs:
    """Wall seconds and peak resident bytes of one program's runs, and what it found."""

    seconds: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    found: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        subprocess.run(
            [sys.executable, "-m", "bench.log_pair", folder, str(arguments.rows)], cwd=REPOSITORY, check=True
        )
        commands = {
            "HyprL": [*_hyprl(place), "--out", folder, "--json", str(place / "HyprL.json")],
            "DuckDB": [sys.executable, "-m", "bench.log_join", "duckdb", folder, str(place / "DuckDB.json")],
            "Polars": [sys.executable, "-m", "bench.log_join", "polars", folder, str(place / "Polars.json")],
        }
        runs = {name: Runs() for name in commands}
        for _ in range(arguments.turns):
            for name, command in commands.items():
                _run(command, runs[name])
                runs[name].found = _found(json.loads((place / f"{name}.json").read_bytes()))
        size = sum(path.stat().st_size for path in place.glob("*.parquet") if path.stem in ("left", "right"))
    _require_agreement(runs)
    print(json.dumps(_report(arguments.rows, size, runs)))


def _hyprl(place: Path) -> list[str]:
    return [sys.executable, "-m", "hyprl", "diff", str(place / "left.parquet"), str(place / "right.parquet")]


def _run(command: list[str], runs: Runs) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    runs.seconds.append(time.perf_counter() - started)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command[2]} ended with exit code {process.returncode}")
    runs.peaks.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def _found(document: dict[str, object]) -> dict[str, float]:
    if "statistics" not in document:
        return document  # type: ignore[return-value]
    counted = document["statistics"]
    names = ("rows", "bt_only", "replay_only", "diverging", "emitted_bt", "emitted_bt_rejected")
    found = {name: counted[name] for name in names} | counted["merge"]  # type: ignore[index]
    found |= {f"unequal {name}": one["unequal"] for name, one in counted["fields"].items()}  # type: ignore[index]
    for name in ("probability", "expected_pnl", "position_size", "risk_amount"):
        measured = counted[name]  # type: ignore[index]
        found |= {
            f"{name} {key}": measured[key] for key in ("mean", "max", "max_relative") if key in measured
        }
    above = counted["probability"]["share_above_1e-3"]  # type: ignore[index]
    return found | {"probability above 1e-3": above, "thresholds max": counted["thresholds"]["max"]}  # type: ignore[index]


def _require_agreement(runs: dict[str, Runs]) -> None:
    mine = runs["HyprL"].found
    for name, rival in runs.items():
        for key, value in mine.items():
            if abs(rival.found[key] - value) > 1e-9 * abs(value):
                raise SystemExit(f"{name} found {key} {rival.found[key]!r}, HyprL {value!r}")


def _report(rows: int, size: int, runs: dict[str, Runs]) -> dict[str, object]:
    mine = runs["HyprL"].seconds
    ratios = {
        name: [theirs / ours for theirs, ours in zip(rival.seconds, mine, strict=True)]
        for name, rival in runs.items()
    }
    programs = [
        {
            "program": name,
            "seconds": statistics.median(run.seconds),
            "low": min(run.seconds),
            "high": max(run.seconds),
            "peak_bytes": max(run.peaks),
            "ratio": statistics.median(ratios[name]),
            "ratio_low": min(ratios[name]),
            "ratio_high": max(ratios[name]),
        }
        for name, run in runs.items()
    ]
    wanted = {"wanted_ratio": WANTED_RATIO, "wanted_bytes": WANTED_BYTES}
    return {
        "rows": rows,
        "file_bytes": size,
        "compared": len(runs["HyprL"].found),
        "programs": programs,
    } | wanted


if __name__ == "__main__":
    main()
