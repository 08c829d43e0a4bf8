"""Linking: twins, placeholders, closures, defaults; the hash that names compiled code."""

import types

import pytest

from hyprl.jit.fingerprint import code_hash, source_hash
from hyprl.jit.link import Linker, reachable


def double(value):
    return 2.0 * value


def placeholder(value):
    raise NotImplementedError


def top(value):
    return placeholder(value) + double(value)


def half(value, *, divisor=2.0):
    return value / divisor


def countdown(value):
    return 0.0 if value <= 0.0 else countdown(value - 1.0)


def test_a_placeholder_is_replaced_by_identity_and_the_original_stays():
    linked = Linker({placeholder: half}).link(top)
    assert linked(3.0) == 7.5
    with pytest.raises(NotImplementedError):
        top(3.0)


def test_each_function_is_linked_once():
    linker = Linker({})
    assert linker.link(double) is linker.link(double)
    assert linker.link(countdown).__globals__["countdown"] is linker.link(countdown)


def test_two_linkers_do_not_share_bindings():
    first, second = Linker({placeholder: half}).link(top), Linker({placeholder: double}).link(top)
    assert (first(2.0), second(2.0)) == (5.0, 8.0)


def test_functions_closed_over_are_linked_too():
    def outer(value):
        return placeholder(value)

    def make(inner):
        return lambda value: inner(value) + 0.0

    assert Linker({placeholder: half}).link(make(outer))(3.0) == 1.5


def test_reachable_finds_callees_and_what_is_closed_over():
    def make(inner):
        return lambda value: inner(value) + 0.0

    function = make(top)
    assert reachable([function], {placeholder: half}) == [function, top, half, double]


def source(text, name="step", **names):
    module = types.ModuleType("made")
    module.__dict__.update(names)
    exec(compile(text, "<made>", "exec"), module.__dict__)  # noqa: S102  code that has no file is the point
    return source_hash([module.__dict__[name]], {})


BASE = "FACTOR = 2.0\ndef step(v, scale=1.0):\n    return v * FACTOR * scale * 3.0\n"


@pytest.mark.parametrize(
    "edited",
    [
        BASE.replace("3.0", "4.0"),
        BASE.replace("FACTOR = 2.0", "FACTOR = 2.5"),
        BASE.replace("scale=1.0", "scale=1.5"),
        BASE.replace("v * FACTOR", "v / FACTOR"),
    ],
)
def test_code_without_a_file_is_hashed_by_what_it_does(edited):
    assert source(edited) != source(BASE)
    assert source(BASE) == source(BASE)


def test_a_constant_read_through_a_module_is_hashed():
    text = "def step(v):\n    return v * limits.TOP\n"
    limits = [types.ModuleType("limits") for _ in range(2)]
    limits[0].TOP, limits[1].TOP = 1.0, 2.0
    assert source(text, limits=limits[0]) != source(text, limits=limits[1])


def test_what_is_closed_over_is_hashed():
    def make(factor):
        return lambda value: value * factor

    assert source_hash([make(2.0)], {}) != source_hash([make(3.0)], {})
    assert source_hash([make(2.0)], {}) == source_hash([make(2.0)], {})


def test_facts_are_hashed():
    assert source_hash([double], {}, "a") != source_hash([double], {}, "b")


def test_functions_that_differ_in_a_constant_alone_have_other_code_hashes():
    first, second = (lambda value: value + 1.0), (lambda value: value + 2.0)
    assert first.__code__.co_code == second.__code__.co_code
    assert code_hash(first) != code_hash(second)
