"""Run every benchmark, each in a process of its own, and print the tables: `python -m bench [--quick] [--write]`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.report import missed, render, replace_tables

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
FULL: dict[str, list[str]] = {
    **{"chain": [], "live": [], "memory": [], "startup": []},
    **{"diff": [], "parquet": []},
}
QUICK = {
    "chain": ["--bars", "50000", "--turns", "2", "--slow-turns", "1", "--first-turns", "1"],
    "live": ["--bars", "3000"],
    "memory": ["--bars", "100000"],
    "startup": ["--turns", "1"],
    "diff": ["--rows", "1200000", "--turns", "1"],
    "parquet": ["--rows", "1200000", "--turns", "1"],
}
OWN_SECTION = ("diff", "parquet")


def main() -> int:
    """Run, print, and tell by the exit code whether every limit was kept (not asked of a quick run)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(FULL)}")
    parser.add_argument(
        "--quick", action="store_true", help="small runs that only show that everything works"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(FULL)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(FULL)}")
    sizes = QUICK if arguments.quick else FULL
    names = arguments.names or list(FULL)
    results = {name: measure(name, sizes[name]) for name in names}
    command = " ".join(["python -m bench", *arguments.names, *["--quick"] * arguments.quick])
    sections = {"measured": {name: found for name, found in results.items() if name not in OWN_SECTION}}
    sections |= {name: {name: found} for name, found in results.items() if name in OWN_SECTION}
    for section, found in sections.items():
        if not found:
            continue
        tables = render(found, command)
        print(tables)
        if arguments.write:
            replace_tables(PAGE, tables, section)
    short = missed(results)
    for line in short:
        print(f"short of its limit: {line}", file=sys.stderr)
    return 1 if short and not arguments.quick else 0


def measure(name: str, options: list[str]) -> dict[str, Any]:
    """Run one benchmark; its last line is its result."""
    print(f"bench.{name} …", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *options],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    sys.exit(main())
