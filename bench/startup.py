"""How long a user waits: `hyprl --help`, three years of bars validated, `hyprl check` on the embedded year, compiling.

Prints one JSON object. Each is a process of its own, timed by the wall clock, as a user would.
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

import hyprl
from bench import ONE_THREAD

WANTED = {"hyprl --help": 0.3, "hyprl bars validate": 1.0, "hyprl check": 5.0}
BARS = Path(hyprl.__file__).parent / "embedded" / "synthetic_nvda_1h.parquet"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        cold, said = timed(["check", "--out", str(place / "cold")], place)
        waits = {
            "hyprl --help": [timed(["--help"], place)[0] for _ in range(arguments.turns)],
            "hyprl bars validate": [
                timed(["bars", "validate", str(BARS), "--symbol", "NVDA"], place)[0]
                for _ in range(arguments.turns)
            ],
            "hyprl check": [
                timed(["check", "--out", str(place / f"out{turn}")], place)[0]
                for turn in range(arguments.turns)
            ],
        }
    report = {
        "seconds": [
            {"command": name, "median": statistics.median(times), "low": min(times), "high": max(times)}
            | {"wanted": WANTED[name]}
            for name, times in waits.items()
        ],
        "first_check_seconds": cold,
        "compilation_announced": "compiling the kernel" in said,
    }
    print(json.dumps(report))


def timed(arguments: list[str], place: Path) -> tuple[float, str]:
    """Run the command line in an empty directory with its own code cache; return seconds and all it printed."""
    kept = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    environment = {**kept, "HYPRL_CACHE_DIR": str(place / "cache")}
    command = [sys.executable, "-m", "hyprl", *arguments]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, done.stdout + done.stderr


if __name__ == "__main__":
    main()
