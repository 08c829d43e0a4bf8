"""Compile linked functions with numba, keep their code, and say once when that takes its time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

import llvmlite
import llvmlite.binding
import numba
import numpy as np

import hyprl.jit.records  # noqa: F401  numba learns to write rows
from hyprl.jit.cache import COMPILED_ROOM, keep_compiled
from hyprl.jit.direct import direct, way_in
from hyprl.jit.numba_inside import INNER, OPTIONS, UNCOUNTED

Function = Callable[..., Any]
Announce = Callable[[str], None]


def compiler_facts() -> tuple[str, ...]:
    """Return what compiled code depends on beside its source: how it is compiled, versions, processor."""
    own = (path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.py")))
    settings: Any = numba.config
    processor = settings.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    versions = (numba.__version__, llvmlite.__version__, np.__version__)
    return (*own, *versions, str(processor), str(settings.CPU_FEATURES))


class Compiler:
    """Compiles the functions of one kernel. `whole` are the code objects that Python calls as they are."""

    def __init__(self, kept: Path | None, whole: frozenset[CodeType], announce: Announce) -> None:
        self._kept = kept
        self._whole = whole
        self._announce = announce
        self._announced: set[str] = set()
        self._linked = 0

    def wrap(self, function: Function) -> Function:
        """Return a linked function compiled, to be called by other compiled ones."""
        options = {} if function.__code__ in self._whole else INNER
        own = str(function.__globals__.get("__name__")).startswith("hyprl.")
        self._linked += 1
        # numba names files of code by function and line, and two functions may stand on one line.
        name = f"{function.__name__}_{self._linked}"
        return self._dispatcher(function, {**OPTIONS, **(UNCOUNTED if own else {}), **options}, name)

    def callable_from_python(self, function: Function, twin: Function, states: int) -> Function:
        """Return what Python calls in the place of a function whose compiled twin others call."""

        def compiled() -> Function:
            way = way_in(function, twin)
            return self._dispatcher(way, {**OPTIONS, **UNCOUNTED}, f"{function.__name__}_from_python")

        return direct(compiled, function, states)

    def say(self, message: str) -> None:
        """Announce something, once."""
        if message not in self._announced:
            self._announced.add(message)
            self._announce(message)

    def _dispatcher(self, function: Function, options: dict[str, Any], name: str) -> Function:
        function.__qualname__ = name
        dispatcher: Function = numba.njit(**options)(function)
        if self._kept is not None and not keep_compiled(dispatcher, self._kept, self.say):
            self.say(f"`{function.__name__}` has no source file, so it is compiled at every start")
        return dispatcher


def folder_of(cache: Path, digest: str) -> Path:
    """Return where the code of one fingerprint is kept."""
    return cache / COMPILED_ROOM / f"{numba.__version__}-{digest[:24]}"
