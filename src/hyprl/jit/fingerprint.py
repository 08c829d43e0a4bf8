"""Name compiled code by everything that went into it, so that a stale binary cannot be loaded.

The hash covers, for every function reached: its source file, its bytecode and constants, its defaults, what it closes
over, and the values of the globals it names, those read through a module (`settings.FACTOR`) included.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np

from hyprl.jit.link import Bindings, Function, closure_values, names_in, reachable


def source_hash(functions: list[Function], bindings: Bindings, *facts: str) -> str:
    """Hash every function that linking `functions` reaches, and `facts`."""
    reached = reachable(functions, bindings)
    digest = sha256("\n".join((sys.version, *facts)).encode())
    for name in sorted({file for function in reached for file in _source_files(function)}):
        path = Path(name)
        digest.update(path.read_bytes() if path.is_file() else name.encode())
    for line in sorted(code_hash(function) for function in reached):
        digest.update(line.encode())
    for line in sorted(repr(list(_values(function))) for function in reached):
        digest.update(line.encode())
    return digest.hexdigest()


def code_hash(function: Function) -> str:
    """Hash a function's own bytecode, constants and names; two functions on one line of source differ."""
    return sha256("\n".join(_code(function.__code__)).encode()).hexdigest()


def _code(code: types.CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    yield repr((code.co_names, code.co_varnames, code.co_freevars, code.co_argcount))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code(constant)
        else:
            yield _spelled(constant)


def _source_files(function: Function) -> Iterator[str]:
    yield function.__code__.co_filename
    yield __file__
    for name in names_in(function.__code__):
        target = function.__globals__.get(name)
        if isinstance(target, type):
            target = sys.modules.get(target.__module__)
        if isinstance(target, types.ModuleType) and getattr(target, "__file__", None):
            yield str(target.__file__)


def _values(function: Function) -> Iterator[tuple[str, str]]:
    named = set(names_in(function.__code__))
    for name in sorted(named):
        target = function.__globals__.get(name)
        if isinstance(target, types.ModuleType):
            for member in sorted(named & vars(target).keys()):
                yield f"{name}.{member}", _spelled(vars(target)[member])
        else:
            yield name, _spelled(target)
    for value in (function.__defaults__, function.__kwdefaults__, *closure_values(function)):
        yield "", _spelled(value)


def _spelled(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}{sha256(value.tobytes()).hexdigest()}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_spelled, value))})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_spelled(item)}' for key, item in value.items())}}}"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(_spelled, value)))}}}"
    if isinstance(value, (bool, int, float, complex, str, bytes, np.generic)):
        return f"{type(value).__name__} {value!r}"
    return type(value).__name__
