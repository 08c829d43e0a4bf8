"""Link a plain Python function and all that it calls, either interpreted or compiled by numba.

A linked function is a copy whose globals point to linked copies of the functions it calls; names in `bindings`
replace the kernel's placeholders. Interpreted and compiled twins therefore run the same code objects. Nothing needs
a decorator, a user's own step included.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

Function = Callable[..., Any]
Bindings = Mapping[str, Function]


class Linker:
    """Links functions against one set of bindings; each function is linked once."""

    def __init__(self, bindings: Bindings, wrap: Callable[[Function], Function] | None = None) -> None:
        self._bindings = dict(bindings)
        self._wrap = wrap
        self._linked: dict[types.CodeType, Function] = {}

    def link(self, function: Function) -> Function:
        """Return the linked twin of a plain function."""
        code = function.__code__
        if code not in self._linked:
            namespace = dict(function.__globals__)
            twin: Function = types.FunctionType(
                code, namespace, function.__name__, function.__defaults__, function.__closure__
            )
            twin.__module__ = __name__  # numba's cache imports a function's module by this name
            self._linked[code] = self._wrap(twin) if self._wrap else twin
            for name, callee in callees(function, self._bindings):
                namespace[name] = self.link(callee)
        return self._linked[code]


def callees(function: Function, bindings: Bindings) -> Iterator[tuple[str, Function]]:
    """Yield the plain functions that a function names, placeholders replaced by their bindings."""
    for name in _names(function.__code__):
        target = bindings.get(name, function.__globals__.get(name))
        if isinstance(target, types.FunctionType):
            yield name, target


def source_hash(functions: list[Function], bindings: Bindings, *facts: str) -> str:
    """Hash the source files of every function reached, the bindings' own, and `facts`."""
    seen: dict[types.CodeType, Function] = {}
    queue = [*functions, *bindings.values()]
    while queue:
        function = queue.pop()
        if function.__code__ not in seen:
            seen[function.__code__] = function
            queue.extend(callee for _, callee in callees(function, bindings))
    digest = sha256("\n".join((sys.version, *facts)).encode())
    digest.update(Path(__file__).read_bytes())
    for name in sorted({function.__code__.co_filename for function in seen.values()}):
        path = Path(name)
        digest.update(path.read_bytes() if path.is_file() else name.encode())
    for constants in sorted(repr(_constants(function)) for function in seen.values()):
        digest.update(constants.encode())
    return digest.hexdigest()


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _constants(function: Function) -> list[tuple[str, object]]:
    plain = (bool, int, float, str, tuple)
    named = ((name, function.__globals__.get(name)) for name in sorted(set(_names(function.__code__))))
    return [(name, value) for name, value in named if isinstance(value, plain)]
