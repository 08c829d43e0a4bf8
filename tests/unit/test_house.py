"""Sizes that the house is held to: the command line only parses and maps, the wiring only wires."""

import ast
from pathlib import Path

import pytest

import hyprl

PACKAGE = Path(hyprl.__file__).parent
COMMANDS = sorted((PACKAGE / "cli").glob("*.py"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_no_function_of_the_command_line_has_more_than_30_lines(path: Path) -> None:
    long = [f.name for f in functions(path) if f.end_lineno - f.lineno + 1 > 30]
    assert long == []


def test_the_wiring_has_at_most_450_lines() -> None:
    assert len((PACKAGE / "wiring.py").read_text("utf-8").splitlines()) <= 450
