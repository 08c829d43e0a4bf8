import math

import numpy as np
import pytest
from sklearn import metrics

from hyprl.model.scores import area_under_curve, calibration_curve, log_loss, quantiles, score


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    probability = generator.uniform(size=500).round(2)
    return probability, (generator.uniform(size=500) < probability).astype(np.int64)


def test_scores_equal_scikit_learns(rows: tuple[np.ndarray, np.ndarray]) -> None:
    probability, y = rows
    ours = score(probability, y, np.full(500, 0.4), 1)
    assert ours.auc == pytest.approx(metrics.roc_auc_score(y, probability), abs=1e-12)
    assert ours.log_loss == pytest.approx(metrics.log_loss(y, probability), abs=1e-12)
    assert ours.brier == pytest.approx(metrics.brier_score_loss(y, probability), abs=1e-12)
    assert ours.base_log_loss == pytest.approx(metrics.log_loss(y, np.full(500, 0.4)), abs=1e-12)


def test_log_loss_by_hand() -> None:
    expected = -(math.log(0.8) + math.log(0.6)) / 2.0
    assert log_loss(np.array([0.8, 0.4]), np.array([1, 0])) == pytest.approx(expected, abs=1e-15)


def test_log_loss_of_a_certain_error_is_large_but_finite() -> None:
    assert 30.0 < log_loss(np.array([0.0]), np.array([1])) < 40.0


@pytest.mark.parametrize(("probability", "area"), [([0.1, 0.9], 1.0), ([0.9, 0.1], 0.0), ([0.5, 0.5], 0.5)])
def test_area_under_curve_by_hand(probability: list[float], area: float) -> None:
    assert area_under_curve(np.array(probability), np.array([0, 1])) == area


def test_area_under_curve_of_one_class_does_not_exist() -> None:
    scores = score(np.array([0.2, 0.3]), np.array([1, 1]), np.array([0.5, 0.5]), 1)
    assert (scores.auc, scores.auc_standard_error) == (None, None)


def test_standard_error_of_a_coin_by_hand() -> None:
    # Hanley and McNeil with 50 rises and 50 falls: (1/4 + 2·49·(1/3 − 1/4)) / 2500
    y = np.array([0, 1] * 50)
    scores = score(np.full(100, 0.5), y, np.full(100, 0.5), 1)
    assert scores.auc_standard_error == pytest.approx(math.sqrt((0.25 + 98.0 / 12.0) / 2500.0), abs=1e-12)


def test_overlapping_labels_widen_the_standard_error() -> None:
    y = np.array([0, 1] * 50)
    narrow, wide = (score(np.full(100, 0.5), y, np.full(100, 0.5), h).auc_standard_error for h in (1, 6))
    assert narrow is not None and wide is not None and wide > 2.0 * narrow


def test_calibration_curve_fills_its_bins_equally_from_low_to_high() -> None:
    probability = np.arange(100) / 100.0
    curve = calibration_curve(probability[::-1], (probability[::-1] > 0.5).astype(np.int64), 1)
    assert [part.rows for part in curve] == [10] * 10
    assert curve[0].mean_probability == pytest.approx(0.045)
    assert [curve[0].rise_share, curve[5].rise_share, curve[9].rise_share] == [0.0, 0.9, 1.0]


def test_calibration_curve_of_few_rows_has_fewer_bins() -> None:
    assert len(calibration_curve(np.array([0.2, 0.3]), np.array([0, 1]), 1)) == 2


def test_quantiles_by_hand() -> None:
    assert dict(quantiles(np.arange(101) / 100.0))[0.9] == pytest.approx(0.9)
