"""What HyprL uses of numba beyond its documented interface, each behind one name.

pyproject.toml admits only versions of numba that tests/unit/jit/test_numba_inside.py was run with.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numba
from numba.core import caching, errors, serialize
from numba.extending import intrinsic

Function = Callable[..., Any]
# numba's own annotations are incomplete.
types: Any = numba.types
FunctionCache: Any = caching.FunctionCache
Failure: type[Exception] = errors.NumbaError
pickled: Callable[[object], bytes] = serialize.dumps

# IEEE division (a zero divisor gives inf or NaN, which no gate lets through); never fastmath.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "forceinline": True, "no_cfunc_wrapper": True}
# Without a way in from Python: one for each inner function took a third of the compilation. Python crashes if it calls
# such a function, so it is handed none (hyprl.jit.kernel).
INNER: dict[str, Any] = {"no_cpython_wrapper": True}
# Kernel code makes no arrays and keeps none: counting references to each state, bar by bar, took half its time.
UNCOUNTED: dict[str, Any] = {"_nrt": False}


class CodeFiles(Protocol):
    """Where the compiled code of one function is kept, by numba's key."""

    def load(self, key: object) -> Any:
        """Return what was saved under a key, None if there is nothing."""

    def save(self, key: object, data: object) -> None:
        """Keep data. Raises OSError."""


OpenFiles = Callable[[str, str, object], CodeFiles]  # folder, name, stamp of the function's source


class _CacheOver(FunctionCache):  # type: ignore[misc]
    """numba's function cache over files of one's own; a full or locked disk costs later runs a compilation."""

    def __init__(self, function: Function, open_files: OpenFiles, failed: Callable[[OSError], None]) -> None:
        super().__init__(function)
        found = self._cache_file
        self._cache_file: Any = open_files(
            self._cache_path, found._index_name.removesuffix(".nbi"), found._source_stamp
        )
        self._failed = failed

    def save_overload(self, sig: object, data: object) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as error:
            self._failed(error)


def keep_code(
    dispatcher: Any, directory: Path, open_files: OpenFiles, failed: Callable[[OSError], None]
) -> bool:
    """Let a dispatcher keep its code below `directory`; False where numba finds no source file to name it by."""
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(directory)
    try:
        cache = _CacheOver(dispatcher.py_func, open_files, failed)
    except RuntimeError:  # numba: no locator available
        return False
    finally:
        settings.CACHE_DIR = before
    if not Path(cache.cache_path).is_relative_to(directory):  # elsewhere, its name would not be ours
        return False
    dispatcher._cache = cache
    return True


def entry_point(dispatcher: Any, signature: tuple[Any, ...]) -> Function:
    """Compile a dispatcher for a signature; return what is called then, without recognising arguments first."""
    dispatcher.compile(signature)
    entry: Function = dispatcher.overloads[signature].entry_point
    return entry


def tuple_type(members: tuple[Any, ...], named: type | None = None) -> Any:
    """Return the type of a tuple with these member types, or of a NamedTuple class."""
    return types.BaseTuple.from_types(members, named)


def is_named_tuple(kind: Any) -> bool:
    """Tell whether a type is a NamedTuple's."""
    return isinstance(kind, types.BaseNamedTuple)


def _unnamed(kind: Any) -> Any:
    return tuple_type(tuple(map(_unnamed, kind))) if isinstance(kind, types.BaseTuple) else kind


def _as_it_lies(_context: Any, value: Any) -> Any:
    def generate(_context: Any, _builder: Any, _signature: Any, arguments: Any) -> Any:
        return arguments[0]

    return _unnamed(value)(value), generate


# In compiled code: a NamedTuple as the plain tuple that it is in memory, its members likewise; all else as it is. numba
# looks up and calls the class of each NamedTuple that it returns to Python, at 0.7 µs; a plain tuple costs a tenth.
unnamed: Any = intrinsic(_as_it_lies)
