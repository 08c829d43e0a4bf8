"""Causes and redecide hand out facts: no sentence stands in them, and nothing is steered by a key of a dict."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hyprl

PACKAGE = Path(hyprl.__file__).parent
MODULES = sorted(path for room in ("causes", "redecide") for path in (PACKAGE / room).rglob("*.py"))
# An error is written where it is raised: it says what is wrong with the logs, not what was found in them.
ERRORS = ("_refused", "_bad")
MOST_WORDS = 3


def words_of(node: ast.AST) -> int:
    """How many words a literal or the literal parts of an f-string have; 0 for any other node."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return sum(word.isalpha() for text in texts for word in text.split())


def is_error(node: ast.AST) -> bool:
    """Raised, or made to be raised."""
    name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return isinstance(node, ast.Raise) or name.endswith("Error") or name in ERRORS


def sentences_in(node: ast.AST) -> Iterator[str]:
    """Literals that read as sentences, docstrings and errors apart."""
    for child in ast.iter_child_nodes(node):
        is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if is_docstring or is_error(child):
            continue
        if words_of(child) > MOST_WORDS:
            yield ast.unparse(child)
        else:
            yield from sentences_in(child)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_sentence_is_written_here(path: Path) -> None:
    assert list(sentences_in(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_reads_the_details_of_a_finding(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    assert not any(isinstance(node, ast.Attribute) and node.attr == "details" for node in nodes)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = f'the {side} side is flat and the other is not'", 1),
        ("def f():\n    'The right side is late by a bar.'", 0),
        ("raise ValueError(f'{n} factors are too many to share out')", 0),
        ("x = 'position_open'", 0),
    ],
)
def test_the_check_sees_a_sentence(source: str, found: int) -> None:
    assert len(list(sentences_in(ast.parse(source)))) == found
