"""Link a plain Python function and all that it calls, either interpreted or compiled by numba.

A linked function is a copy whose globals (and closure) point to linked copies of the functions it calls; `bindings`
replaces the kernel's placeholders. Interpreted and compiled twins therefore run the same code objects. Nothing needs
a decorator, a user's own step included.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Function = Callable[..., Any]
Bindings = Mapping[Function, Function]
_VERSIONED = {*sys.stdlib_module_names, "numpy", "numba"}  # named by their version, not by their source


class Linker:
    """Links functions against one set of bindings (placeholder to function); each function is linked once."""

    def __init__(self, bindings: Bindings, wrap: Callable[[Function], Function] | None = None) -> None:
        self._bindings = dict(bindings)
        self._wrap = wrap
        self._linked: dict[Function, Function] = {}

    def link(self, function: Function) -> Function:
        """Return the linked twin of a plain function."""
        function = self._bindings.get(function, function)
        if function not in self._linked:
            twin = self._twin(function)
            self._linked[function] = self._wrap(twin) if self._wrap else twin
            for name, callee in global_callees(function):
                twin.__globals__[name] = self.link(callee)
        return self._linked[function]

    def _twin(self, function: Function) -> Function:
        twin: Function = types.FunctionType(
            function.__code__,
            dict(function.__globals__),
            function.__name__,
            function.__defaults__,
            tuple(self._cell(cell) for cell in function.__closure__ or ()),
        )
        twin.__kwdefaults__ = function.__kwdefaults__
        twin.__module__ = __name__  # numba's cache imports a function's module by this name
        return twin

    def _cell(self, cell: types.CellType) -> types.CellType:
        content = cell.cell_contents
        return types.CellType(self.link(content)) if isinstance(content, types.FunctionType) else cell


def reachable(functions: list[Function], bindings: Bindings) -> list[Function]:
    """Return every Python function that linking `functions` would compile, each once, in the order met.

    Beside those that are linked: what a user compiled with numba himself, and what is named through a module.
    """
    found: dict[Function, None] = {}
    queue = list(functions)
    while queue:
        function = queue.pop(0)
        function = bindings.get(function, function)
        if function not in found:
            found[function] = None
            queue.extend(_python_functions(_named_values(function)))
    return list(found)


def _named_values(function: Function) -> Iterator[object]:
    named = set(names_in(function.__code__))
    for name in names_in(function.__code__):
        target = function.__globals__.get(name)
        if isinstance(target, types.ModuleType):
            yield from (vars(target)[member] for member in sorted(named & vars(target).keys()))
        else:
            yield target
    yield from closure_values(function)


def _python_functions(values: Iterable[object]) -> Iterator[Function]:
    for value in values:
        function = getattr(value, "py_func", value)  # numba's dispatchers hold the function that they compile
        if isinstance(function, types.FunctionType) and function.__module__.split(".")[0] not in _VERSIONED:
            yield function


def global_callees(function: Function) -> Iterator[tuple[str, Function]]:
    """Yield the plain functions that a function names among its globals."""
    for name in names_in(function.__code__):
        target = function.__globals__.get(name)
        if isinstance(target, types.FunctionType):
            yield name, target


def closure_values(function: Function) -> tuple[object, ...]:
    """Return what a function closes over."""
    return tuple(cell.cell_contents for cell in function.__closure__ or ())


def names_in(code: types.CodeType) -> Iterator[str]:
    """Yield the global and attribute names of a code object and of those nested in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from names_in(constant)
