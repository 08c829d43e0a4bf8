"""Call a compiled kernel function for its declared types, without numba asking at each call what it was given.

Recognising the named tuples of a live bar takes numba six times as long as deciding it, naming those that it returns
as long again. The types come from the function's annotations: a float parameter is float64 whatever the first caller
passed, and a NamedTuple returned as a plain tuple gets its name here.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import partial
from typing import Any, get_type_hints

from hyprl.domain.bars import MutableVector, Times, Vector
from hyprl.jit.numba_inside import entry_point, tuple_type, unnamed
from hyprl.jit.numba_inside import types as numba_types

Function = Callable[..., Any]

_FLOATS = numba_types.Array(numba_types.float64, 1, "C")
_INTEGERS = numba_types.Array(numba_types.int64, 1, "C")
_SCALARS = {float: numba_types.float64, int: numba_types.int64, bool: numba_types.boolean}


def inner(*arguments: Any) -> Any:
    """Stand for the compiled function that a way in calls."""
    raise NotImplementedError


# One way in for each number of parameters: numba compiles `*arguments` for no declared types.
def _of_1(a: Any) -> Any:
    return unnamed(inner(a))


def _of_2(a: Any, b: Any) -> Any:
    return unnamed(inner(a, b))


def _of_3(a: Any, b: Any, c: Any) -> Any:
    return unnamed(inner(a, b, c))


def _of_4(a: Any, b: Any, c: Any, d: Any) -> Any:
    return unnamed(inner(a, b, c, d))


def _of_5(a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    return unnamed(inner(a, b, c, d, e))


_WAYS_IN = (_of_1, _of_2, _of_3, _of_4, _of_5)


def way_in(function: Function, twin: Function) -> Function:
    """Return a function, to be compiled, that calls the compiled `twin` of `function` and returns plain tuples."""
    way = _WAYS_IN[function.__code__.co_argcount - 1]
    names = {"inner": twin, "unnamed": unnamed, "__name__": __name__}
    return types.FunctionType(way.__code__, names, function.__name__)


def direct(make: Callable[[], Function], function: Function, states: int) -> Function:
    """Return what calls the dispatcher that `make` gives, made and compiled at the first call.

    The types are those that `function` is annotated with; `object` is a tuple of `states` arrays. Calls raise what the
    function raises, NumbaError where it cannot be compiled, and TypeError for an argument that is not of its type.
    """
    entry: Function | None = None
    named: Function | None = None

    def call(*arguments: object) -> Any:
        nonlocal entry, named
        if entry is None:
            hints = get_type_hints(function)
            named = _naming(hints.pop("return"))
            entry = entry_point(make(), tuple(_type_of(hint, states) for hint in hints.values()))
        values = entry(*arguments)
        return values if named is None else named(values)

    return call


def _type_of(hint: Any, states: int) -> Any:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if hint in (Vector, MutableVector):
        return _FLOATS
    if hint == Times:
        return _INTEGERS
    if hint is object:
        return numba_types.UniTuple(_FLOATS, states)
    members = tuple(_type_of(member, states) for member in get_type_hints(hint).values())
    return tuple_type(members, hint)


def _naming(hint: Any) -> Function | None:
    # What makes a NamedTuple of the plain tuple that compiled code returns for it; None for a number.
    if not hasattr(hint, "_fields"):
        return None
    members = [(place, _naming(member)) for place, member in enumerate(get_type_hints(hint).values())]
    nested = [(place, name) for place, name in members if name is not None]
    make = partial(
        tuple.__new__, hint
    )  # a NamedTuple's own constructor, without counting its arguments again
    return partial(_named, make, nested) if nested else make


def _named(make: Function, nested: list[tuple[int, Function]], values: tuple[Any, ...]) -> Any:
    own = list(values)
    for place, name in nested:
        own[place] = name(own[place])
    return make(own)
