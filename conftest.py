"""In CI (CI=true) a run fails if it skips a test that tests/skips_allowed.txt does not name: no silent gap."""

import os
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

ALLOWED = Path(__file__).parent / "tests" / "skips_allowed.txt"


class Skip(NamedTuple):
    """A skipped test, or an allowed one with shell patterns in place of its id and its reason."""

    test: str
    reason: str


def read_allowed(path: Path) -> list[Skip]:
    """Read one `test id | reason of the skip` a line, both shell patterns; # begins a comment."""
    lines = [line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines()]
    pairs = [line.partition("|") for line in lines if line]
    return [Skip(test.strip(), reason.strip()) for test, _, reason in pairs]


@dataclass(eq=False)  # pytest keeps its plugins in sets
class SkipGuard:
    """Collects what was skipped, and fails the run for what is not allowed."""

    allowed: list[Skip]
    unnamed: list[Skip] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a skipped test; an expected failure is none."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.note(report.nodeid, report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that is skipped whole."""
        if report.skipped:
            self.note(report.nodeid, report.longrepr)

    def note(self, test: str, where_and_why: object) -> None:
        """Keep a skip that no line allows."""
        why = where_and_why[2] if isinstance(where_and_why, tuple) else str(where_and_why)
        skip = Skip(test, why.removeprefix("Skipped: "))
        if not any(
            fnmatchcase(skip.test, a.test) and fnmatchcase(skip.reason, a.reason) for a in self.allowed
        ):
            self.unnamed.append(skip)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that would have passed."""
        if self.unnamed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which, and why each was skipped."""
        if self.unnamed:
            terminalreporter.section(f"skipped in CI, and not named in tests/{ALLOWED.name}", red=True)
        for skip in self.unnamed:
            terminalreporter.line(f"{skip.test}: {skip.reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Watch the run where it is CI's; the workers of pytest-xdist report to the process that started them."""
    if os.environ.get("CI", "").lower() in ("true", "1") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipGuard(read_allowed(ALLOWED)))
