"""Compiled code writes a NamedTuple into a structured array as numpy does."""

from typing import NamedTuple

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError

import hyprl.jit.records  # noqa: F401  what is tested
from hyprl.domain.records import record_dtype


class Pair(NamedTuple):
    count: int
    share: float


class Swapped(NamedTuple):
    share: float
    count: int


def write(rows, count, share):
    rows[1] = Pair(count, share)


def write_swapped(rows, count, share):
    rows[1] = Swapped(share, count)


def test_a_row_is_written_by_name_and_its_neighbours_are_left():
    interpreted, compiled = (np.zeros(3, record_dtype(Pair)) for _ in range(2))
    write(interpreted, 7, 0.25)
    numba.njit(write)(compiled, 7, 0.25)
    assert compiled.tolist() == interpreted.tolist() == [(0, 0.0), (7, 0.25), (0, 0.0)]


def test_a_row_of_other_fields_is_refused():
    with pytest.raises(TypingError):
        numba.njit(write_swapped)(np.zeros(3, record_dtype(Pair)), 7, 0.25)
