"""CI fails for a skip that nobody named; .ci/run brings the browser, or says that it cannot and fails."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import pytest

def test_that_runs(): pass

def test_without_a_browser(): pytest.skip("no chromium on PATH")

@pytest.mark.xfail(reason="known")
def test_known_to_fail(): raise AssertionError
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_suite(tmp_path: Path) -> Run:
    """Run a small suite with the skip guard, in a process of its own."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "tests" / "room").mkdir(parents=True)
    for name, text in (("conftest.py", ""), ("test_room.py", "def test_room(): pass\n")):
        (tmp_path / "tests" / "room" / name).write_text(text)

    def run(
        allowed: str, *options: str, suite: str = SUITE, ci: str = "true"
    ) -> subprocess.CompletedProcess[str]:
        (tmp_path / "tests" / "skips_allowed.txt").write_text(allowed)
        (tmp_path / "tests" / "test_small.py").write_text(suite)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        return subprocess.run(
            command, cwd=tmp_path, env={**os.environ, "CI": ci}, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("options", [("-p", "no:xdist"), ("-n", "2")])
def test_a_skip_in_ci_that_no_line_names_fails_the_run_and_is_named(
    run_suite: Run, options: tuple[str, ...]
) -> None:
    done = run_suite("tests/test_other.py::* | no chromium*\n", *options)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "tests/test_small.py::test_without_a_browser: no chromium on PATH" in done.stdout
    assert "known" not in done.stdout


@pytest.mark.parametrize(("allowed", "code"), [("no chromium*", 0), ("no bars*", 1)])
def test_a_named_skip_passes_for_its_reason_only(run_suite: Run, allowed: str, code: int) -> None:
    assert run_suite(f"# why\ntests/test_small.py::test_without_* | {allowed}\n").returncode == code


def test_a_file_that_is_skipped_whole_is_named(run_suite: Run) -> None:
    whole = "import pytest\npytest.importorskip('no_such_package')\ndef test_one(): pass\n"
    done = run_suite("", suite=whole)
    assert done.returncode != 0
    assert "tests/test_small.py: could not import 'no_such_package'" in done.stdout


def test_outside_ci_nothing_is_asked(run_suite: Run) -> None:
    assert run_suite("", ci="").returncode == 0


def test_a_broken_test_stays_the_reason_of_the_failure(run_suite: Run) -> None:
    assert run_suite("", suite=SUITE + "\ndef test_broken(): assert False\n").returncode == 1


@pytest.fixture
def run_ci(tmp_path: Path) -> Run:
    """Run a copy of .ci/run where only `dirname`, `ln` and the commands given exist; each of them writes to a log."""
    bash, *tools = (shutil.which(name) for name in ("bash", "dirname", "ln"))
    if bash is None or None in tools:
        pytest.skip("needs bash")
    house, programs = tmp_path / "house", tmp_path / "bin"
    (house / ".ci").mkdir(parents=True)
    (house / ".venv" / "bin").mkdir(parents=True)
    programs.mkdir()
    shutil.copy(ROOT / ".ci" / "run", house / ".ci")
    for tool in tools:
        (programs / Path(tool).name).symlink_to(tool)

    def run(**commands: str) -> subprocess.CompletedProcess[str]:
        for name, body in commands.items():
            folder = house / ".venv" / "bin" if name == "python" else programs
            script = folder / name.replace("_", "-")
            script.write_text(f'#!{bash}\necho "{script.name} $*" >> {tmp_path}/log\n{body}\n')
            script.chmod(0o755)
        environment = {"PATH": str(programs), "HOME": str(tmp_path)}
        return subprocess.run(
            [bash, str(house / ".ci" / "run")], env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_without_a_browser_and_without_apt_get_ci_says_so_in_one_line_and_fails(run_ci: Run) -> None:
    done = run_ci(make="")
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "chromium" in done.stderr.lower()


def test_an_apt_get_that_fails_fails_ci_in_one_line(run_ci: Run) -> None:
    done = run_ci(make="", sudo='shift; exec "$@"', apt_get="echo 'no network'; exit 100")
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1


def test_an_apt_get_that_brings_no_browser_fails_ci(run_ci: Run) -> None:
    assert run_ci(make="", python="", sudo='shift; exec "$@"', apt_get="").returncode != 0


def test_a_missing_browser_is_installed_before_the_tests_run(run_ci: Run, tmp_path: Path) -> None:
    installs = f'[[ "$*" != *install* ]] || ln -s dirname {tmp_path}/bin/chromium'
    done = run_ci(make="", python="", sudo='shift; exec "$@"', apt_get=installs)
    assert done.returncode == 0, done.stderr
    log = (tmp_path / "log").read_text().splitlines()
    assert [line for line in log if not line.startswith("sudo")][:3] == [
        "apt-get update",
        "apt-get install -y chromium",
        "make lint",
    ]


def test_a_browser_that_is_there_is_taken(run_ci: Run, tmp_path: Path) -> None:
    assert run_ci(make="", python="", apt_get="exit 1", google_chrome="").returncode == 0
    assert "apt-get" not in (tmp_path / "log").read_text()
