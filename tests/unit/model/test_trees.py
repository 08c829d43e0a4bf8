import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.errors import ArtifactError
from hyprl.model import layout
from hyprl.model.evaluate import trees_margin, trees_probability
from hyprl.model.layout import TreeNode
from hyprl.model.learners import booster_weights
from hyprl.model.trees import boundary, read_xgboost

xgboost = pytest.importorskip("xgboost")

FLOAT32 = st.floats(
    width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**126), max_value=2.0**126
)


def boosted(rows: np.ndarray, labels: np.ndarray, rounds: int = 30, **parameters: Any) -> Any:
    settings = {"objective": "binary:logistic", "tree_method": "hist", "nthread": 1, "seed": 1, "eta": 0.1}
    return xgboost.train(settings | parameters, xgboost.DMatrix(rows, label=labels), num_boost_round=rounds)


def sample(rows: int, columns: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, columns)) * 10.0 ** generator.integers(-4, 5, columns)
    noise = generator.normal(size=rows)
    return x, (x[:, 0] / np.std(x[:, 0]) + noise > 0.4).astype(int)


def library_margins(booster: Any, x: np.ndarray) -> np.ndarray:
    margins: np.ndarray = booster.predict(xgboost.DMatrix(x, nthread=1), output_margin=True)
    return margins.astype(np.float64)


@given(FLOAT32, st.integers(min_value=-3, max_value=3))
def test_boundary_splits_where_rounding_to_float32_does(threshold: float, steps: int) -> None:
    x = boundary(threshold)
    for _ in range(abs(steps)):
        x = math.nextafter(x, math.copysign(math.inf, steps))
    assert (x < boundary(threshold)) == bool(np.float32(x) < np.float32(threshold))


@given(FLOAT32, st.floats(min_value=-1e38, max_value=1e38))
def test_boundary_splits_any_number_as_its_float32(threshold: float, x: float) -> None:
    assert (x < boundary(threshold)) == bool(np.float32(x) < np.float32(threshold))


def test_trees_by_hand() -> None:
    stump = (TreeNode(0, 1.0, 1, 2), TreeNode(-1, -0.25), TreeNode(-1, 0.5))
    leaf = (TreeNode(-1, 0.125),)
    weights = layout.pack_trees(1, 0.0, [stump, leaf])
    assert [trees_margin(weights, [x]) for x in (0.5, 1.0)] == [-0.125, 0.625]


def test_leaves_are_added_in_float32() -> None:
    tiny = 2.0**-24
    weights = layout.pack_trees(1, 1.0, [(TreeNode(-1, tiny),), (TreeNode(-1, tiny),)])
    assert trees_margin(weights, [0.0]) == 1.0


@pytest.mark.parametrize("depth", [1, 3, 6])
def test_margins_equal_xgboosts_to_the_bit_on_200_000_rows(compiled: SimpleNamespace, depth: int) -> None:
    x, y = sample(200_000)
    booster = boosted(x[:20_000], y[:20_000], rounds=100, max_depth=depth)
    weights = np.array(booster_weights(booster))
    ours = np.array([compiled.trees_margin(weights, row) for row in x])
    assert np.array_equal(ours, library_margins(booster, x))


@pytest.mark.parametrize("base_score", [0.01, 0.3, 0.5, 0.77])
def test_margins_start_from_the_boosters_base_score(base_score: float) -> None:
    x, y = sample(2000)
    booster = boosted(x, y, base_score=base_score)
    weights = booster_weights(booster)
    ours = [trees_margin(weights, row) for row in x.tolist()]
    assert ours == library_margins(booster, x).tolist()


def test_margins_equal_xgboosts_at_the_thresholds_and_beside_them() -> None:
    x, y = sample(3000, columns=1)
    booster = boosted(x, y)
    weights = booster_weights(booster)
    nodes = [
        node for tree in read_xgboost(booster.save_raw("json")).trees for node in tree if node.column == 0
    ]
    edges = np.array([node.value for node in nodes])
    rows = np.concatenate([edges, np.nextafter(edges, -math.inf), np.nextafter(edges, math.inf)]).reshape(
        -1, 1
    )
    assert [trees_margin(weights, row) for row in rows.tolist()] == library_margins(booster, rows).tolist()


def test_probabilities_lie_within_a_millionth_of_xgboosts() -> None:
    x, y = sample(3000)
    booster = boosted(x, y)
    weights = booster_weights(booster)
    ours = np.array([trees_probability(weights, row) for row in x.tolist()])
    assert np.abs(ours - booster.predict(xgboost.DMatrix(x))).max() < 1e-6


def test_margins_have_the_same_bits_compiled(compiled: SimpleNamespace) -> None:
    x, y = sample(3000)
    weights = booster_weights(boosted(x, y))
    array = np.array(weights)
    ours = [trees_margin(weights, row) for row in x.tolist()]
    assert ours == [compiled.trees_margin(array, row) for row in x]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"objective": "reg:squarederror"}, "objective"),
        ({"objective": "multi:softprob", "num_class": 2}, "objective"),
        ({"booster": "dart"}, "dart"),
        ({"booster": "gblinear", "tree_method": None}, "gblinear"),
    ],
)
def test_a_booster_that_the_kernel_cannot_walk_is_refused(parameters: dict[str, Any], named: str) -> None:
    x, y = sample(300)
    settings = {name: value for name, value in parameters.items() if value is not None}
    booster = xgboost.train(
        {"nthread": 1, "objective": "binary:logistic"} | settings, xgboost.DMatrix(x, label=y), 3
    )
    with pytest.raises(ArtifactError, match=named):
        booster_weights(booster)


def test_a_split_on_categories_is_refused() -> None:
    categories = np.random.default_rng(0).integers(0, 4, (400, 1))
    matrix = xgboost.DMatrix(
        categories, label=categories[:, 0] % 2, feature_types=["c"], enable_categorical=True
    )
    parameters = {"objective": "binary:logistic", "tree_method": "hist", "nthread": 1, "max_cat_to_onehot": 1}
    booster = xgboost.train(parameters, matrix, 2)
    with pytest.raises(ArtifactError, match="categories"):
        booster_weights(booster)
