import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from hyprl.model.calibration import fit_calibration
from hyprl.model.isotonic import fit_rising_curve


def outcomes(count: int = 500) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(4)
    margins = generator.normal(size=count) * 0.3
    return margins, (generator.random(count) < 1.0 / (1.0 + np.exp(-2.0 * margins - 0.1))).astype(np.int64)


def test_platts_sigmoid_is_scikit_learns() -> None:
    margins, y = outcomes()
    platt = fit_calibration("platt", margins, y)
    assert platt is not None
    library = LogisticRegression(C=1e12, solver="newton-cholesky", tol=1e-12).fit(margins.reshape(-1, 1), y)
    expected = library.predict_proba(margins.reshape(-1, 1))[:, 1]
    # The unpenalised optimum, less what a penalty of 1e-6 in units of the margins' spread moves.
    assert platt.probabilities(margins) == pytest.approx(expected, abs=1e-7)


def test_the_isotonic_curve_is_scikit_learns() -> None:
    margins, y = outcomes()
    isotonic = fit_calibration("isotonic", margins, y)
    assert isotonic is not None
    library = IsotonicRegression(out_of_bounds="clip").fit(margins, y)
    asked = np.linspace(-2.0, 2.0, 333)
    assert isotonic.probabilities(asked) == pytest.approx(library.predict(asked), abs=1e-12)


@given(st.lists(st.tuples(st.integers(-9, 9), st.booleans()), min_size=1, max_size=60))
def test_the_knots_are_scikit_learns_with_ties_too(rows: list[tuple[int, bool]]) -> None:
    margins = np.array([margin / 4.0 for margin, _ in rows])
    y = np.array([rose for _, rose in rows], dtype=np.int64)
    knots, shares = fit_rising_curve(margins, y)
    library = IsotonicRegression(out_of_bounds="clip").fit(margins, y)
    # Its running means can leave equal shares apart by rounding, so that it keeps more knots of the same curve.
    assert shares == pytest.approx(library.predict(np.array(knots)), abs=1e-12)
    assert np.interp(margins, knots, shares) == pytest.approx(library.predict(margins), abs=1e-12)


def test_a_curve_by_hand() -> None:
    # 1 of 2 rose at 0, then 0 of 1 at 1: pooled, 1 of 3; both at 2 and 3 rose.
    margins, y = np.array([0.0, 0.0, 1.0, 2.0, 3.0]), np.array([0, 1, 0, 1, 1])
    assert fit_rising_curve(margins, y) == ([0.0, 1.0, 2.0, 3.0], [1 / 3, 1 / 3, 1.0, 1.0])


def test_no_calibration_is_none() -> None:
    assert fit_calibration("none", *outcomes()) is None
