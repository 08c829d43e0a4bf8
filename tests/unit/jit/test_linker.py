"""Linking: twins, placeholders, closures, defaults."""

import types

import numba
import pytest

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


def test_reachable_finds_what_a_user_compiled_himself_and_what_is_named_through_a_module():
    helpers = types.ModuleType("helpers")
    helpers.scaled = numba.njit(half)
    names = {"compiled": numba.njit(double), "helpers": helpers}
    exec("def step(value):\n    return compiled(value) + helpers.scaled(value)", names)  # noqa: S102  names of its own
    assert reachable([names["step"]], {}) == [names["step"], double, half]
