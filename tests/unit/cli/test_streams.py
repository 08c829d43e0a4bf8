"""Terminals as they are: closed pipes, full devices, few columns, encodings that know no `…`."""

import json
import os
import subprocess
import sys

import pytest

WINDOW = ("--start", "2025-01-15", "--end", "2025-01-31")


def shell(tmp_path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        cwd=tmp_path,
        env={**os.environ, "HYPRL": f"{sys.executable} -m hyprl", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("command", ["check", "backtest", "replay"])
def test_a_reader_that_leaves_early_is_no_verdict_and_no_traceback(tmp_path, command):
    done = shell(tmp_path, f"$HYPRL {command} --json r.json {' '.join(WINDOW)} | true")
    assert done.returncode == 2
    assert done.stderr == ""
    assert json.loads((tmp_path / "r.json").read_text())


def test_the_first_line_reaches_head(tmp_path):
    done = shell(tmp_path, f"$HYPRL check {' '.join(WINDOW)} | head -1")
    assert done.stdout.startswith("NVDA (synthetic)")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["check", "backtest", "--help"])
def test_a_full_standard_output_is_a_named_error(tmp_path, command):
    done = shell(tmp_path, f"$HYPRL {command} > /dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("error: standard output or the system: No space left on device")
    assert len(done.stderr.splitlines()) == 1


def test_a_closed_standard_output_is_survived(tmp_path):
    done = shell(tmp_path, f"$HYPRL backtest {' '.join(WINDOW)} >&-")
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("command", ["check", "backtest", "replay"])
def test_an_ascii_terminal_is_served(process, command):
    said = process(command, *WINDOW, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert said.code == 0
    assert said.out.isascii()


def test_an_error_with_a_foreign_name_is_served_in_ascii(process):
    said = process("backtest", "--bars", "größe.csv", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert said.is_named_error


@pytest.mark.parametrize("command", ["check", "backtest", "replay"])
def test_forty_columns_are_enough(process, command):
    said = process(command, *WINDOW, COLUMNS="40")
    assert said.code == 0
    assert "Traceback" not in said.err


def test_json_can_go_to_a_device(tmp_path):
    done = shell(tmp_path, f"$HYPRL backtest --json /dev/stdout {' '.join(WINDOW)} 2>&1 >r.txt")
    assert done.returncode == 0
    assert '"source": "backtest"' in (tmp_path / "r.txt").read_text()
