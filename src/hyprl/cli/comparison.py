"""What comparing commands share: the options that say how two logs are read and what a judged result leaves behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import FILE, TABLE, Command

if TYPE_CHECKING:
    from hyprl.logs.log import LogPair
    from hyprl.usecases.compare import CompareRequest
    from hyprl.usecases.publish import Outputs

STAGES = ("microscope", "features", "risk", "live-ready", "exact")


def pair_options(command: Command) -> Command:
    """Add LEFT, RIGHT, --stage, --calendar, --out and the options of `map_options`."""
    options = [
        click.argument("left", type=TABLE),
        click.argument("right", type=TABLE),
        click.option(
            "--stage", type=click.Choice(STAGES), default="live-ready", show_default=True, help="Which gates."
        ),
        click.option(
            "--calendar", type=click.Choice(["XNYS"]), help="Measure coverage against its hourly bars."
        ),
        click.option(
            "--out", type=FILE, default=Path("data/signals"), show_default=True, help="Folder for the diff."
        ),
    ]
    command = map_options(command)
    for option in reversed(options):
        command = option(command)
    return command


def map_options(command: Command) -> Command:
    """Add --map, --left-map, --right-map and --set; they arrive as both_map, left_map, right_map, settings."""
    options = [
        click.option("--map", "both_map", help="How to read both logs: a ready map's name or a TOML file."),
        click.option("--left-map", help="How to read LEFT."),
        click.option("--right-map", help="How to read RIGHT."),
        click.option(
            "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override a key of both maps."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def output_options(command: Command) -> Command:
    """Add --page, --junit, --github, --baseline; `take_outputs` collects their values."""
    options = [
        click.option("--page", type=FILE, help="Write the page (one HTML file) here instead of into --out."),
        click.option("--no-page", is_flag=True, help="Write no page."),
        click.option("--junit", type=FILE, help="Write JUnit XML here, one test case for each gate."),
        click.option(
            "--github/--no-github",
            default=None,
            help="Annotate a GitHub Actions run; by itself where one runs.",
        ),
        click.option(
            "--baseline", type=FILE, help="Keep broken gates that are no worse than this file accepts."
        ),
        click.option(
            "--update-baseline",
            is_flag=True,
            help="Make the baseline if there is none; else only tighten it.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def take_outputs(values: dict[str, Any], default_page: Path | None = None) -> Outputs:
    """Take the values of `output_options` out of `values`; without a `default_page`, `with_page` names it.

    Fails before the work: raises ConfigError for a bad baseline, OutputError for what cannot be written.
    """
    from hyprl.usecases.publish import Targets, prepare_outputs

    page, no_page, github = (values.pop(name) for name in ("page", "no_page", "github"))
    on_github = os.environ.get("GITHUB_ACTIONS") == "true" if github is None else github
    summary = os.environ.get("GITHUB_STEP_SUMMARY") if on_github else None
    targets = Targets(
        page=None if no_page else page or default_page,
        wants_page=not no_page,
        junit=values.pop("junit"),
        on_github=on_github,
        step_summary=Path(summary) if summary else None,
        baseline=values.pop("baseline"),
        update_baseline=values.pop("update_baseline"),
    )
    return prepare_outputs(targets)


def compare_request(
    left: Path, right: Path, values: dict[str, Any], stage: str = "live-ready", calendar: str | None = None
) -> CompareRequest:
    """Return the request that the values of `map_options` complete."""
    from hyprl.usecases.compare import CompareRequest, MapChoice

    both, settings = values.get("both_map"), values.get("settings") or ()
    maps = MapChoice.of(both, values.get("left_map"), values.get("right_map"), settings)
    return CompareRequest(left, right, maps, stage, calendar)


def say_notes(pair: LogPair) -> None:
    """Print what was assumed or left out, and torn tails, to standard error."""
    for log in (pair.left, pair.right):
        if log.torn_tail is not None:
            click.echo(
                f"{log.path}: the last line is torn and was left out: {log.torn_tail[:60]!r}", err=True
            )
    for note in pair.notes:
        click.echo(f"note: {note}", err=True)


def say_sides(paths: tuple[object, object], bars: tuple[int, int], *, to_stderr: bool) -> None:
    """Print which log stands on which side, and how many bars it has."""
    for name, path, count in zip(("bt", "replay"), paths, bars, strict=True):
        click.echo(f"{name:<8}{path}  ({count:,} bars)", err=to_stderr)
