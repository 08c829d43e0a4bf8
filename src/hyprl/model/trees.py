"""Read XGBoost's own JSON dump of boosted trees (binary:logistic) into the kernel's nodes.

XGBoost rounds a feature x to float32 and goes left where float32(x) < t. Rounding to nearest is
monotone, so some float64 boundary b says the same of x itself: float32(x) < t exactly where x < b.
`boundary` finds it: the midpoint between t and the float32 below it, or the next float64 when that
midpoint rounds down.

A missing value's default direction plays no part: a bar whose features are not all finite is never
evaluated.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyprl.errors import ArtifactError
from hyprl.model.layout import TreeNode

Tree = tuple[TreeNode, ...]


@dataclass(frozen=True, slots=True)
class BoostedTrees:
    """XGBoost trees in order; `base_score` is the probability that the margins start from."""

    column_count: int
    base_score: float
    trees: tuple[Tree, ...]


def read_xgboost(raw_json: bytes | bytearray) -> BoostedTrees:
    """Read `booster.save_raw("json")`.

    Raises ArtifactError for an objective, booster or split that the kernel does not evaluate.
    """
    learner = json.loads(bytes(raw_json))["learner"]
    parameters, booster = learner["learner_model_param"], learner["gradient_booster"]
    _require(learner["objective"]["name"] == "binary:logistic", "an objective other than binary:logistic")
    _require(booster["name"] == "gbtree", f"the booster `{booster['name']}`, not gbtree")
    _require(int(parameters.get("num_target", 1)) == 1, "more than one target")
    trees = tuple(_tree(tree) for tree in booster["model"]["trees"])
    _require(len(trees) > 0, "no tree")
    return BoostedTrees(int(parameters["num_feature"]), _base_score(parameters["base_score"]), trees)


def boundary(threshold: float) -> float:
    """Return the float64 b for which `x < b` equals `float32(x) < float32(threshold)` for every finite x."""
    exact = np.float32(threshold)
    below = np.nextafter(exact, np.float32(-math.inf))
    middle = (float(below) + float(exact)) / 2.0
    return middle if np.float32(middle) >= exact else math.nextafter(middle, math.inf)


def _base_score(text: str) -> float:
    # XGBoost 3.1 writes a list in a string, "[5E-1]"; earlier ones a number, "5E-1".
    return float(text.strip("[]"))


def _tree(tree: dict[str, Any]) -> Tree:
    _require(not any(tree.get("split_type", ())), "a split on categories")
    _require(int(tree["tree_param"].get("size_leaf_vector", 1)) <= 1, "leaves with several values")
    lefts, rights = tree["left_children"], tree["right_children"]
    columns, conditions = tree["split_indices"], tree["split_conditions"]
    return tuple(
        TreeNode(-1, float(np.float32(condition)))
        if left < 0
        else TreeNode(column, boundary(condition), left, right)
        for left, right, column, condition in zip(lefts, rights, columns, conditions, strict=True)
    )


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ArtifactError(
            f"the XGBoost model has {what}",
            where="model",
            remedy="Train with objective binary:logistic, booster gbtree and numeric features.",
        )
