import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from hyprl.errors import ArtifactError
from hyprl.model.learners import require_optimum
from hyprl.model.newton import column_moments, fit_optimum, solve_positive


def rows(count: int = 600, columns: int = 4) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(count, columns))
    return x, (x[:, 0] + generator.normal(size=count) > 0.2).astype(np.int64)


@pytest.mark.parametrize("penalty_c", [1e-4, 1e-3, 1.0, 1e4])
def test_the_optimum_is_scikit_learns(penalty_c: float) -> None:
    x, y = rows()
    library = LogisticRegression(C=penalty_c, solver="newton-cholesky", tol=1e-12, max_iter=500).fit(x, y)
    intercept, coefficients = fit_optimum(x, y, penalty_c)
    assert intercept == pytest.approx(library.intercept_[0], abs=1e-9)
    assert coefficients == pytest.approx(library.coef_[0], abs=1e-9)


def test_twin_columns_share_their_coefficient() -> None:
    x, y = rows()
    _, coefficients = fit_optimum(x[:, [0, 0]], y, 1.0)
    assert coefficients[0] == pytest.approx(coefficients[1], abs=1e-12)


def test_outcomes_that_a_column_separates_still_have_an_optimum() -> None:
    x, _ = rows()
    _, coefficients = fit_optimum(x[:, :1], (x[:, 0] > 0.0).astype(np.int64), 100.0)
    assert 10.0 < coefficients[0] < 1e5


def test_a_penalty_too_weak_to_settle_is_named() -> None:
    x, _ = rows(100, 1)
    with pytest.raises(ArtifactError, match="did not settle"):
        fit_optimum(x, (x[:, 0] > 0.0).astype(np.int64), 1e14)


@pytest.mark.parametrize("penalty_c", [1e-4, 1.0, 1e6])
def test_the_optimum_is_accepted_and_a_slip_beside_it_refused(penalty_c: float) -> None:
    x, y = rows()
    intercept, coefficients = fit_optimum(x, y, penalty_c)
    require_optimum(x, y, (intercept, *coefficients), penalty_c)
    with pytest.raises(ArtifactError, match=r"lie 0\.000\d+ from the optimum"):
        require_optimum(x, y, (intercept, *coefficients[:3], coefficients[3] + 1e-4), penalty_c)


def test_columns_that_lapack_cannot_tell_apart_are_refused() -> None:
    x, y = rows(60, 1)
    with pytest.raises(ArtifactError, match="lie inf from the optimum"):
        require_optimum(x[:, [0, 0]], y, (0.0, 0.0, 0.0), 1e300)


def test_without_columns_that_matter_the_intercept_is_the_base_rates_log_odds() -> None:
    intercept, _ = fit_optimum(np.zeros((100, 1)), np.array([1] * 75 + [0] * 25), 1.0)
    assert intercept == pytest.approx(np.log(3.0), abs=1e-12)


def test_moments_are_scikit_learns() -> None:
    x = np.column_stack([rows()[0] * 1e5 + 3.0, np.full(600, 0.1), np.zeros(600)])
    library = StandardScaler().fit(x)
    means, scales = column_moments(x)
    assert means == pytest.approx(library.mean_, rel=1e-12)
    assert scales == pytest.approx(library.scale_, rel=1e-12)


def test_a_system_by_hand() -> None:
    assert solve_positive([[4.0], [2.0, 5.0]], [8.0, 12.0]) == [1.0, 2.0]


def test_a_system_that_has_no_single_solution_is_refused() -> None:
    with pytest.raises(ArtifactError, match="determine each other"):
        solve_positive([[1.0], [1.0, 1.0]], [1.0, 1.0])
