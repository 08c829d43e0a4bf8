"""A NamedTuple as a row of a numpy array: one definition of fields for what computes a row and for what keeps it."""

from __future__ import annotations

from typing import Any, get_type_hints

import numpy as np

_NUMBERS = {float: np.float64, int: np.int64, bool: np.bool_}


def record_dtype(row: type[Any]) -> np.dtype[np.void]:
    """Return the dtype with a NamedTuple's fields: float64, int64 and bool, without padding.

    `array[index] = row` writes one, by the interpreter and compiled (hyprl.jit.records). Padding would hold bytes that
    nobody wrote, and equal rows would not be equal bytes.
    """
    return np.dtype([(name, _NUMBERS[hint]) for name, hint in get_type_hints(row).items()])
