"""Call a compiled kernel function for its declared types, without numba asking at each call what it was given.

Recognising the named tuples of a live bar takes numba six times as long as deciding it. The types come from the
function's annotations: a float parameter is float64 whatever the first caller passed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_type_hints

import numba

from hyprl.domain.bars import MutableVector, Times, Vector

Function = Callable[..., Any]

_types: Any = numba.types  # numba's own types are incomplete
_FLOATS = _types.Array(_types.float64, 1, "C")
_INTEGERS = _types.Array(_types.int64, 1, "C")
_SCALARS = {float: _types.float64, int: _types.int64, bool: _types.boolean}


def direct(dispatcher: Any, function: Function, states: int) -> Function:
    """Return `dispatcher` compiled at the first call for the annotations of `function`, the plain one.

    A parameter annotated `object` is a tuple of `states` arrays. Calls raise what the function raises, NumbaError where
    it cannot be compiled, and TypeError for an argument that is not of its type.
    """
    entry: Function | None = None

    def call(*arguments: object) -> Any:
        nonlocal entry
        if entry is None:
            entry = _compiled(dispatcher, _signature(function, states))
        return entry(*arguments)

    return call


def _compiled(dispatcher: Any, signature: tuple[Any, ...]) -> Function:
    dispatcher.compile(signature)
    entry: Function = dispatcher.overloads[signature].entry_point
    return entry


def _signature(function: Function, states: int) -> tuple[Any, ...]:
    hints = get_type_hints(function)
    hints.pop("return", None)
    return tuple(_type_of(hint, states) for hint in hints.values())


def _type_of(hint: Any, states: int) -> Any:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if hint in (Vector, MutableVector):
        return _FLOATS
    if hint == Times:
        return _INTEGERS
    if hint is object:
        return _types.UniTuple(_FLOATS, states)
    members = [_type_of(member, states) for member in get_type_hints(hint).values()]
    return _types.BaseTuple.from_types(members, hint)
