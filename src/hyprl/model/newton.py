"""The optimum of a penalised logistic regression, with the same bits on every machine.

A library's solver goes through BLAS and libm, so the last bits of what it fits depend on the CPU. The optimum is
unique; Newton's method finds it from zero with arithmetic whose order is fixed: elementwise products, sums that run
row by row (`cumsum` is sequential, `sum` and `@` are not), the kernel's sigmoid, a plain Cholesky.

Minimises C · Σ log-loss + ½ · Σ coefficient², the intercept unpenalised: scikit-learn's objective. A step that
moves some margin by d is damped by 1 / (1 + d/2), below ln(1 + d) / d, which suffices for descent from anywhere
(Sun and Tran-Dinh, Generalized self-concordant functions, 2019).
"""

from __future__ import annotations

import math

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.errors import ArtifactError
from hyprl.model.evaluate import sigmoid

MAX_STEPS = 1000
# The next step would gain less than this share of the objective; convergence is quadratic, so what is left is less
# than rounding.
SETTLED = 1e-18


def column_moments(x: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return each column's mean and population standard deviation; 1 where it varies by rounding alone."""
    count, rounding = len(x), float(np.finfo(np.float64).eps)
    means = column_sums(x) / count
    variances = column_sums((x - means) ** 2) / count
    # scikit-learn's own test of a constant column.
    constant = variances <= count * rounding * variances + (count * means * rounding) ** 2
    return means, np.where(constant, 1.0, np.sqrt(variances))


def column_sums(x: Float64Array) -> Float64Array:
    """Return each column's sum, added row by row."""
    return np.asarray(np.cumsum(x, axis=0)[-1], dtype=np.float64)


def fit_optimum(x: Float64Array, y: Int64Array, penalty_c: float) -> tuple[float, Float64Array]:
    """Return intercept and coefficients of the optimum for scaled columns `x` (n, k).

    Raises ArtifactError if Newton's method does not settle, which a stronger penalty cures.
    """
    rows = np.column_stack([np.ones(len(x)), x])
    ridge = np.ones(rows.shape[1])
    ridge[0] = 0.0
    beta = np.zeros(rows.shape[1])
    settled = SETTLED * max(1.0, penalty_c * len(x))
    for _ in range(MAX_STEPS):
        step, gain = _newton_step(rows, y, beta, penalty_c, ridge)
        beta = beta - step / (1.0 + float(np.max(np.abs(_margins(rows, step)))) / 2.0)
        if gain <= settled:
            return float(beta[0]), beta[1:]
    raise ArtifactError(
        f"the logistic regression did not settle in {MAX_STEPS} steps",
        where="train",
        remedy="Lower model.l2_penalty_c, or give more bars.",
    )


def _newton_step(
    rows: Float64Array, y: Int64Array, beta: Float64Array, penalty_c: float, ridge: Float64Array
) -> tuple[Float64Array, float]:
    share = np.array([sigmoid(margin) for margin in _margins(rows, beta).tolist()])
    gradient = penalty_c * column_sums(rows * (share - y)[:, None]) + ridge * beta
    weighted = rows * (share * (1.0 - share))[:, None]
    size = rows.shape[1]
    lower = [(penalty_c * column_sums(weighted[:, : j + 1] * rows[:, [j]])).tolist() for j in range(size)]
    for j, line in enumerate(lower):
        line[j] += float(ridge[j])
    step = solve_positive(lower, gradient.tolist())
    gain = math.fsum(s * g for s, g in zip(step, gradient.tolist(), strict=True))
    return np.array(step), gain


def _margins(rows: Float64Array, beta: Float64Array) -> Float64Array:
    return np.asarray(np.cumsum(rows * beta, axis=1)[:, -1], dtype=np.float64)


def solve_positive(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a symmetric positive definite system by Cholesky's method; only its lower triangle is read.

    Raises ArtifactError where the matrix is not positive definite.
    """
    size = len(right)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i][j] - math.fsum(lower[i][k] * lower[j][k] for k in range(j))
            if i > j:
                lower[i][j] = rest / lower[j][j]
            elif rest > 0.0:
                lower[i][i] = math.sqrt(rest)
            else:
                raise ArtifactError(
                    "the columns determine each other", where="train", remedy="Drop one of them."
                )
    half: list[float] = []
    for i in range(size):
        half.append((right[i] - math.fsum(lower[i][k] * half[k] for k in range(i))) / lower[i][i])
    solution = [0.0] * size
    for i in reversed(range(size)):
        solved = math.fsum(lower[k][i] * solution[k] for k in range(i + 1, size))
        solution[i] = (half[i] - solved) / lower[i][i]
    return solution
