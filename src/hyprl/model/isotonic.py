"""The rising curve nearest to outcomes: pool adjacent violators (Ayer, Brunk, Ewing, Reid and Silverman, 1955)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array


class _Block(NamedTuple):
    # Neighbouring margins, first and last by rank, that share one probability.
    first: int
    last: int
    rises: int
    rows: int


def fit_rising_curve(margins: Float64Array, y: Int64Array) -> tuple[list[float], list[float]]:
    """Return the knots of the rising curve of least squares: rising margins, and the share of rises at each.

    `y` is 0 or 1; rows of one margin count as one point. The shares are quotients of counts, each rounded once.
    """
    points, ranks, counts = np.unique(margins, return_inverse=True, return_counts=True)
    rises = np.bincount(ranks, weights=y).astype(np.int64)
    blocks: list[_Block] = []
    for rank, (up, rows) in enumerate(zip(rises.tolist(), counts.tolist(), strict=True)):
        block = _Block(rank, rank, up, rows)
        # In integers, so that equal shares are seen as equal and no mean of means is rounded twice.
        while blocks and blocks[-1].rises * block.rows >= block.rises * blocks[-1].rows:
            before = blocks.pop()
            block = _Block(before.first, rank, before.rises + block.rises, before.rows + block.rows)
        blocks.append(block)
    knots = [(end, block) for block in blocks for end in dict.fromkeys((block.first, block.last))]
    return [float(points[end]) for end, _ in knots], [block.rises / block.rows for _, block in knots]
