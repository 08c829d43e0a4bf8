"""What fits rows: `newton`'s logistic regression, and XGBoost's trees, whose library is imported when used."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np

from hyprl.config import ModelConfig
from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.errors import ArtifactError, MissingExtraError
from hyprl.model import layout, newton
from hyprl.model.calibration import sigmoid_by_numpy
from hyprl.model.evaluate import logistic_margin
from hyprl.model.trees import read_xgboost


class Fitted(Protocol):
    """A fitted model as numpy or XGBoost evaluates it, and its weights as the kernel does."""

    margin_tolerance: float
    probability_tolerance: float

    def margins(self, x: Float64Array) -> Float64Array:
        """Return the library's log-odds of a rise."""

    def probabilities(self, x: Float64Array) -> Float64Array:
        """Return the library's probability of a rise."""

    def unseen_margins(self, x: Float64Array) -> Float64Array:
        """Return the log-odds of rows outside the fit, with the same bits on every machine."""

    def weights(self) -> tuple[float, ...]:
        """Return uncalibrated weights for the kernel."""


# Of the largest coefficient, or of 1: what a slip exceeds, and rounding does not (tests/unit/model/test_newton.py).
FIT_TOLERANCE = 1e-5
Learner = Callable[[Float64Array, Int64Array], Fitted]


def learner(config: ModelConfig) -> Learner:
    """Return the function that fits rows as `config` says. Raises MissingExtraError."""
    if config.kind == layout.XGBOOST:
        require_library("xgboost", "xgboost")
        return lambda x, y: XgboostFit(x, y, config)
    return lambda x, y: LogisticFit(x, y, config)


def require_library(module: str, extra: str) -> Any:
    """Import an optional library. Raises MissingExtraError naming the extra that brings it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"training needs the package `{module}`, which is not installed",
            where="train",
            remedy=f"Run: pip install 'hyprl[{extra}]'",
        ) from error


def library_versions(kind: str) -> dict[str, str]:
    """Return the versions of what a model of this kind is fitted and checked with."""
    names = ["hyprl", "numpy"]
    if kind == layout.XGBOOST:
        names.append("xgboost")
    return {name: _version(name) for name in names}


class LogisticFit:
    """Columns of unit spread and a logistic regression (L2 strength 1 / C), at the optimum that `newton` finds."""

    margin_tolerance = 1e-9
    probability_tolerance = 1e-12

    def __init__(self, x: Float64Array, y: Int64Array, config: ModelConfig) -> None:
        self._means, self._scales = newton.column_moments(x)
        scaled, penalty_c = self._scaled(x), config.l2_penalty_c
        self._intercept, self._coefficients = newton.fit_optimum(scaled, y, penalty_c)
        require_optimum(scaled, y, (self._intercept, *self._coefficients.tolist()), penalty_c)

    def margins(self, x: Float64Array) -> Float64Array:
        """Return the log-odds of a rise by BLAS, whose sums run in another order than the kernel's."""
        return np.asarray(self._scaled(x) @ self._coefficients + self._intercept, dtype=np.float64)

    def probabilities(self, x: Float64Array) -> Float64Array:
        """Return numpy's probability of a rise."""
        return sigmoid_by_numpy(self.margins(x))

    def unseen_margins(self, x: Float64Array) -> Float64Array:
        """Return the kernel's log-odds, since BLAS's have other bits on other machines."""
        weights = self.weights()
        return np.array([logistic_margin(weights, row) for row in x.tolist()], dtype=np.float64)

    def weights(self) -> tuple[float, ...]:
        """Return uncalibrated weights for the kernel."""
        return layout.pack_logistic(
            self._intercept, self._means.tolist(), self._scales.tolist(), self._coefficients.tolist()
        )

    def _scaled(self, x: Float64Array) -> Float64Array:
        return np.asarray((x - self._means) / self._scales, dtype=np.float64)


class XgboostFit:
    """XGBoost's gradient-boosted trees (hist, one thread, fixed seed)."""

    margin_tolerance = 0.0
    probability_tolerance = 1e-6

    def __init__(self, x: Float64Array, y: Int64Array, config: ModelConfig) -> None:
        self._library = require_library("xgboost", "xgboost")
        parameters = {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": config.tree_depth,
            "eta": config.learning_rate,
            "seed": config.seed,
            "nthread": 1,
        }
        rows = self._library.DMatrix(x, label=y, nthread=1)
        self._booster = self._library.train(parameters, rows, num_boost_round=config.trees)

    def margins(self, x: Float64Array) -> Float64Array:
        """Return the library's log-odds of a rise."""
        return self._predict(x, output_margin=True)

    def probabilities(self, x: Float64Array) -> Float64Array:
        """Return the library's probability of a rise."""
        return self._predict(x, output_margin=False)

    def unseen_margins(self, x: Float64Array) -> Float64Array:
        """Return XGBoost's log-odds, which equal the kernel's."""
        return self.margins(x)

    def weights(self) -> tuple[float, ...]:
        """Return uncalibrated weights for the kernel."""
        return booster_weights(self._booster)

    def _predict(self, x: Float64Array, output_margin: bool) -> Float64Array:
        rows = self._library.DMatrix(x, nthread=1)
        return np.asarray(self._booster.predict(rows, output_margin=output_margin), dtype=np.float64)


def booster_weights(booster: Any) -> tuple[float, ...]:
    """Return the kernel's weights for any XGBoost booster of objective binary:logistic.

    The base margin is asked of XGBoost itself: a booster without trees says which float32 its logarithm
    gives. Raises ArtifactError for a booster that the kernel does not evaluate.
    """
    library = require_library("xgboost", "xgboost")
    boosted = read_xgboost(booster.save_raw("json"))
    one_row = library.DMatrix(np.zeros((1, 1)), label=[0.0])
    parameters = {"objective": "binary:logistic", "base_score": boosted.base_score, "nthread": 1}
    empty = library.train(parameters, one_row, num_boost_round=0)
    base_margin = float(empty.predict(one_row, output_margin=True)[0])
    return layout.pack_trees(boosted.column_count, base_margin, boosted.trees)


def require_optimum(x: Float64Array, y: Int64Array, fitted: tuple[float, ...], penalty_c: float) -> None:
    """Raise ArtifactError unless another Newton step from intercept and coefficients stays within FIT_TOLERANCE.

    The step is LAPACK's, so that a slip of `newton`'s own solver, or columns too close to each other for it, shows.
    """
    rows = np.column_stack([np.ones(len(x)), x])
    ridge = np.diag([0.0, *[1.0] * x.shape[1]])
    share = sigmoid_by_numpy(rows @ np.array(fitted))
    gradient = penalty_c * (rows.T @ (share - y)) + ridge @ np.array(fitted)
    curvature = penalty_c * (rows.T * (share * (1.0 - share))) @ rows + ridge
    try:
        worst = float(np.max(np.abs(np.linalg.solve(curvature, gradient))))
    except np.linalg.LinAlgError:
        worst = math.inf
    if not worst <= FIT_TOLERANCE * max(1.0, *map(abs, fitted)):
        raise ArtifactError(
            f"the coefficients lie {worst:.3g} from the optimum",
            where="train",
            remedy="Lower model.l2_penalty_c: the columns nearly determine each other.",
        )


def _version(name: str) -> str:
    for distribution in (name, f"{name}-cpu"):
        try:
            return version(distribution)
        except ImportError:
            continue
    return "unknown"
