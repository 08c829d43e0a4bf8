"""Shapley values against hand calculations and their axioms."""

from itertools import permutations
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprl.causes.shapley import shapley_values, subsets

PLAYERS = ("bars", "model", "equity")


def test_the_glove_game_gives_two_thirds_to_the_scarce_glove():
    # Two left gloves, one right; a pair is worth 1. The textbook's answer: 1/6, 1/6, 4/6.
    values = shapley_values(("left a", "left b", "right"), lambda who: float("right" in who and len(who) > 1))
    assert values == pytest.approx({"left a": 1 / 6, "left b": 1 / 6, "right": 2 / 3})


def test_two_factors_that_only_work_together_share_alike():
    values = shapley_values(("a", "b"), lambda who: 6.0 if len(who) == 2 else 0.0)
    assert values == {"a": 3.0, "b": 3.0}


def test_a_factor_that_masks_another_has_a_negative_share():
    worth = {frozenset(): 0.0, frozenset("a"): 4.0, frozenset("b"): 0.0, frozenset("ab"): 2.0}
    assert shapley_values(("a", "b"), worth.__getitem__) == {"a": 3.0, "b": -1.0}


def test_subsets_begin_with_nobody_and_end_with_everybody():
    assert subsets(("a", "b")) == [frozenset(), frozenset("a"), frozenset("b"), frozenset("ab")]


def test_a_repeated_player_is_refused():
    with pytest.raises(ValueError, match="each once"):
        shapley_values(("a", "a"), len)


def test_thirteen_players_are_refused():
    with pytest.raises(ValueError, match="at most 12"):
        shapley_values([str(n) for n in range(13)], len)


worths = st.lists(st.floats(-1.0, 1.0), min_size=8, max_size=8)


def _game(worth: list[float]):
    return dict(zip(subsets(PLAYERS), worth, strict=True)).__getitem__


@settings(max_examples=50)
@given(worths)
def test_the_shares_add_up_to_the_whole(worth: list[float]):
    total = sum(shapley_values(PLAYERS, _game(worth)).values())
    assert isclose(total, worth[-1] - worth[0], abs_tol=1e-12)


@settings(max_examples=50)
@given(worths)
def test_they_are_the_mean_over_every_order_of_joining(worth: list[float]):
    game, orders = _game(worth), list(permutations(PLAYERS))
    by_hand = dict.fromkeys(PLAYERS, 0.0)
    for order in orders:
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            by_hand[player] += (game(before | {player}) - game(before)) / len(orders)
    assert shapley_values(PLAYERS, game) == pytest.approx(by_hand, abs=1e-12)


@settings(max_examples=50)
@given(st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4))
def test_players_that_do_the_same_get_the_same(worth_of_count: list[float]):
    values = set(shapley_values(PLAYERS, lambda who: worth_of_count[len(who)]).values())
    assert max(values) - min(values) < 1e-12


@settings(max_examples=50)
@given(worths)
def test_a_player_who_changes_nothing_gets_nothing(worth: list[float]):
    game = _game(worth)
    assert abs(shapley_values(PLAYERS, lambda who: game(who - {"model"}))["model"]) < 1e-12
