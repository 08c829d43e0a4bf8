"""The options that say what a judged comparison leaves behind: page, JUnit XML, annotations, baseline."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import FILE, Command

if TYPE_CHECKING:
    from hyprl.usecases.publish import Outputs


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
