"""What a judged comparison leaves behind besides its diff: the page, JUnit XML, GitHub annotations, the baseline."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hyprl.parity.baseline import Baseline
    from hyprl.parity.verdict import ParityResult
    from hyprl.report.page import PageContent

FILE = click.Path(path_type=Path)
Command = Callable[..., Any]
Say = Callable[[str], None]


def output_options(command: Command) -> Command:
    """Add --page, --junit, --github, --baseline; `Outputs.take` collects their values."""
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


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where each output goes; None: nowhere. `known` is the baseline as read, None if it is to be made."""

    page: Path | None
    wants_page: bool
    junit: Path | None
    github: bool
    step_summary: Path | None
    baseline: Path | None
    known: Baseline | None
    update: bool

    @classmethod
    def take(cls, values: dict[str, Any], default_page: Path | None = None) -> Outputs:
        """Take the values of `output_options` out of `values`; without a `default_page`, `with_page` names it.

        Fails before the work: raises ConfigError for a bad baseline, OutputError for what cannot be written.
        """
        from hyprl.errors import ConfigError
        from hyprl.files import require_writable
        from hyprl.parity.baseline_file import read_baseline

        page, no_page, junit, github, baseline, update = (
            values.pop(name) for name in ("page", "no_page", "junit", "github", "baseline", "update_baseline")
        )
        if update and baseline is None:
            raise ConfigError("needs --baseline FILE", where="--update-baseline", remedy="Name the file.")
        wanted = None if no_page else page or default_page
        on_github = os.environ.get("GITHUB_ACTIONS") == "true" if github is None else github
        summary = os.environ.get("GITHUB_STEP_SUMMARY") if on_github else None
        for path in (wanted, junit, baseline if update else None, Path(summary) if summary else None):
            if path is not None:
                require_writable(path)
        make = update and baseline is not None and not baseline.exists()
        known = None if baseline is None or make else read_baseline(baseline)
        return cls(
            wanted, not no_page, junit, on_github, Path(summary) if summary else None, baseline, known, update
        )

    def with_page(self, page: Path) -> Outputs:
        """Name the page's place where the user named none and wants one."""
        return replace(self, page=page) if self.wants_page and self.page is None else self

    def without_page(self, say: Say, reason: str) -> Outputs:
        """Write no page; say why to whoever named a file for it."""
        if self.page is not None:
            say(f"page: not written: {reason}")
        return replace(self, page=None, wants_page=False)

    def as_json_dict(self) -> dict[str, Any]:
        """Return the page's path for the JSON result."""
        return {"page": None if self.page is None else str(self.page)}

    def judge(self, result: ParityResult, say: Say) -> ParityResult:
        """Apply the baseline, and make or tighten its file if asked to. Raises ConfigError when it does not fit."""
        if self.baseline is None:
            return result
        from hyprl.parity.baseline import apply_baseline, baseline_from, beyond_any_baseline, tightened
        from hyprl.parity.baseline_file import write_baseline

        judged = result if self.known is None else apply_baseline(result, self.known, str(self.baseline))
        if not self.update:
            return judged
        beyond = beyond_any_baseline(result)
        if beyond:
            say(f"baseline not written: nothing can accept {', '.join(beyond)}")
            return judged
        where = str(self.baseline)
        fresh = baseline_from(result) if self.known is None else tightened(result, self.known, where)
        if fresh == self.known:
            say(f"baseline {where} stays as it is")
            return judged
        write_baseline(self.baseline, fresh)
        say(f"baseline {where} {'made' if self.known is None else 'tightened'}: {_spelled(fresh)}")
        return apply_baseline(result, fresh, where)

    def publish(
        self, result: ParityResult, subject: str, content: Callable[[], PageContent], say: Say
    ) -> None:
        """Write the page, JUnit XML and annotations; print where. Raises OutputError."""
        from hyprl.files import atomic_write_text

        if self.page is not None:
            from hyprl.report.page import render_page

            atomic_write_text(self.page, render_page(content()))
            say(f"page: {self.page}")
        if self.junit is not None:
            from hyprl.report.junit import junit_xml

            atomic_write_text(self.junit, junit_xml(result, subject))
            say(f"JUnit: {self.junit}")
        if self.github:
            self._annotate(result, subject, say)

    def _annotate(self, result: ParityResult, subject: str, say: Say) -> None:
        from hyprl.files import unwritable
        from hyprl.report.github import annotation_lines, job_summary

        for line in annotation_lines(result, subject):
            say(line)
        if self.step_summary is None:
            return
        try:
            with self.step_summary.open("a", encoding="utf-8") as file:
                file.write(job_summary(result, subject))
        except OSError as error:
            raise unwritable(self.step_summary, error) from error


def _spelled(baseline: Baseline) -> str:
    accepted = [f"{name} {value:.6g}" for name, value in sorted(baseline.accepted.items())]
    return ", ".join(accepted) or "it accepts nothing any more"
