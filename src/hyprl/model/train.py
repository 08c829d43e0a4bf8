"""Fit a model on bars before the evaluation window, score it out of sample, and check it against a library.

The artifact is made only if the kernel says what the library says: on every training row XGBoost's
margins to the bit and its float32 probabilities within 1e-6, numpy's logistic probabilities within 1e-12.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyprl.config import ModelConfig
from hyprl.domain.arrays import Float64Array
from hyprl.errors import ArtifactError, DataError
from hyprl.model import layout
from hyprl.model.artifact import ProbabilityModel, TrainingRecord, training_settings
from hyprl.model.calibration import Calibrator, fit_calibration
from hyprl.model.evaluate import calibrated, logistic_margin, trees_margin
from hyprl.model.frame import TrainingFrame, label_rises
from hyprl.model.learners import Fitted, learner, library_versions
from hyprl.model.walkforward import WalkForwardReport, pool, probabilities, summarise, walk_forward

# Turns a plain kernel function into the one to run: itself, or its compiled twin.
Link = Callable[[Callable[..., Any]], Callable[..., Any]]

CALIBRATION_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A checked model and how its kind did out of sample on the way."""

    model: ProbabilityModel
    report: WalkForwardReport


def train_model(frame: TrainingFrame, config: ModelConfig, link: Link = lambda f: f) -> TrainingResult:
    """Fit, score and check. `link` may compile the kernel functions that the check runs. Deterministic.

    Raises DataError for too few rows or one class, ArtifactError if kernel and library disagree,
    MissingExtraError for XGBoost's trees where XGBoost is not installed.
    """
    learn = learner(config)
    samples = label_rises(frame, config.label_horizon_bars)
    _require_float32_range(samples.x, frame)
    folds = walk_forward(samples, learn, config)
    report = summarise(folds, config)
    calibrator = fit_calibration(config.calibration, *pool(folds))
    fitted = learn(samples.x, samples.y)
    weights = fitted.weights()
    if calibrator is not None:
        weights = layout.with_calibration(weights, calibrator.method, calibrator.block)
    layout.check_weights(config.kind, weights, len(frame.feature_names), "train")
    error = check_against_library(config.kind, weights, samples.x, (fitted, calibrator), link)
    record = _record(frame, config, report, len(samples), error)
    model = ProbabilityModel(
        kind=config.kind,
        symbol=frame.symbol,
        preset=frame.preset,
        feature_names=frame.feature_names,
        seed=config.seed,
        weights=weights,
        training=record,
        library_versions=library_versions(config.kind),
    )
    return TrainingResult(model, report)


def check_against_library(
    kind: str,
    weights: tuple[float, ...],
    x: Float64Array,
    libraries: tuple[Fitted, Calibrator | None],
    link: Link,
) -> float:
    """Return the largest |kernel − library| probability over the rows of `x`.

    Raises ArtifactError if margins or probabilities disagree by more than the kind's tolerance.
    """
    fitted, calibrator = libraries
    margin_of = link(trees_margin if kind == layout.XGBOOST else logistic_margin)
    vector = np.array(weights, dtype=np.float64) if hasattr(margin_of, "py_func") else weights
    rows = x if hasattr(margin_of, "py_func") else x.tolist()
    margins = np.array([margin_of(vector, row) for row in rows], dtype=np.float64)
    _require_close("margin", margins, fitted.margins(x), fitted.margin_tolerance)
    worst = _require_close(
        "probability", probabilities(margins), fitted.probabilities(x), fitted.probability_tolerance
    )
    if calibrator is None:
        return worst
    answers = np.array([calibrated(weights, margin) for margin in margins.tolist()], dtype=np.float64)
    expected = calibrator.reference(margins)
    return max(worst, _require_close("calibrated probability", answers, expected, CALIBRATION_TOLERANCE))


def _require_close(what: str, kernel: Float64Array, library: Float64Array, tolerance: float) -> float:
    worst = float(np.max(np.abs(kernel - library)))
    if not worst <= tolerance:
        raise ArtifactError(
            f"the kernel's {what} differs from the library's by {worst:.3g} (limit {tolerance:g})",
            where="train",
            remedy="No model was kept. Report this with the versions of numpy and xgboost.",
            worst=worst,
        )
    return worst


def _record(
    frame: TrainingFrame, config: ModelConfig, report: WalkForwardReport, rows: int, error: float
) -> TrainingRecord:
    pooled = report.pooled
    figures = {"rows": pooled.rows, "log_loss": pooled.log_loss, "base_log_loss": pooled.base_log_loss}
    figures |= {"brier": pooled.brier, "base_brier": pooled.base_brier}
    if pooled.auc is not None and pooled.auc_standard_error is not None:
        figures |= {"auc": pooled.auc, "auc_standard_error": pooled.auc_standard_error}
    return TrainingRecord(
        first_open_utc_us=int(frame.open_utc_us[0]),
        last_open_utc_us=int(frame.open_utc_us[-1]),
        bars_sha256=frame.bars_sha256,
        bars_source=frame.bars_source,
        rows=rows,
        label_horizon_bars=config.label_horizon_bars,
        purge_bars=report.gap_bars,
        largest_check_error=_next_power_of_ten(error),
        out_of_sample={name: round(float(value), 6) for name, value in figures.items()},
        settings=training_settings(config),
    )


def _next_power_of_ten(error: float) -> float:
    # The library's last bits differ between machines; the file must not.
    return next(limit for exponent in range(-15, 1) if error <= (limit := float(f"1e{exponent}")))


def _require_float32_range(x: Float64Array, frame: TrainingFrame) -> None:
    beyond = np.flatnonzero((np.abs(x) > layout.FLOAT32_MAX).any(axis=0))
    if len(beyond):
        name = frame.feature_names[int(beyond[0])]
        raise DataError(
            f"feature `{name}` exceeds the range of float32",
            where=frame.symbol,
            remedy="Look at the bars; no price makes such a feature.",
        )
