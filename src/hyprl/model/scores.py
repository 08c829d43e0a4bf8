"""How good probabilities were on rows that no fit had seen: log-loss, Brier score, AUC, reliability.

The AUC's standard error is Hanley and McNeil's (1982) for rows / horizon rows: labels that look h bars
ahead overlap, so that h neighbours carry about one observation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array

CURVE_BINS = 10
QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
_SMALLEST = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one set of rows. `base_*` are those of predicting the training rows' share of rises instead.

    `auc` and its standard error are None where the rows hold one class only.
    """

    rows: int
    rise_share: float
    log_loss: float
    base_log_loss: float
    brier: float
    base_brier: float
    auc: float | None
    auc_standard_error: float | None


@dataclass(frozen=True, slots=True)
class CurveBin:
    """One of ten equally filled bins of the calibration curve; the error is that of the share of rises."""

    rows: int
    mean_probability: float
    rise_share: float
    standard_error: float


def score(probability: Float64Array, y: Int64Array, base_share: Float64Array, horizon_bars: int) -> Scores:
    """Score probabilities of rows in any order; `base_share` is each row's base rate."""
    area = area_under_curve(probability, y)
    return Scores(
        rows=len(y),
        rise_share=float(y.mean()),
        log_loss=log_loss(probability, y),
        base_log_loss=log_loss(base_share, y),
        brier=float(np.mean((probability - y) ** 2)),
        base_brier=float(np.mean((base_share - y) ** 2)),
        auc=area,
        auc_standard_error=None if area is None else _standard_error(area, y, horizon_bars),
    )


def log_loss(probability: Float64Array, y: Int64Array) -> float:
    """Return the mean of −ln of the probability given to what happened, probabilities clipped by 2.2e-16."""
    clipped = np.clip(probability, _SMALLEST, 1.0 - _SMALLEST)
    return float(-np.mean(np.where(y == 1, np.log(clipped), np.log1p(-clipped))))


def area_under_curve(probability: Float64Array, y: Int64Array) -> float | None:
    """Return the chance that a rise outranks a fall, ties counted half; None for one class."""
    rises = int(y.sum())
    falls = len(y) - rises
    if rises == 0 or falls == 0:
        return None
    _, place, counts = np.unique(probability, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2.0
    return float((mean_rank[place][y == 1].sum() - rises * (rises + 1) / 2.0) / (rises * falls))


def calibration_curve(probability: Float64Array, y: Int64Array, horizon_bars: int) -> tuple[CurveBin, ...]:
    """Return up to ten equally filled bins by rising probability."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, CURVE_BINS) if len(part)]
    return tuple(_bin(probability[part], y[part], horizon_bars) for part in parts)


def quantiles(probability: Float64Array) -> tuple[tuple[float, float], ...]:
    """Return (level, probability) pairs: where thresholds would cut."""
    return tuple((level, float(np.quantile(probability, level))) for level in QUANTILES)


def _standard_error(area: float, y: Int64Array, horizon_bars: int) -> float:
    rises = max(float(y.sum()) / horizon_bars, 1.0)
    falls = max(float(len(y) - y.sum()) / horizon_bars, 1.0)
    both_rises = area / (2.0 - area)
    both_falls = 2.0 * area * area / (1.0 + area)
    variance = (
        area * (1.0 - area)
        + (rises - 1.0) * (both_rises - area * area)
        + (falls - 1.0) * (both_falls - area * area)
    ) / (rises * falls)
    return float(np.sqrt(max(variance, 0.0)))


def _bin(probability: Float64Array, y: Int64Array, horizon_bars: int) -> CurveBin:
    share = float(y.mean())
    error = float(np.sqrt(share * (1.0 - share) / max(len(y) / horizon_bars, 1.0)))
    return CurveBin(len(y), float(probability.mean()), share, error)
