"""Rows of arrays have the fields of the tuples that are written into them, and nothing beside."""

from typing import NamedTuple

import numpy as np
import pytest

from hyprl.domain.decisions import BarContext, Decision
from hyprl.domain.records import record_dtype
from hyprl.domain.trades import Trade
from hyprl.kernel.batch import CONTEXT, DECISION, TRADE


class Mixed(NamedTuple):
    share: float
    count: int
    is_known: bool


@pytest.mark.parametrize(("row", "dtype"), [(BarContext, CONTEXT), (Decision, DECISION), (Trade, TRADE)])
def test_what_the_kernel_writes_has_the_fields_of_its_tuple(row, dtype):
    assert dtype.names == row._fields


def test_types_follow_the_annotations_and_no_byte_is_padding():
    dtype = record_dtype(Mixed)
    assert [dtype[name].str for name in dtype.names] == ["<f8", "<i8", "|b1"]
    assert dtype.itemsize == 17


def test_a_row_comes_back_as_it_was_written():
    rows = np.empty(1, record_dtype(Mixed))
    rows[0] = Mixed(0.1, -3, True)
    assert Mixed._make(rows.tolist()[0]) == Mixed(0.1, -3, True)
