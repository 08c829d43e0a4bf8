"""Turn margins into probabilities that happen as often as they say: Platt's sigmoid or an isotonic curve.

Fitted on margins of rows that the model had not seen, never on the rows of its own fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hyprl.domain.bars import Float64Array, Int64Array
from hyprl.model import evaluate, newton
from hyprl.model.learners import require_library

_UNPENALISED_C = 1e6


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A fitted calibration: the kernel's code and block, and the library's own answer for the check."""

    method: int
    block: tuple[float, ...]
    library: Callable[[Float64Array], Float64Array]


def fit_calibration(name: str, margins: Float64Array, y: Int64Array) -> Calibrator | None:
    """Fit `platt` or `isotonic` on out-of-fold margins; None for `none`. Raises MissingExtraError."""
    if name == "platt":
        return _platt(margins, y)
    return _isotonic(margins, y) if name == "isotonic" else None


def _platt(margins: Float64Array, y: Int64Array) -> Calibrator:
    linear_model = require_library("sklearn.linear_model", "train")
    # Unit spread lets the solver converge alike whatever the margins' scale.
    spread = float(newton.column_moments(margins.reshape(-1, 1))[1][0])
    scaled = (margins / spread).reshape(-1, 1)
    offset, slopes = newton.fit_optimum(scaled, y, _UNPENALISED_C)
    model = linear_model.LogisticRegression(C=_UNPENALISED_C).fit(scaled, y)
    model.intercept_, model.coef_ = np.array([offset]), slopes.reshape(1, 1)

    def library(values: Float64Array) -> Float64Array:
        return np.asarray(model.predict_proba((values / spread).reshape(-1, 1))[:, 1], dtype=np.float64)

    return Calibrator(evaluate.CALIBRATION_PLATT, (float(slopes[0]) / spread, offset), library)


def _isotonic(margins: Float64Array, y: Int64Array) -> Calibrator:
    isotonic = require_library("sklearn.isotonic", "train")
    model = isotonic.IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(margins, y)
    knots, shares = model.X_thresholds_.tolist(), model.y_thresholds_.tolist()

    def library(values: Float64Array) -> Float64Array:
        return np.asarray(model.predict(values), dtype=np.float64)

    return Calibrator(evaluate.CALIBRATION_ISOTONIC, (float(len(knots)), *knots, *shares), library)
