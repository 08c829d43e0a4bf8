"""Every output in docs/check-my-own-bot.md is what its command prints; HYPRL_REWRITE_DOCS=1 writes them anew."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOC = ROOT / "docs" / "check-my-own-bot.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


@pytest.fixture
def place(tmp_path) -> Path:
    shutil.copytree(ROOT / "examples" / "my_bot", tmp_path / "examples" / "my_bot")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, module in (("hyprl", "-m hyprl "), ("python", "")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module}"$@"\n')
        (tools / name).chmod(0o755)
    return tmp_path


def printed(block: str, folder: Path, tools: Path) -> str:
    lines = []
    for command in [line[2:] for line in block.splitlines() if line.startswith("$ ")]:
        lines.append(f"$ {command}")
        if command.startswith("cd "):
            continue
        source = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        path = os.pathsep.join([str(tools), os.environ["PATH"]])
        plain = {"PATH": path, "PYTHONPATH": source, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "HYPRL_"))
        }
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=kept | plain, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        lines += [line.rstrip() for line in done.stdout.decode().splitlines()]
    return "\n".join(lines) + "\n"


def test_every_output_of_the_walk_through_is_what_its_command_prints(place: Path) -> None:
    text = DOC.read_text(encoding="utf-8")
    folder, tools = place / "examples" / "my_bot", place / "tools"
    found = BLOCK.sub(lambda block: f"```console\n{printed(block[1], folder, tools)}```", text)
    if os.environ.get("HYPRL_REWRITE_DOCS"):
        DOC.write_text(found, encoding="utf-8")
    assert found == DOC.read_text(encoding="utf-8")


def test_the_example_logs_are_what_their_script_writes(tmp_path) -> None:
    script = ROOT / "examples" / "my_bot" / "make_logs.py"
    subprocess.run([sys.executable, script, tmp_path], check=True)
    for name in ("backtest.csv", "live.csv"):
        assert (tmp_path / name).read_bytes() == script.with_name(name).read_bytes()
