"""A broken check names the planted cause on the terminal, in the JSON and on the page; a kept one names none."""

import json
from pathlib import Path

import pytest

from hyprl.cli.main import run

WINDOW = ("--start", "2025-01-06", "--end", "2025-02-14")


def check(folder: Path, *arguments: str) -> tuple[int, dict]:
    target = folder / "check.json"
    code = run(["check", "--out", str(folder), "--json", str(target), *WINDOW, *arguments])
    return code, json.loads(target.read_text())


@pytest.mark.parametrize(
    ("fault", "cause"),
    [("refitted-scaler:window", "model_path"), ("drifting-equity:0.001", "sizing_equity")],
)
def test_the_planted_cause_is_named_with_its_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str, cause: str
):
    code, document = check(tmp_path, "--plant", fault)
    first = document["explanation"]["findings"][0]
    assert (code, first["cause"], first["kind"]) == (1, cause, "counterfactual")
    assert first["confident"]
    assert f"1. {cause.replace('_', ' ')}" in capsys.readouterr().out
    assert cause.replace("_", " ") in (tmp_path / "report.html").read_text()


def test_a_kept_check_explains_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, document = check(tmp_path)
    assert (code, document["explanation"]) == (0, None)
    assert "Causes" not in capsys.readouterr().out
