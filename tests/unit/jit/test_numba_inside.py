"""Each use of numba beyond its documented interface still does what HyprL needs of it.

A failure here after an update of numba names what has to be found anew; pyproject.toml keeps such updates out.
"""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import pytest

from hyprl.jit import numba_inside
from hyprl.jit.cache import VerifiedFiles

ROOT = Path(__file__).resolve().parents[3]


class Pair(NamedTuple):
    first: float
    second: int


class Nest(NamedTuple):
    pair: Pair
    third: float


FLOAT, INTEGER = numba.types.float64, numba.types.int64


def half(value):
    return value / 2.0


def nested(value):
    return Nest(Pair(value, 7), 2.0 * value)


def test_the_pinned_range_ends_with_the_minor_version_that_these_tests_run_with():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (stated,) = [line for line in project["dependencies"] if line.startswith("numba")]
    major, minor = map(int, version("numba").split(".")[:2])
    assert re.fullmatch(rf"numba>=\S+,<{major}\.{minor + 1}", stated)


def test_options_that_are_not_documented_are_accepted_and_leave_the_function_callable_by_others():
    inner = numba.njit(**numba_inside.OPTIONS, **numba_inside.INNER, **numba_inside.UNCOUNTED)(half)
    outer = numba.njit(**numba_inside.OPTIONS, **numba_inside.UNCOUNTED)(lambda value: inner(value) + 1.0)
    assert outer(3.0) == 2.5
    ways_in = [["_ZN7cpython" in text for text in one.inspect_llvm().values()] for one in (inner, outer)]
    assert ways_in == [[False], [True]]


def test_code_without_numbas_memory_manager_may_not_make_arrays():
    assert numba.njit(lambda: np.zeros(3))().tolist() == [0.0] * 3
    with pytest.raises(numba_inside.Failure):
        numba.njit(**numba_inside.UNCOUNTED)(lambda: np.zeros(3))()


def test_division_by_zero_follows_ieee():
    divide = numba.njit(**numba_inside.OPTIONS)(lambda a, b: a / b)
    assert divide(1.0, 0.0) == np.inf and np.isnan(divide(0.0, 0.0))


def test_the_entry_point_of_a_signature_is_called_without_looking_at_its_arguments():
    dispatcher = numba.njit(half)
    entry = numba_inside.entry_point(dispatcher, (FLOAT,))
    assert entry(3) == 1.5
    assert list(dispatcher.overloads) == [(FLOAT,)]


def test_the_type_of_a_named_tuple_is_the_one_that_numba_gives_it():
    made = numba_inside.tuple_type((FLOAT, INTEGER), Pair)
    assert made == numba.typeof(Pair(1.0, 2))
    assert numba_inside.is_named_tuple(made)
    assert not numba_inside.is_named_tuple(numba_inside.tuple_type((FLOAT, INTEGER)))


def test_a_named_tuple_goes_to_python_as_plain_tuples():
    def plain(value):
        return unnamed(make(value))

    unnamed, make = numba_inside.unnamed, numba.njit(nested)
    found = numba.njit(plain)(0.5)
    assert found == ((0.5, 7), 1.0)
    assert type(found) is tuple and type(found[0]) is tuple


def test_a_dispatcher_keeps_its_code_in_files_that_it_is_given(tmp_path):
    first, second = numba.njit(half), numba.njit(half)
    failures = []
    for dispatcher in (first, second):
        assert numba_inside.keep_code(dispatcher, tmp_path, VerifiedFiles, failures.append)
        assert dispatcher(3.0) == 1.5
    assert len(list(tmp_path.rglob("*.nbc"))) == len(list(tmp_path.rglob("*.nbi"))) == 1
    assert (sum(first.stats.cache_hits.values()), sum(second.stats.cache_hits.values())) == (0, 1)
    assert not failures


def test_code_that_cannot_be_kept_is_reported_and_runs(tmp_path):
    class FullDisk(VerifiedFiles):
        def save(self, key, data):
            raise OSError(28, "No space left on device")

    dispatcher, failures = numba.njit(half), []
    assert numba_inside.keep_code(dispatcher, tmp_path, FullDisk, failures.append)
    assert dispatcher(3.0) == 1.5
    assert [error.errno for error in failures] == [28]


def test_a_function_without_a_file_keeps_no_code(tmp_path):
    names = {}
    exec("def typed(value):\n    return value", names)  # noqa: S102  code that has no file is the point
    assert not numba_inside.keep_code(numba.njit(names["typed"]), tmp_path, VerifiedFiles, print)


def test_what_the_compiler_refuses_is_one_kind_of_failure():
    with pytest.raises(numba_inside.Failure):
        numba.njit(lambda value: value.nothing)(1.0)


def test_what_is_kept_can_be_read_back():
    import pickle

    assert pickle.loads(numba_inside.pickled({"key": (FLOAT,)})) == {"key": (FLOAT,)}
