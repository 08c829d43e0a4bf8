"""Change one comparison, sign, constant or and/or at a time, at random, and see whether the room's own tests notice.

    python scripts/mutants.py --count 60 --seed 1

Each change is made in a copy of `src`, and `tests/unit/<room>` is run against it for at most --seconds. A change that
passes is printed with its line: it needs the test that was missing, or a word on why it changes nothing. One that
outlasts the time is printed too: it may loop for ever, or the machine be busy.
Exit: 0 every change was noticed, 1 some were not.
"""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import click

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("kernel", "bars", "features", "strategy", "risk", "model", "trace", "live", "logs", "parity")
NOTICED, SURVIVED, OUTLASTED = "noticed", "SURVIVED", "OUTLASTED"
SWAPS: dict[type[ast.AST], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.And: "or",
    ast.Or: "and",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the bytes `[start, end)` of a file become `text`."""

    file: Path
    line: int
    start: int
    end: int
    text: str

    @property
    def room(self) -> str:
        """Return the room whose tests must notice."""
        return self.file.relative_to(ROOT / "src" / "hyprl").parts[0]

    def describe(self, source: bytes) -> str:
        """Return where and what, on one line."""
        old = source[self.start : self.end].decode().strip()
        code = source.splitlines()[self.line - 1].decode().strip()
        return f"{self.file.relative_to(ROOT)}:{self.line}: `{old}` -> `{self.text.strip()}` in `{code}`"


class Sites(ast.NodeVisitor):
    """Gathers every place of a file that can be changed; annotations and docstrings are left alone."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.source = file.read_bytes()
        lines = self.source.splitlines(keepends=True)
        self.starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
        self.found: list[Mutant] = []

    def visit_Compare(self, node: ast.Compare) -> None:
        """Swap each comparison."""
        for left, operator, right in zip(
            [node.left, *node.comparators], node.ops, node.comparators, strict=False
        ):
            self._between(left, right, operator)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Swap each sign."""
        self._between(node.left, node.right, node.op)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Swap and, or."""
        self._between(node.values[0], node.values[1], node.op)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Change a number by one, a truth value to its opposite."""
        if isinstance(node.value, bool):
            self._replace(node, str(not node.value))
        elif isinstance(node.value, (int, float)):
            self._replace(node, repr(node.value + 1))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Skip the annotation."""
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Skip the annotation."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Skip decorators and the annotation of the result."""
        for default in [*node.args.defaults, *(item for item in node.args.kw_defaults if item is not None)]:
            self.visit(default)
        for statement in node.body:
            self.visit(statement)

    def _offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def _replace(self, node: ast.expr, text: str) -> None:
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        self.found.append(Mutant(self.file, node.lineno, start, end, text))

    def _between(self, left: ast.expr, right: ast.expr, operator: ast.AST) -> None:
        new = SWAPS.get(type(operator))
        if new is None or (isinstance(left, ast.Constant) and isinstance(left.value, str)):
            return
        start = self._offset(left.end_lineno or left.lineno, left.end_col_offset or 0)
        end = self._offset(right.lineno, right.col_offset)
        between = self.source[start:end]
        if between.strip(b" ()\n\\") and b"#" not in between:
            head, tail = between.count(b")"), between.count(b"(")
            self.found.append(
                Mutant(
                    self.file,
                    left.end_lineno or left.lineno,
                    start,
                    end,
                    ")" * head + f" {new} " + "(" * tail,
                )
            )


def sites(room: str) -> Iterator[Mutant]:
    """Yield every change that a room allows."""
    for file in sorted((ROOT / "src" / "hyprl" / room).rglob("*.py")):
        visitor = Sites(file)
        visitor.visit(ast.parse(visitor.source))
        yield from visitor.found


def outcome_of(mutant: Mutant, seconds: float) -> str:
    """Run the room's tests against a copy with the change."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        copytree(ROOT / "src", source, ignore=lambda _folder, names: [n for n in names if n == "__pycache__"])
        changed = source / mutant.file.relative_to(ROOT / "src")
        content = changed.read_bytes()
        changed.write_bytes(content[: mutant.start] + mutant.text.encode() + content[mutant.end :])
        environment = {
            **os.environ,
            "PYTHONPATH": str(source),
            "HYPRL_CACHE_DIR": str(Path(folder) / "cache"),
        }
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
        try:
            done = subprocess.run(
                [*command, str(ROOT / "tests" / "unit" / mutant.room)],
                cwd=ROOT,
                env=environment,
                timeout=seconds,
                capture_output=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return OUTLASTED
        return NOTICED if done.returncode else SURVIVED


@click.command()
@click.option("--count", type=click.IntRange(min=1), default=60, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--room", "rooms", multiple=True, type=click.Choice(ROOMS), help="Only these rooms.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--seconds", type=click.FloatRange(min=1.0), default=60.0, show_default=True)
def main(count: int, seed: int, rooms: tuple[str, ...], jobs: int, seconds: float) -> None:
    """Draw the changes, test each, print those that nothing noticed."""
    every = [mutant for room in rooms or ROOMS for mutant in sites(room)]
    chosen = random.Random(seed).sample(every, min(count, len(every)))  # noqa: S311  a draw, not a secret
    counts = {NOTICED: 0, SURVIVED: 0, OUTLASTED: 0}
    with ThreadPoolExecutor(jobs) as pool:
        for mutant, outcome in zip(
            chosen, pool.map(partial(outcome_of, seconds=seconds), chosen), strict=True
        ):
            counts[outcome] += 1
            click.echo(f"{outcome:<9} {mutant.describe(mutant.file.read_bytes())}")
    summary = ", ".join(f"{count} {outcome.lower()}" for outcome, count in counts.items())
    click.echo(f"{summary}, of {len(chosen)} ({len(every)} places, seed {seed})")
    sys.exit(0 if counts[NOTICED] == len(chosen) else 1)


if __name__ == "__main__":
    main()
