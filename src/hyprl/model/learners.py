"""The libraries that fit: scikit-learn's logistic regression, XGBoost's trees. Imported when used."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np

from hyprl.config import ModelConfig
from hyprl.domain.bars import Float64Array, Int64Array
from hyprl.errors import ArtifactError, MissingExtraError
from hyprl.model import layout, newton
from hyprl.model.evaluate import logistic_margin
from hyprl.model.trees import read_xgboost


class Fitted(Protocol):
    """A fitted model as its library evaluates it, and its weights as the kernel does."""

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


FIT_TOLERANCE = 1e-5
Learner = Callable[[Float64Array, Int64Array], Fitted]


def learner(config: ModelConfig) -> Learner:
    """Return the function that fits rows as `config` says. Raises MissingExtraError."""
    if config.kind == layout.XGBOOST:
        require_library("xgboost", "xgboost")
        return lambda x, y: XgboostFit(x, y, config)
    require_library("sklearn", "train")
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
    names = ["hyprl", "numpy", "scikit-learn"]
    if kind == layout.XGBOOST:
        names.append("xgboost")
    return {name: _version(name) for name in names}


class LogisticFit:
    """StandardScaler and LogisticRegression (L2 strength 1 / C), at the optimum that `newton` pins to the bit.

    scikit-learn fits; its solution is replaced by the same optimum found again in portable arithmetic, and must lie
    within FIT_TOLERANCE of it, or ArtifactError is raised.
    """

    margin_tolerance = 1e-9
    probability_tolerance = 1e-12

    def __init__(self, x: Float64Array, y: Int64Array, config: ModelConfig) -> None:
        linear_model = require_library("sklearn.linear_model", "train")
        preprocessing = require_library("sklearn.preprocessing", "train")
        scaler = self._scaler = preprocessing.StandardScaler().fit(x)
        model = self._model = linear_model.LogisticRegression(
            C=config.l2_penalty_c, random_state=config.seed, solver="newton-cholesky", tol=1e-10
        ).fit(scaler.transform(x), y)
        means, scales = newton.column_moments(x)
        intercept, coefficients = newton.fit_optimum((x - means) / scales, y, config.l2_penalty_c)
        require_same_fit([*model.intercept_, *model.coef_[0]], [intercept, *coefficients])
        scaler.mean_, scaler.scale_ = means, scales
        model.intercept_, model.coef_ = np.array([intercept]), coefficients.reshape(1, -1)

    def margins(self, x: Float64Array) -> Float64Array:
        """Return the library's log-odds of a rise."""
        return np.asarray(self._model.decision_function(self._scaler.transform(x)), dtype=np.float64)

    def probabilities(self, x: Float64Array) -> Float64Array:
        """Return the library's probability of a rise."""
        return np.asarray(self._model.predict_proba(self._scaler.transform(x))[:, 1], dtype=np.float64)

    def unseen_margins(self, x: Float64Array) -> Float64Array:
        """Return the kernel's log-odds, since BLAS's have other bits on other machines."""
        weights = self.weights()
        return np.array([logistic_margin(weights, row) for row in x.tolist()], dtype=np.float64)

    def weights(self) -> tuple[float, ...]:
        """Return uncalibrated weights for the kernel."""
        scaler, model = self._scaler, self._model
        return layout.pack_logistic(model.intercept_[0], scaler.mean_, scaler.scale_, model.coef_[0])


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


def require_same_fit(library: list[float], optimum: list[float]) -> None:
    """Raise ArtifactError unless the library's coefficients lie within FIT_TOLERANCE of the optimum."""
    size = max(1.0, *(abs(value) for value in optimum))
    worst = max(abs(a - b) for a, b in zip(library, optimum, strict=True))
    if not worst <= FIT_TOLERANCE * size:
        raise ArtifactError(
            f"scikit-learn's coefficients lie {worst:.3g} from the optimum",
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
