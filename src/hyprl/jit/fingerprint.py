"""Name compiled code by everything that went into it, so that a stale binary cannot be loaded.

That is: the text of every file in which a reached function stands or a class that it names, the values that it reads
(compiled code holds them frozen), and the versions and the processor that it was compiled with.
"""

from __future__ import annotations

import linecache
import sys
import types
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np

from hyprl.jit.link import Bindings, Function, closure_values, names_in, reachable


class UnknownSourceError(Exception):
    """A function has no source to hash, or was edited since it was loaded; `name` is its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"`{name}` has no source that can be read")


def source_hash(functions: list[Function], bindings: Bindings, *facts: str) -> str:
    """Hash every function that linking `functions` reaches, and `facts`.

    Raises UnknownSourceError for a function that does not stand in its file: typed into an interpreter, made by `exec`,
    or edited on disk since it was loaded. A notebook's cells are files in this sense.
    """
    reached = reachable(functions, bindings)
    texts = {name: _text(name) for name in sorted({name for one in reached for name in _files(one)})}
    places = _places(reached, texts)
    values = sorted(repr((places[one], list(_values(one, bindings, places)))) for one in reached)
    digest = sha256()
    for part in (sys.version, *facts, *texts, *texts.values(), *values):
        digest.update(sha256(part.encode(errors="surrogatepass")).digest())
    return digest.hexdigest()


def _text(name: str) -> str:
    linecache.checkcache(name)
    return "".join(linecache.getlines(name))


def _places(functions: list[Function], texts: dict[str, str]) -> dict[Function, str]:
    """Return of each function the file and its place among the code objects there: one file may hold several of a name.

    The text is hashed, but the code in memory is compiled: a text that does not give this code would name it wrongly.
    """
    places = {}
    for function in functions:
        name, code = function.__code__.co_filename, function.__code__
        place = _codes_of(texts[name], name).get(_unflagged(code))
        if place is None:
            raise UnknownSourceError(function.__name__)
        places[function] = f"{name} {place}"
    return places


@lru_cache(maxsize=64)  # compiling all of the kernel's files takes some milliseconds, and a run links twice
def _codes_of(text: str, name: str) -> dict[types.CodeType, int]:
    try:
        codes = [compile(text, name, "exec", dont_inherit=True)]
    except (SyntaxError, ValueError):  # a file that is being edited
        return {}
    for code in codes:
        codes.extend(constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return {_unflagged(code): place for place, code in enumerate(codes)}


def _unflagged(code: types.CodeType) -> types.CodeType:
    # numba changes the flags of a function that it calls while a profiler looks on.
    return code.replace(co_flags=0)


def _files(function: Function) -> Iterator[str]:
    yield function.__code__.co_filename
    for name in names_in(function.__code__):
        target = function.__globals__.get(name)
        if isinstance(target, type):
            target = sys.modules.get(target.__module__)
        if isinstance(target, types.ModuleType) and getattr(target, "__file__", None):
            yield str(target.__file__)


def _values(function: Function, bindings: Bindings, places: dict[Function, str]) -> Iterator[tuple[str, str]]:
    named = set(names_in(function.__code__))
    for name in sorted(named):
        target = function.__globals__.get(name)
        if isinstance(target, types.ModuleType):
            for member in sorted(named & vars(target).keys()):
                yield f"{name}.{member}", _spelled(vars(target)[member])
        elif isinstance(target, types.FunctionType):
            yield name, places.get(bindings.get(target, target), target.__name__)
        else:
            yield name, _spelled(target)
    for value in (function.__defaults__, function.__kwdefaults__, *closure_values(function)):
        yield "", _spelled(value)


def _spelled(value: Any) -> str:
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
