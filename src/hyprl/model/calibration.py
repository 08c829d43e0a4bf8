"""Turn margins into probabilities that happen as often as they say: Platt's sigmoid or an isotonic curve.

Fitted on margins of rows that the model had not seen, never on the rows of its own fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.model import evaluate, layout, newton
from hyprl.model.isotonic import fit_rising_curve

_UNPENALISED_C = 1e6


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A fitted calibration: the kernel's code and block, and the same curve by numpy, for the check."""

    method: int
    block: tuple[float, ...]
    reference: Callable[[Float64Array], Float64Array]

    def probabilities(self, margins: Float64Array) -> Float64Array:
        """Return the kernel's calibrated probability of each margin."""
        weights = layout.with_calibration((0.0,) * evaluate.HEADER, self.method, self.block)
        return np.array([evaluate.calibrated(weights, margin) for margin in margins.tolist()])


def fit_calibration(name: str, margins: Float64Array, y: Int64Array) -> Calibrator | None:
    """Fit `platt` or `isotonic` on out-of-fold margins; None for `none`."""
    if name == "platt":
        return _platt(margins, y)
    return _isotonic(margins, y) if name == "isotonic" else None


def sigmoid_by_numpy(margins: Float64Array) -> Float64Array:
    """Return the probability of each margin by another formula than the kernel's: ½ + ½ · tanh(½ · margin)."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * margins), dtype=np.float64)


def _platt(margins: Float64Array, y: Int64Array) -> Calibrator:
    # Unit spread lets the solver converge alike whatever the margins' scale.
    spread = float(newton.column_moments(margins.reshape(-1, 1))[1][0])
    offset, slopes = newton.fit_optimum((margins / spread).reshape(-1, 1), y, _UNPENALISED_C)
    slope = float(slopes[0]) / spread
    return Calibrator(
        evaluate.CALIBRATION_PLATT, (slope, offset), lambda values: sigmoid_by_numpy(slope * values + offset)
    )


def _isotonic(margins: Float64Array, y: Int64Array) -> Calibrator:
    knots, shares = fit_rising_curve(margins, y)
    block = (float(len(knots)), *knots, *shares)
    return Calibrator(
        evaluate.CALIBRATION_ISOTONIC, block, lambda values: np.asarray(np.interp(values, knots, shares))
    )
