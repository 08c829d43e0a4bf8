"""Pack weights into the flat sequence that `evaluate` reads, and check one that came from a file.

The check is what lets the compiled kernel read without bounds: every index lies inside, every walk ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hyprl.errors import ArtifactError
from hyprl.model.evaluate import (
    CALIBRATION_ISOTONIC,
    CALIBRATION_NONE,
    CALIBRATION_PLATT,
    HEADER,
    NODE_SLOTS,
)

LOGISTIC = "logistic"
XGBOOST = "xgboost"
CALIBRATION_NAMES = {CALIBRATION_NONE: "none", CALIBRATION_PLATT: "platt", CALIBRATION_ISOTONIC: "isotonic"}
FLOAT32_MAX = 3.4028234663852886e38


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One node: left where feature < boundary, or a leaf (`column` -1) with a float32 `value`."""

    column: int
    value: float
    left: int = 0
    right: int = 0


def pack_logistic(
    intercept: float, means: Sequence[float], scales: Sequence[float], coefficients: Sequence[float]
) -> tuple[float, ...]:
    """Return uncalibrated weights of a scaler and a logistic regression; scales must not be 0."""
    inverse = [1.0 / scale for scale in scales]
    return tuple(
        float(w) for w in (len(means), CALIBRATION_NONE, 0, intercept, *means, *inverse, *coefficients)
    )


def pack_trees(
    column_count: int, base_margin: float, trees: Sequence[Sequence[TreeNode]]
) -> tuple[float, ...]:
    """Return uncalibrated weights of boosted trees; node 0 of each tree is its root."""
    roots: list[float] = []
    nodes: list[float] = []
    start = HEADER + 1 + len(trees)
    for tree in trees:
        roots.append(float(start + len(nodes)))
        nodes += _pack_tree(tree, start + len(nodes))
    return (float(column_count), 0.0, 0.0, float(base_margin), float(len(trees)), *roots, *nodes)


def with_calibration(weights: Sequence[float], method: int, block: Sequence[float]) -> tuple[float, ...]:
    """Return uncalibrated weights with a calibration block appended."""
    head = (float(weights[0]), float(method), float(len(weights)), float(weights[3]))
    return (*head, *(float(w) for w in weights[HEADER:]), *(float(b) for b in block))


def calibration_name(weights: Sequence[float]) -> str:
    """Return `none`, `platt` or `isotonic`."""
    return CALIBRATION_NAMES[int(weights[1])]


def check_weights(kind: str, weights: Sequence[float], column_count: int, where: str) -> None:
    """Raise ArtifactError unless `weights` is a complete, finite layout of `kind` for so many columns."""
    if kind not in (LOGISTIC, XGBOOST):
        raise _malformed(f"unknown model kind `{kind}`", where)
    if len(weights) <= HEADER or not all(math.isfinite(w) for w in weights):
        raise _malformed("weights are missing or not finite", where)
    if weights[0] != column_count or column_count < 1:
        raise _malformed(f"weights for {weights[0]:g} columns but {column_count} names", where)
    end = _check_calibration(weights, where)
    if kind == LOGISTIC:
        if end != HEADER + 3 * column_count:
            raise _malformed("weights of a wrong length", where)
    else:
        _check_trees(weights, end, where)


def _pack_tree(tree: Sequence[TreeNode], start: int) -> list[float]:
    # Breadth first, so that both children lie side by side and after their parent.
    order, packed = [0], []
    for number in order:
        node = tree[number]
        if node.column < 0:
            packed += [-1.0, node.value, 0.0]
            continue
        packed += [float(node.column), node.value, float(start + NODE_SLOTS * len(order))]
        order += [node.left, node.right]
    return packed


def _check_calibration(weights: Sequence[float], where: str) -> int:
    method, start = weights[1], weights[2]
    if method not in CALIBRATION_NAMES:
        raise _malformed(f"unknown calibration {method:g}", where)
    if method == CALIBRATION_NONE:
        return len(weights)
    if not (start.is_integer() and HEADER < start < len(weights) - 1):
        raise _malformed("calibration outside the weights", where)
    block = list(weights[int(start) :])
    if method == CALIBRATION_PLATT and len(block) != 2:
        raise _malformed("Platt calibration without its two numbers", where)
    if method == CALIBRATION_ISOTONIC and not _is_isotonic(block):
        raise _malformed("isotonic knots that do not rise within [0, 1]", where)
    return int(start)


def _is_isotonic(block: Sequence[float]) -> bool:
    knots = (len(block) - 1) // 2
    if knots < 1 or len(block) != 2 * knots + 1 or block[0] != knots:
        return False
    margins, shares = block[1 : knots + 1], block[knots + 1 :]
    rising = all(low < high for low, high in pairwise(margins))
    return rising and all(low <= high for low, high in pairwise((0.0, *shares, 1.0)))


def _check_trees(weights: Sequence[float], end: int, where: str) -> None:
    trees = weights[HEADER]
    first = HEADER + 1 + trees
    if not (trees.is_integer() and trees >= 1 and first < end and (end - first) % NODE_SLOTS == 0):
        raise _malformed("a tree count that does not fit the weights", where)
    starts = range(int(first), end, NODE_SLOTS)
    if any(not root.is_integer() or int(root) not in starts for root in weights[HEADER + 1 : int(first)]):
        raise _malformed("a tree that starts outside the nodes", where)
    largest_leaf = 0.0
    for start in starts:
        column, value, left = weights[start : start + NODE_SLOTS]
        if column == -1.0:
            largest_leaf = max(largest_leaf, abs(value))
        elif not (column.is_integer() and 0 <= column < weights[0]):
            raise _malformed(f"a tree asks for column {column:g}", where)
        elif not (left > start and left.is_integer() and _pair_in(starts, int(left))):
            raise _malformed("a tree's node leads nowhere", where)
    if abs(weights[3]) + trees * largest_leaf > FLOAT32_MAX:
        raise _malformed("leaves whose sum exceeds float32", where)


def _pair_in(starts: range, left: int) -> bool:
    return left in starts and left + NODE_SLOTS in starts


def _malformed(what: str, where: str) -> ArtifactError:
    return ArtifactError(
        f"holds {what}", where=where, remedy="Train again with `hyprl train`; no HyprL writes such a file."
    )
