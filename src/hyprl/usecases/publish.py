"""What a judged comparison leaves behind: the diff files, the page, JUnit XML, GitHub annotations, the baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyprl.errors import ConfigError
from hyprl.files import atomic_write_text, require_writable, unwritable

if TYPE_CHECKING:  # what is not asked for is not loaded
    from hyprl.parity.baseline import Baseline
    from hyprl.parity.verdict import Compared
    from hyprl.report.page import PageContent

Say = Callable[[str], None]
MakePage = Callable[[], "PageContent"]


@dataclass(frozen=True, slots=True)
class Targets:
    """Where each output goes; None: nowhere. `wants_page` without a `page`: beside the diff."""

    page: Path | None = None
    wants_page: bool = True
    junit: Path | None = None
    on_github: bool = False
    step_summary: Path | None = None
    baseline: Path | None = None
    update_baseline: bool = False


@dataclass(frozen=True, slots=True)
class Outputs:
    """Targets that were found writable; `known` is the baseline as read, None where it is to be made or not used."""

    targets: Targets
    known: Baseline | None

    @property
    def page(self) -> Path | None:
        """Return where the page goes."""
        return self.targets.page

    def with_page(self, page: Path) -> Outputs:
        """Name the page's place where the user named none and wants one."""
        wanted = self.targets.wants_page and self.page is None
        return replace(self, targets=replace(self.targets, page=page)) if wanted else self

    def without_page(self, say: Say, reason: str) -> Outputs:
        """Write no page; say why to whoever named a file for it."""
        if self.page is not None:
            say(f"page: not written: {reason}")
        return replace(self, targets=replace(self.targets, page=None, wants_page=False))

    def as_json_dict(self) -> dict[str, Any]:
        """Return the page's path for the JSON result."""
        return {"page": None if self.page is None else str(self.page)}


def prepare_outputs(targets: Targets) -> Outputs:
    """Fail before the work: raises ConfigError for a bad baseline, OutputError for what cannot be written."""
    baseline, update = targets.baseline, targets.update_baseline
    if update and baseline is None:
        raise ConfigError("needs --baseline FILE", where="--update-baseline", remedy="Name the file.")
    for path in (targets.page, targets.junit, baseline if update else None, targets.step_summary):
        if path is not None:
            require_writable(path)
    if baseline is None or (update and not baseline.exists()):
        return Outputs(targets, None)
    from hyprl.parity.baseline_file import read_baseline

    return Outputs(targets, read_baseline(baseline))


def judge_by_baseline(result: Compared, outputs: Outputs, say: Say) -> Compared:
    """Apply the baseline, and make or tighten its file if asked to. Raises ConfigError when it does not fit."""
    path, known = outputs.targets.baseline, outputs.known
    if path is None:
        return result
    from hyprl.parity.baseline import apply_baseline, baseline_from, beyond_any_baseline, tightened
    from hyprl.parity.baseline_file import write_baseline

    judged = result if known is None else apply_baseline(result, known, str(path))
    if not outputs.targets.update_baseline:
        return judged
    beyond = beyond_any_baseline(result)
    if beyond:
        say(f"baseline not written: nothing can accept {', '.join(beyond)}")
        return judged
    fresh = baseline_from(result) if known is None else tightened(result, known, str(path))
    if fresh == known:
        say(f"baseline {path} stays as it is")
        return judged
    write_baseline(path, fresh)
    say(f"baseline {path} {'made' if known is None else 'tightened'}: {_spelled(fresh)}")
    return apply_baseline(result, fresh, str(path))


def write_diffs(result: Compared, out: Path) -> list[Path]:
    """Write the diff of each symbol into `out`; return the paths. Raises OutputError."""
    from hyprl.parity.diff_files import write_symbol_diffs

    return write_symbol_diffs(result.main.diff, out)


def page_beside(files: list[Path], suffix: str = "") -> Path:
    """Return the page's place: beside the diff of the only symbol, else under one name for all of them."""
    beside = files[0] if len(files) == 2 else files[0].with_name("signal_diff")
    return beside.with_name(f"{beside.stem}{suffix}.html")


def publish(result: Compared, outputs: Outputs, say: Say, make_page: MakePage | None = None) -> None:
    """Write the page, JUnit XML and annotations; say where. Raises OutputError."""
    targets, subject = outputs.targets, result.subject
    if targets.page is not None and make_page is not None:
        from hyprl.report.page import render_page

        atomic_write_text(targets.page, render_page(make_page()))
        say(f"page: {targets.page}")
    if targets.junit is not None:
        from hyprl.report.junit import junit_xml

        atomic_write_text(targets.junit, junit_xml(result, subject))
        say(f"JUnit: {targets.junit}")
    if targets.on_github:
        _annotate(result, targets.step_summary, say)


def _annotate(result: Compared, step_summary: Path | None, say: Say) -> None:
    from hyprl.report.github import annotation_lines, job_summary

    for line in annotation_lines(result, result.subject):
        say(line)
    if step_summary is None:
        return
    try:
        with step_summary.open("a", encoding="utf-8") as file:
            file.write(job_summary(result, result.subject))
    except OSError as error:
        raise unwritable(step_summary, error) from error


def _spelled(baseline: Baseline) -> str:
    accepted = [f"{name} {value:.6g}" for name, value in sorted(baseline.accepted.items())]
    return ", ".join(accepted) or "it accepts nothing any more"
