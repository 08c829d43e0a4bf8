"""The hash that names compiled code: it follows every source and every value that a function uses, and nothing else."""

import cProfile
import importlib.util
import linecache
import sys
import types
from itertools import count

import numba
import pytest

from hyprl.jit.fingerprint import UnknownSourceError, source_hash

STEP = """
import numba
import my_limits
from my_helpers import Pair, scaled

FACTOR = 2.0

def step(v, scale=1.0):
    return scaled(v) * FACTOR * scale * my_limits.TOP + Pair(v, v).first
"""
HELPERS = """
from typing import NamedTuple

class Pair(NamedTuple):
    first: float
    second: float

def doubled(v):
    return 2.0 * v

def scaled(v):
    return doubled(v)
"""
LIMITS = "TOP = 3.0\n"
FILES = {"my_limits": LIMITS, "my_helpers": HELPERS, "my_step": STEP}
UNIQUE = count()


def doubled(value):
    return 2.0 * value


@pytest.fixture
def load(tmp_path):
    """Write a user's modules, some of them edited, into a folder of their own; return those that are loaded."""

    def make(**edited):
        folder, modules = tmp_path / f"{next(UNIQUE)}", {}
        folder.mkdir()
        try:
            for name, text in {**FILES, **edited}.items():
                (folder / f"{name}.py").write_text(text)
                spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
                modules[name] = sys.modules[name] = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(modules[name])
        finally:
            for name in FILES:
                sys.modules.pop(name, None)
        return types.SimpleNamespace(**modules, folder=folder)

    return make


@pytest.fixture
def digest(tmp_path, run_python):
    """The hash of a user's step as a process of its own sees it, always from the same folder."""

    def compute(**edited):
        for name, text in {**FILES, **edited}.items():
            (tmp_path / f"{name}.py").write_text(text)
        program = (
            "import my_step; from hyprl.jit.fingerprint import source_hash as h; print(h([my_step.step], {}))"
        )
        done = run_python("-B", "-c", f"import sys; sys.path.insert(0, '.'); {program}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return compute


def test_the_same_files_give_the_same_hash_in_every_process(digest):
    assert digest() == digest()


EDITS = {
    "the step": {"my_step": STEP.replace("* scale", "/ scale")},
    "its default": {"my_step": STEP.replace("scale=1.0", "scale=1.5")},
    "its constant": {"my_step": STEP.replace("FACTOR = 2.0", "FACTOR = 2.5")},
    "a helper": {"my_helpers": HELPERS.replace("return doubled(v)", "return v")},
    "a helper's helper": {"my_helpers": HELPERS.replace("2.0 * v", "3.0 * v")},
    "a helper compiled by the user": {
        "my_helpers": HELPERS.replace("def scaled", "import numba\n@numba.njit\ndef scaled")
    },
    "the fields of a class": {"my_helpers": HELPERS.replace("first: float", "first: int")},
    "a constant read through a module": {"my_limits": "TOP = 4.0\n"},
}


@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS)
def test_a_change_in_anything_that_a_step_uses_changes_its_hash(edited, digest):
    assert digest(**edited) != digest()


COMPILED = HELPERS.replace("def scaled", "import numba\n@numba.njit\ndef scaled")
NAMED = STEP.replace("import Pair, scaled", "import Pair").replace("scaled(v)", "my_helpers.scaled(v)")
THROUGH_MODULE = NAMED.replace("import my_limits", "import my_limits, my_helpers")


@pytest.mark.parametrize("step", [STEP, THROUGH_MODULE], ids=["by name", "through its module"])
def test_a_change_behind_a_helper_that_the_user_compiled_changes_the_hash(step, digest):
    before = digest(my_step=step, my_helpers=COMPILED)
    assert digest(my_step=step, my_helpers=COMPILED.replace("2.0 * v", "3.0 * v")) != before


def test_values_are_hashed_as_they_are_not_as_they_stand_in_the_file(load):
    modules = load()
    before = source_hash([modules.my_step.step], {})
    modules.my_step.FACTOR = 9.0
    changed = source_hash([modules.my_step.step], {})
    modules.my_step.FACTOR, modules.my_limits.TOP = 2.0, 9.0
    assert len({before, changed, source_hash([modules.my_step.step], {})}) == 3


def test_what_a_name_stands_for_is_hashed(load):
    modules = load()
    before = source_hash([modules.my_step.step], {})
    modules.my_step.scaled = modules.my_helpers.doubled
    assert source_hash([modules.my_step.step], {}) != before


def test_what_is_closed_over_is_hashed():
    def make(factor):
        return lambda value: value * factor

    assert source_hash([make(2.0)], {}) != source_hash([make(3.0)], {})
    assert source_hash([make(2.0)], {}) == source_hash([make(2.0)], {})


def test_functions_on_one_line_have_hashes_of_their_own():
    first, second = (lambda value: value + 1.0), (lambda value: value + 2.0)
    assert source_hash([first], {}) != source_hash([second], {})


def test_facts_are_hashed():
    assert source_hash([source_hash], {}, "a") != source_hash([source_hash], {}, "b")


def made(text, name="<made>"):
    names = {}
    exec(compile(text, name, "exec"), names)  # noqa: S102  code that has no file is the point
    return names["step"]


def test_a_step_without_source_has_no_hash_and_is_named():
    with pytest.raises(UnknownSourceError, match="`step` has no source that can be read"):
        source_hash([made("def step(v):\n    return v\n")], {})


def test_a_step_in_a_notebooks_cell_is_hashed_by_the_cell():
    def cell(text):
        name = f"<cell {next(UNIQUE)}>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        return source_hash([made(text, name)], {})

    first, other = "def step(v):\n    return v * 2.0\n", "def step(v):\n    return v * 3.0\n"
    assert cell(first) != cell(other)


def test_a_file_that_was_edited_after_it_was_loaded_does_not_name_the_old_code(load):
    modules = load()
    (modules.folder / "my_helpers.py").write_text(HELPERS.replace("2.0 * v", "3.0 * v"))
    with pytest.raises(UnknownSourceError, match="`doubled`"):
        source_hash([modules.my_step.step], {})


def test_a_function_that_ran_compiled_under_a_profiler_is_still_found_in_its_file():
    digest = source_hash([doubled], {})
    flags, profiler = doubled.__code__.co_flags, cProfile.Profile()
    profiler.runcall(numba.njit(doubled), 1.5)
    assert doubled.__code__.co_flags != flags  # else numba has mended it, and `_unflagged` can go
    assert source_hash([doubled], {}) == digest
