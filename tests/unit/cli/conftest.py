"""The command line, called in this process or in one of its own, always in an empty directory."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hyprl.cli.main import run
from hyprl.domain.bars import BarSeries

LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); "
COMMAND_LINE = "import sys; sys.argv[0] = 'hyprl'; from hyprl.__main__ import main; main()"


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def is_named_error(self) -> bool:
        """Exit 2, one or two lines that begin with `error:`, no traceback, nothing internal."""
        lines = [line for line in self.err.splitlines() if not line.startswith("hyprl: ")]
        named = bool(lines) and lines[0].startswith("error: ") and len(lines) <= 2
        return self.code == 2 and named and "Traceback" not in self.err and "internal error" not in self.err


@pytest.fixture
def hyprl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call the command line in this process, in `tmp_path`."""
    for name in ("HYPRL_PARITY_TRACE", "HYPRL_PARITY_MODE", "HYPRL_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Ended:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return call


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start the command line in a process of its own; `largest_file` limits what it can write, in bytes."""

    def begin(
        *arguments: object, largest_file: int | None = None, **environment: str
    ) -> subprocess.Popen[str]:
        code = ("" if largest_file is None else LIMITED.format(largest_file)) + COMMAND_LINE
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("HYPRL_PARITY")}
        return subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=tmp_path,
            env={**inherited, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


@pytest.fixture
def process(start):
    """Run the command line in a process of its own."""

    def call(*arguments: object, **options) -> Ended:
        started = start(*arguments, **options)
        out, err = started.communicate(timeout=300)
        return Ended(started.returncode, out, err)

    return call


@pytest.fixture(scope="session")
def rows(embedded: BarSeries) -> list[str]:
    """The embedded bars as CSV, header first."""
    import datetime

    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    lines = ["timestamp,open,high,low,close,volume"]
    for index in range(len(embedded)):
        closed = embedded.bar(index)
        opened = epoch + datetime.timedelta(microseconds=closed.open_utc_us)
        lines.append(",".join([opened.isoformat(), *map(repr, closed.bar)]))
    return lines


@pytest.fixture
def bars(tmp_path: Path, rows: list[str]) -> Callable[[str, list[str]], Path]:
    """Write rows as a CSV file."""

    def write(name: str, lines: list[str] = rows) -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write
