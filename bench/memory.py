"""How much memory a backtest over a million bars takes beyond the bars themselves.

Prints one JSON object. The peak is the process's high-water mark, taken before and after the run; compilation and a
first small run lie before it.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import resource
import sys
from pathlib import Path

from bench.case import make_case

INPUT_COLUMNS = 6
WANTED = 3.0


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=1_000_000)
    arguments = parser.parse_args()
    make_case(10_000).backtest()
    case = make_case(arguments.bars)
    release_free_memory()
    before = peak_bytes()
    run = case.backtest()
    grown = peak_bytes() - before
    given = INPUT_COLUMNS * 8 * arguments.bars
    report = {
        "bars": arguments.bars,
        "input_bytes": given,
        "peak_growth_bytes": grown,
        "ratio": grown / given,
        "wanted": WANTED,
        "equity_curve_bytes": run.equity.nbytes,
    }
    print(json.dumps(report))


def peak_bytes() -> int:
    """Return the high-water mark of this process's resident memory."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def release_free_memory() -> None:
    """Give back what the allocator holds and reset the high-water mark, so that the run cannot hide in either.

    Does what the system allows: glibc and Linux do both, others neither, and the growth is then a lower bound.
    """
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
    except (AttributeError, OSError):
        print("memory: the high-water mark could not be reset; the growth is a lower bound", file=sys.stderr)


if __name__ == "__main__":
    main()
