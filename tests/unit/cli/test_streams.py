"""Terminals as they are: closed pipes, full devices, few columns, encodings that know no `…`."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

NO_READER = 141  # 128 + SIGPIPE
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


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    """Bars and two logs that part, for the commands that take files."""
    folder = tmp_path_factory.mktemp("inputs")
    bars = folder / "bars.parquet"
    bars.write_bytes(files("hyprl.embedded").joinpath("synthetic_nvda_1h.parquet").read_bytes())
    minutes = [
        f"2025-01-15T{14 + m // 60}:{m % 60:02d}:00Z,100.0,101.0,99.0,100.5,10" for m in range(30, 360, 5)
    ]
    (folder / "minutes.csv").write_text("\n".join(["timestamp,open,high,low,close,volume", *minutes]))
    for name, word in (("left", "emit"), ("right", "reject")):
        rows = [f"2025-01-15T{hour}:30:00Z,NVDA,{word if hour == 16 else 'reject'}" for hour in range(14, 20)]
        (folder / f"{name}.csv").write_text("\n".join(["timestamp,symbol,decision", *rows]))
    return folder


NVDA = ("--symbol", "NVDA")
COMMANDS = {
    "help": ("--help",),
    "version": ("--version",),
    "help of a command": ("bars", "validate", "--help"),
    "check": ("check", *WINDOW),
    "check, JSON": ("check", "--json", "-", *WINDOW),
    "diff": ("diff", "{0}/left.csv", "{0}/right.csv"),
    "diff, JSON": ("diff", "{0}/left.csv", "{0}/right.csv", "--json", "-"),
    "explain": ("explain", "{0}/left.csv", "{0}/right.csv"),
    "explain, JSON": ("explain", "{0}/left.csv", "{0}/right.csv", "--json", "-"),
    "shrink": ("shrink", "{0}/left.csv", "{0}/right.csv"),
    "backtest": ("backtest", *WINDOW),
    "backtest, JSON to a device": ("backtest", "--json", "/dev/stdout", *WINDOW),
    "backtest, trace to a device": ("backtest", "--trace", "/dev/stdout", *WINDOW),
    "replay": ("replay", *WINDOW),
    "train": ("train", "--start", "2024-06-03", "--end", "2024-12-12", "--out", "m.pkl"),
    "faults list": ("faults", "list"),
    "faults list, JSON": ("faults", "list", "--json", "-"),
    "faults run": ("faults", "run", "--short", "--only", "shifted-cache", *WINDOW),
    "warmup": ("warmup", "--anchors", "1", *WINDOW),
    "bars validate": ("bars", "validate", "{0}/bars.parquet", *NVDA),
    "bars validate, JSON": ("bars", "validate", "{0}/bars.parquet", *NVDA, "--json", "-"),
    "bars aggregate": ("bars", "aggregate", "{0}/minutes.csv", *NVDA, "--out", "hours.csv"),
    "bars compare": ("bars", "compare", "{0}/bars.parquet", "{0}/bars.parquet", *NVDA),
    "features list": ("features", "list"),
    "features diff": ("features", "diff", *WINDOW),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_that_has_gone_ends_a_command_quietly_and_is_no_verdict(tmp_path, inputs, name):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "hyprl", *(part.format(inputs) for part in COMMANDS[name])]
    done = subprocess.run(
        command, cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("hyprl: ")]
    assert lines == [] or "--json" in command  # text for people goes there while JSON has standard output
    assert "Traceback" not in done.stderr and "error: " not in done.stderr
    assert done.returncode == NO_READER


@pytest.mark.parametrize("arguments", [("--nonsense",), ("nonsense",), ("backtest", "--bars", "missing.csv")])
def test_an_error_that_nobody_reads_of_is_still_one(tmp_path, arguments):
    done = shell(tmp_path, f"$HYPRL {' '.join(arguments)} 2>&1 | true")
    assert done.returncode == 2


@pytest.mark.parametrize("command", ["check", "backtest", "replay"])
def test_a_reader_that_leaves_early_costs_no_file(tmp_path, command):
    done = shell(tmp_path, f"$HYPRL {command} --json r.json {' '.join(WINDOW)} | true")
    assert done.returncode == NO_READER
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
    ended = process(command, *WINDOW, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.code == 0
    assert ended.out.isascii()


def test_an_error_with_a_foreign_name_is_served_in_ascii(process):
    ended = process("backtest", "--bars", "größe.csv", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert ended.is_named_error


@pytest.mark.parametrize("command", ["check", "backtest", "replay"])
def test_forty_columns_are_enough(process, command):
    ended = process(command, *WINDOW, COLUMNS="40")
    assert ended.code == 0
    assert "Traceback" not in ended.err


def test_json_can_go_to_a_device(tmp_path):
    done = shell(tmp_path, f"$HYPRL backtest --json /dev/stdout {' '.join(WINDOW)} 2>&1 >r.txt")
    assert done.returncode == 0
    assert '"source": "backtest"' in (tmp_path / "r.txt").read_text()
