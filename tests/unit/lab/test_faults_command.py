"""`hyprl faults` as it is typed."""

import json
from pathlib import Path

import pytest

from hyprl.cli.main import run
from hyprl.lab.catalogue import FAULTS

MONTH = ("--start", "2024-12-12", "--end", "2025-01-10")


def test_the_list_names_every_fault(capsys: pytest.CaptureFixture[str]):
    assert run(["faults", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {fault.name} " in shown for fault in FAULTS)


def test_the_list_as_json(capsys: pytest.CaptureFixture[str]):
    assert run(["faults", "list", "--json", "-"]) == 0
    assert len(json.loads(capsys.readouterr().out)["faults"]) == len(FAULTS)


def test_a_control_is_run_alone_and_files_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = ["faults", "run", "--only", "served-twice", "--out", str(tmp_path), *MONTH, "--json", "-"]
    assert run(arguments) == 0
    document = json.loads(capsys.readouterr().out)
    assert [case["case"] for case in document["cases"]] == ["served-twice"]
    assert document == json.loads((tmp_path / "faults" / "scoreboard.json").read_text())


def test_an_unknown_case_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["faults", "run", "--only", "nonesuch", "--out", str(tmp_path)]) == 2
    assert "no case is called `nonesuch`" in capsys.readouterr().err


def test_each_bar_file_needs_its_symbol(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = [
        "faults",
        "run",
        "--bars",
        "a.csv",
        "--bars",
        "b.csv",
        "--symbol",
        "A",
        "--out",
        str(tmp_path),
    ]
    assert run(arguments) == 2
    assert "--symbol once for each --bars" in capsys.readouterr().err


def test_check_takes_any_fault_and_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["check", "--plant", "dividend:0.01", "--out", str(tmp_path), *MONTH]) == 1


def test_check_refuses_an_unknown_fault(capsys: pytest.CaptureFixture[str]):
    assert run(["check", "--plant", "shifted-cash"]) == 2
    assert "did you mean `shifted-cache`?" in capsys.readouterr().err
