"""The script that action.yml runs, with the inputs in the environment as GitHub hands them over."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
Run = Callable[..., tuple[int, str, dict[str, str]]]
NO_INPUTS = dict.fromkeys(("COMMAND", "LEFT", "RIGHT", "STAGE", "BASELINE", "ARGUMENTS"), "")
HEAD = "timestamp,symbol,decision,probability_up\n"
LEFT = HEAD + "2024-12-12T14:30:00Z,NVDA,emit,0.6\n2024-12-12T15:30:00Z,NVDA,reject,0.5\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the action's script; return exit code, standard output and the outputs it set."""
    if shutil.which("bash") is None:
        pytest.skip("the action's script needs bash")
    (tmp_path / "left.csv").write_text(LEFT)
    (tmp_path / "right.csv").write_text(LEFT.replace("emit", "reject"))
    outputs = tmp_path / "outputs"

    def invoke(**inputs: str) -> tuple[int, str, dict[str, str]]:
        outputs.write_text("")
        wanted = NO_INPUTS | {"HYPRL": str(Path(sys.executable).with_name("hyprl")), "OUT": "out"} | inputs
        environment = {**os.environ, **wanted, "GITHUB_OUTPUT": str(outputs)}
        done = subprocess.run(
            ["bash", str(ROOT / "scripts" / "github_action.sh")],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        written = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        return done.returncode, done.stdout, written

    return invoke


def test_equal_logs_pass_and_leave_every_file(run: Run, tmp_path: Path) -> None:
    code, _, outputs = run(COMMAND="diff", LEFT="left.csv", RIGHT="left.csv")
    assert (code, outputs["verdict"]) == (0, "kept")
    assert json.loads((tmp_path / outputs["json"]).read_bytes())["verdict"] == "kept"
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"report.html", "junit.xml", "result.json"}


def test_a_gap_fails_the_step_with_annotations(run: Run) -> None:
    code, out, outputs = run(COMMAND="diff", LEFT="left.csv", RIGHT="right.csv")
    assert (code, outputs["verdict"]) == (1, "broken")
    assert "::error title=HyprL parity%3A combined_gap::" in out


def test_a_missing_log_fails_without_a_verdict_and_without_an_old_result(run: Run, tmp_path: Path) -> None:
    run(COMMAND="diff", LEFT="left.csv", RIGHT="left.csv")
    code, _, outputs = run(COMMAND="diff", LEFT="left.csv", RIGHT="absent.csv")
    assert (code, outputs["verdict"]) == (2, "")
    assert not (tmp_path / "out" / "result.json").exists()


@pytest.mark.parametrize(
    "inputs", [{"COMMAND": "rm"}, {"COMMAND": "diff"}, {"COMMAND": "diff", "LEFT": "left.csv"}]
)
def test_inputs_that_make_no_command_are_refused(run: Run, inputs: dict[str, str]) -> None:
    code, out, _ = run(**inputs)
    assert code == 2
    assert out.startswith("::error")


def test_inputs_are_never_evaluated(run: Run, tmp_path: Path) -> None:
    evil = "$(touch ran);`touch ran`"
    run(COMMAND="diff", LEFT=evil, RIGHT="-rf", STAGE=evil, ARGUMENTS=f"{evil}\n--stage")
    assert not (tmp_path / "ran").exists()


def test_arguments_come_one_a_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "two words.csv").write_text(LEFT)
    code, _, _ = run(COMMAND="diff", LEFT="two words.csv", RIGHT="left.csv", ARGUMENTS="--stage\nfeatures\n")
    assert code == 0
    assert json.loads((tmp_path / "out" / "result.json").read_bytes())["stage"] == "features"
