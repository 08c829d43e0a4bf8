"""Read features, or the probability, for values that one side repeats while the other's move."""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.account import HeldValues
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.number_formats import narrow_step
from hyprl.causes.signatures.pair import Column, Pair

_LEAST_HELD = 4


def find(pair: Pair) -> list[Finding]:
    """Report a side that repeats its values while the other's move."""
    columns = [column for column in pair.features if column.varies]
    columns = columns or ([] if pair.probability is None else [pair.probability])
    columns = [
        column for column in columns if narrow_step(column) is None
    ]  # rounded values repeat themselves
    for side in ("right", "left"):
        held = [(column, *_longest_hold(column, side)) for column in columns]
        held = [item for item in held if item[2] >= _LEAST_HELD and item[0].varies]
        if held and 2 * len(held) >= len([column for column in columns if column.differs.any()]):
            return [_finding(pair, side, held)]
    return []


def _longest_hold(column: Column, side: str) -> tuple[int, int]:
    mine, other = (column.right, column.left) if side == "right" else (column.left, column.right)
    still = np.zeros(len(mine) + 1, np.bool_)
    still[1:-1] = (mine[1:] == mine[:-1]) & (other[1:] != other[:-1])
    if column.name == "probability_up":
        still[1:-1] &= (mine[1:] > 0.0) & (mine[1:] < 1.0)  # 0 and 1 are where it saturates
    edges = np.flatnonzero(np.diff(np.concatenate(([False], still)).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    if not len(stops):
        return 0, 0
    longest = int((stops - starts[: len(stops)]).argmax())
    return int(starts[longest]), int(stops[longest] - starts[longest])


def _finding(pair: Pair, side: str, held: list[tuple[Column, int, int]]) -> Finding:
    column, start, length = max(held, key=lambda item: item[2])
    names = tuple(item[0].name for item in held)
    return Finding(
        Cause.STATE_LOST,
        0.93 if length >= 2 * _LEAST_HELD else 0.8,
        (HeldValues(side, names, column.name, length, pair.bar(start)),),
        first_bar=pair.bar(start),
        columns=names,
    )
