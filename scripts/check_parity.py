"""Run both engines on the microscope and the year, write the diff and the statistics, apply the gates.

What CI runs. Exit: 0 kept, 1 broken, 2 bad usage or input, 3 not assessed. Takes every option of `hyprl check`;
without any: the embedded synthetic year at stage `exact`. The statistics are also kept as `parity.json` in --out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hyprl.cli.main import main


def with_statistics(arguments: list[str]) -> list[str]:
    """Add `--json <out>/parity.json` unless the caller names a file."""
    if any(argument == "--json" or argument.startswith("--json=") for argument in arguments):
        return arguments
    out = Path("data")
    for place, argument in enumerate(arguments):
        if argument == "--out" and place + 1 < len(arguments):
            out = Path(arguments[place + 1])
        elif argument.startswith("--out="):
            out = Path(argument.removeprefix("--out="))
    return [*arguments, "--json", str(out / "parity.json")]


if __name__ == "__main__":
    main(["check", *with_statistics(sys.argv[1:])])
