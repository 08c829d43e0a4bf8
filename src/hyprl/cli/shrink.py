"""`hyprl shrink`: reduce a divergence to the fewest bars and the smallest configuration, as a fixture for pytest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.logs import compare_request, map_options, say_notes
from hyprl.cli.options import FILE, JSON_TARGET, refuse_early, write_json

if TYPE_CHECKING:
    from hyprl.logs.log import LogPair
    from hyprl.usecases.shrink import Fixture

_MOST_SHOWN = 12
NOT_ASSESSED = 3


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("left", type=FILE)
@click.argument("right", type=FILE)
@click.option(
    "--out", type=FILE, default=Path("data/shrunk"), show_default=True, help="Folder for the fixture."
)
@click.option("--calendar", type=click.Choice(["XNYS"]), help="The bars that a map of events counts on.")
@map_options
@click.option(
    "--json", "json_target", type=JSON_TARGET, help="Write the result as JSON here; - for standard output."
)
@click.pass_context
def shrink(
    context: click.Context,
    /,
    left: Path,
    right: Path,
    out: Path,
    calendar: str | None,
    json_target: Path | None,
    **values: Any,
) -> None:
    """Shrink the divergence of the signal logs LEFT and RIGHT to a fixture with a ready test.

    Writes the fewest bars and columns that still part at the same stage and column, and a pytest file that fails until
    both sides agree. Of two HyprL traces also the fewest inputs and constants that part the decisions.
    Exit: 0 written, or nothing to shrink; 2 unusable input; 3 both logs are empty.
    """
    from hyprl.files import require_directory
    from hyprl.usecases.compare import load_pair
    from hyprl.usecases.shrink import shrink_pair

    refuse_early(json_target)
    pair = load_pair(compare_request(left, right, values, calendar=calendar))
    say_notes(pair)
    require_directory(out)
    fixture = shrink_pair(pair, out)
    on_stderr = str(json_target) == "-"
    empty = pair.left.frame.is_empty() and pair.right.frame.is_empty()
    if fixture is not None:
        document = fixture.as_json_dict()
        _show(fixture, on_stderr)
    else:
        document = {"outcome": "not_assessed" if empty else "nothing_to_shrink"}
        _say_nothing(pair, empty, on_stderr)
    if json_target is not None:
        write_json(document, json_target)
    context.exit(NOT_ASSESSED if empty else 0)


def _say_nothing(pair: LogPair, empty: bool, on_stderr: bool) -> None:
    if empty:
        click.echo("Not assessed: both logs are empty.", err=on_stderr)
        return
    said = "Nothing to shrink: both logs have the same bars, and no value that both hold differs."
    click.echo(said, err=on_stderr)
    _say_not_comparable(pair, on_stderr)


def _say_not_comparable(pair: LogPair, on_stderr: bool) -> None:
    from hyprl.parity.diff import diff_logs
    from hyprl.parity.fields import field_sets

    rest = field_sets(diff_logs(pair.left.frame, pair.right.frame)).not_comparable
    if rest:
        click.echo(
            f"Not compared, for one log lacks them or holds another type: {_listed(list(rest))}",
            err=on_stderr,
        )


def _show(fixture: Fixture, on_stderr: bool) -> None:
    from hyprl.usecases.shrink import opens_of, step_name

    shrunk, config = fixture.shrunk, fixture.config
    aim = shrunk.aim
    lines = [
        f"parts at  stage {step_name(aim)}, column {aim.column}{', with another decision' if aim.decides else ''}",
        f"bars      {shrunk.bars:,} of {shrunk.bars_before:,}: {_listed(opens_of(shrunk))}",
        f"columns   {len(shrunk.columns):,} of {shrunk.columns_before:,}: {_listed(list(shrunk.columns))}",
    ]
    differs = [f"{name} {left} | {right}" for name, (left, right) in (config.values or {}).items()]
    if config.decided is not None:
        lines.append(f"config    decided again, these inputs part the sides: {_listed(differs)}")
    elif config.values is None:
        lines.append(f"config    not compared: {config.note}")
    else:
        found = (
            f"the headers differ in {_listed(differs)}" if differs else "no constant of the headers differs"
        )
        lines.append(f"config    {found} (not decided again: {config.note})")
    lines += [f"wrote     {path}" for path in fixture.files]
    lines.append("The test fails until both sides agree: pytest " + str(fixture.files[0].parent))
    for line in lines:
        click.echo(line, err=on_stderr)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return ", ".join(names[:_MOST_SHOWN]) + more
