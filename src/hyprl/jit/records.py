"""Teach numba what numpy does by itself: `array[index] = row` for a structured array and a NamedTuple of its fields.

numba takes the names of a record's fields only from constants in the code, so the code is written out, a line a field.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numba
from numba.extending import overload

_types: Any = numba.types


@overload(operator.setitem, strict=False)
def write_row(array: Any, index: Any, row: Any) -> Callable[..., None] | None:
    """Return the code that writes one row; None for what is not a row of the array's fields, in their order."""
    if not isinstance(array, _types.Array) or not isinstance(row, _types.BaseNamedTuple):
        return None
    if not isinstance(array.dtype, _types.Record) or tuple(array.dtype.fields) != tuple(row.fields):
        return None
    lines = [f"    record[{name!r}] = row.{name}" for name in row.fields]
    source = "\n".join(["def write(array, index, row):", "    record = array[index]", *lines])
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102  our own text, made from the names of fields
    written: Callable[..., None] = names["write"]
    return written
