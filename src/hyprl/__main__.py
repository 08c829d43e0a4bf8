"""`python -m hyprl`, and the `hyprl` script: Ctrl-C is quiet even before the command line is loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the command line, run it and exit with its code."""
    try:
        from hyprl.cli.main import main as command_line
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; files written before are intact\n")
        sys.exit(130)
    command_line()


if __name__ == "__main__":
    main()
