"""Exact Shapley values: how much of a whole each part brings, averaged over every order in which parts can join.

L. S. Shapley, A value for n-person games (1953). All 2^n subsets are valued once each, n is small (n <= 12).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, combinations
from math import factorial, fsum

Game = Callable[[frozenset[str]], float]
MOST_PLAYERS = 12


def subsets(players: Sequence[str]) -> list[frozenset[str]]:
    """Return every subset, the empty one first, the whole last."""
    sizes = range(len(players) + 1)
    return [frozenset(chosen) for chosen in chain.from_iterable(combinations(players, n) for n in sizes)]


def shapley_values(players: Sequence[str], game: Game) -> dict[str, float]:
    """Return each player's Shapley value; together they make game(all) - game(nobody), up to rounding.

    `game` is called once for each subset. Raises ValueError for a repeated player or more than 12 of them.
    """
    if len(set(players)) != len(players) or len(players) > MOST_PLAYERS:
        raise ValueError(f"{len(players)} players: each once, and at most {MOST_PLAYERS}")
    values = {subset: game(subset) for subset in subsets(players)}
    count = len(players)
    weights = [factorial(n) * factorial(count - n - 1) / factorial(count) for n in range(count)]
    return {
        player: fsum(
            weights[len(subset)] * (values[subset | {player}] - value)
            for subset, value in values.items()
            if player not in subset
        )
        for player in players
    }
