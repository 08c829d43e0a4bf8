"""`hyprl shrink`: reduce a divergence to the fewest bars and the smallest configuration, as a fixture for pytest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hyprl.cli.comparison import compare_request, map_options, say_notes
from hyprl.cli.options import FILE, TABLE, Screen, json_option, refuse_early, write_json

NOT_ASSESSED = 3


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("left", type=TABLE)
@click.argument("right", type=TABLE)
@click.option(
    "--out", type=FILE, default=Path("data/shrunk"), show_default=True, help="Folder for the fixture."
)
@click.option("--calendar", type=click.Choice(["XNYS"]), help="The bars that a map of events counts on.")
@map_options
@json_option("the result")
@click.pass_context
def shrink(context: click.Context, /, left: Path, right: Path, out: Path, **values: Any) -> None:
    """Shrink the divergence of the signal logs LEFT and RIGHT to a fixture with a ready test.

    Writes the fewest bars and columns that still part at the same stage and column, and a pytest file that fails until
    both sides agree. Of two HyprL traces also the fewest inputs and constants that part the decisions.
    Exit: 0 written, or nothing to shrink; 2 unusable input; 3 both logs are empty.
    """
    from hyprl.report.shrink import Nothing, shrunk_lines
    from hyprl.usecases.shrink import ShrinkRequest
    from hyprl.usecases.shrink import shrink as shrink_logs

    json_target = values["json_target"]
    refuse_early(json_target)
    logs = compare_request(left, right, values, calendar=values["calendar"])
    found = shrink_logs(ShrinkRequest(logs, out), say_notes)
    if json_target is not None:  # first: a reader that closes the pipe early does not cost the file
        write_json(found.as_json_dict(), json_target)
    for line in shrunk_lines(found):
        Screen(json_target).say(line)
    context.exit(NOT_ASSESSED if isinstance(found, Nothing) and found.is_empty else 0)
