"""Purged walk-forward: what the model would have said of rows it had not seen.

The rows are cut into folds + 1 consecutive parts. Fold j is fitted on parts 0 … j−1, less the bars
within the purge gap before part j (their labels look into it), and scored on part j. No row is ever
predicted by a fit of its future.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hyprl.config import ModelConfig
from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.errors import DataError
from hyprl.model import scores
from hyprl.model.calibration import fit_calibration
from hyprl.model.evaluate import sigmoid
from hyprl.model.frame import Samples
from hyprl.model.learners import Learner

MIN_ROWS_PER_PART = 50


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold's rows and the margins its fit gave to the rows it had not seen."""

    fitted_rows: int
    fitted_last_bar: int
    tested: Samples
    margins: Float64Array
    base_share: float


@dataclass(frozen=True, slots=True)
class FoldReport:
    """One fold in figures. Bars are indices into the training frame."""

    fitted_rows: int
    fitted_last_bar: int
    tested_first_bar: int
    tested_last_bar: int
    scores: scores.Scores


@dataclass(frozen=True, slots=True)
class WalkForwardReport:
    """Out-of-sample figures, `calibrated` with each fold calibrated by the folds before it (None without).

    `curve` and `quantiles` are of the pooled, uncalibrated probabilities.
    """

    gap_bars: int
    label_horizon_bars: int
    folds: tuple[FoldReport, ...]
    pooled: scores.Scores
    calibrated: scores.Scores | None
    curve: tuple[scores.CurveBin, ...]
    quantiles: tuple[tuple[float, float], ...]


def purge_gap(config: ModelConfig) -> int:
    """Return the bars between the last fitted and the first tested one: the label's reach at least."""
    return max(config.purge_bars, config.label_horizon_bars)


def walk_forward(samples: Samples, learn: Learner, config: ModelConfig) -> tuple[Fold, ...]:
    """Fit and predict every fold. Raises DataError if a part is too small or of one class."""
    folds = []
    for fitted, tested in split(samples, config.folds, purge_gap(config)):
        _require_learnable(fitted)
        margins = learn(fitted.x, fitted.y).unseen_margins(tested.x)
        folds.append(Fold(len(fitted), int(fitted.bar[-1]), tested, margins, float(fitted.y.mean())))
    return tuple(folds)


def split(samples: Samples, folds: int, gap_bars: int) -> Iterator[tuple[Samples, Samples]]:
    """Yield (fitted, tested) rows of each fold. Raises DataError if there are too few rows."""
    edges = np.linspace(0, len(samples), folds + 2).astype(int)
    if edges[1] < MIN_ROWS_PER_PART:
        needed = MIN_ROWS_PER_PART * (folds + 1)
        raise DataError(
            f"{len(samples)} bars have features and a label; {folds} folds need at least {needed}",
            where="train",
            remedy="Give more bars before --end, or lower model.folds.",
        )
    for start, stop in pairwise(edges[1:]):
        before = samples.bar < samples.bar[start] - gap_bars
        yield samples.take(before), samples.take(slice(start, stop))


def pool(folds: tuple[Fold, ...]) -> tuple[Float64Array, Int64Array]:
    """Return all out-of-fold margins and their labels."""
    return np.concatenate([f.margins for f in folds]), np.concatenate([f.tested.y for f in folds])


def summarise(folds: tuple[Fold, ...], config: ModelConfig) -> WalkForwardReport:
    """Score the folds, one by one and pooled. Raises DataError if no fold had both outcomes."""
    margins, y = pool(folds)
    probability = probabilities(margins)
    pooled = scores.score(probability, y, _base(folds), config.label_horizon_bars)
    return WalkForwardReport(
        gap_bars=purge_gap(config),
        label_horizon_bars=config.label_horizon_bars,
        folds=tuple(_fold_report(fold, config) for fold in folds),
        pooled=pooled,
        calibrated=_calibrated_scores(folds, config),
        curve=scores.calibration_curve(probability, y, config.label_horizon_bars),
        quantiles=scores.quantiles(probability),
    )


def probabilities(margins: Float64Array) -> Float64Array:
    """Return the kernel's sigmoid of each margin."""
    return np.array([sigmoid(margin) for margin in margins.tolist()], dtype=np.float64)


def _fold_report(fold: Fold, config: ModelConfig) -> FoldReport:
    tested = fold.tested
    result = scores.score(probabilities(fold.margins), tested.y, _base((fold,)), config.label_horizon_bars)
    return FoldReport(fold.fitted_rows, fold.fitted_last_bar, int(tested.bar[0]), int(tested.bar[-1]), result)


def _calibrated_scores(folds: tuple[Fold, ...], config: ModelConfig) -> scores.Scores | None:
    if config.calibration == "none":
        return None
    answers = []
    for place in range(1, len(folds)):
        margins, y = _purged_pool(folds[:place], int(folds[place].tested.bar[0]) - purge_gap(config))
        if len(np.unique(y)) < 2:
            raise _one_class(len(y))
        calibrator = fit_calibration(config.calibration, margins, y)
        assert calibrator is not None  # noqa: S101  narrowed by the first line
        answers.append(calibrator.probabilities(folds[place].margins))
    later = folds[1:]
    y_later = pool(later)[1]
    return scores.score(np.concatenate(answers), y_later, _base(later), config.label_horizon_bars)


def _purged_pool(folds: tuple[Fold, ...], before_bar: int) -> tuple[Float64Array, Int64Array]:
    margins, y = pool(folds)
    keep = np.concatenate([fold.tested.bar for fold in folds]) < before_bar
    return margins[keep], y[keep]


def _base(folds: tuple[Fold, ...]) -> Float64Array:
    return np.concatenate([np.full(len(fold.tested), fold.base_share) for fold in folds])


def _require_learnable(fitted: Samples) -> None:
    if len(fitted) == 0:
        raise DataError(
            "the purge gap leaves a fold without rows to fit",
            where="train",
            remedy="Give more bars before --end, or lower model.purge_bars or model.folds.",
        )
    if len(np.unique(fitted.y)) < 2:
        raise _one_class(len(fitted))


def _one_class(rows: int) -> DataError:
    return DataError(
        f"all {rows} rows of a fold have the same label: prices only rise, or never do",
        where="train",
        remedy="Give bars of a longer span, or change model.label_horizon_bars.",
    )
