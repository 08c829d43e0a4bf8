"""Probability from features: the arithmetic that both engines share, to the last bit.

Plain functions that give the same bits interpreted (on lists of float) and compiled by numba (on
float64 arrays): additions, multiplications and divisions in the order of the source; no libm, no BLAS,
no reduction of a library. Features are finite (a bar in warm-up is never evaluated); columns after the
model's own are ignored.

`weights` is one flat float64 sequence. All kinds begin alike::

    0 n                  number of the model's columns
    1 calibration        0 none, 1 Platt, 2 isotonic
    2 calibration start  index of the calibration block
    3 base               intercept, or XGBoost's base margin

Logistic continues with n means, n inverse scales, n coefficients. Trees continue with the tree count,
the index of each tree's root, then three slots a node: (column, boundary, index of the left child; the
right child follows it at once), or for a leaf (-1, value, 0). The calibration block is `a, b` (Platt:
sigmoid(a * margin + b)) or `m, m margins, m probabilities` (isotonic: linear between knots, clipped
outside).

exp reduces its range by ln 2 split in two (Cody and Waite, 1980) and sums the Taylor series to degree 13.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hyprl.domain.arrays import Float64Array

Vector = Sequence[float] | Float64Array

HEADER = 4
NODE_SLOTS = 3
NOT_NEGATIVE = 0x7FFF_FFFF
CALIBRATION_NONE = 0
CALIBRATION_PLATT = 1
CALIBRATION_ISOTONIC = 2

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01  # the low 32 bits are zero, so k * LN2_HIGH is exact
LN2_LOW = 1.90821492927058770002e-10
EXP_IS_ZERO = -746.0


def logistic_probability(weights: Vector, features: Vector) -> float:
    """Return the probability of a rise, in [0, 1], calibrated as `weights` says."""
    return calibrated(weights, logistic_margin(weights, features))


def trees_probability(weights: Vector, features: Vector) -> float:
    """Return the probability of a rise, in [0, 1], calibrated as `weights` says."""
    return calibrated(weights, trees_margin(weights, features))


def logistic_margin(weights: Vector, features: Vector) -> float:
    """Return intercept + Σ coefficient · (feature − mean) / scale, in four overlapping sums."""
    n = int(weights[0]) & NOT_NEGATIVE
    mean = HEADER
    scale = mean + n
    coef = scale + n
    whole = n & -4
    sum0 = 0.0
    sum1 = 0.0
    sum2 = 0.0
    sum3 = 0.0
    for i in range(0, whole, 4):
        sum0 += weights[coef + i] * ((features[i] - weights[mean + i]) * weights[scale + i])
        sum1 += weights[coef + i + 1] * ((features[i + 1] - weights[mean + i + 1]) * weights[scale + i + 1])
        sum2 += weights[coef + i + 2] * ((features[i + 2] - weights[mean + i + 2]) * weights[scale + i + 2])
        sum3 += weights[coef + i + 3] * ((features[i + 3] - weights[mean + i + 3]) * weights[scale + i + 3])
    for i in range(whole, n):
        sum0 += weights[coef + i] * ((features[i] - weights[mean + i]) * weights[scale + i])
    return float(weights[3] + ((sum0 + sum1) + (sum2 + sum3)))


def trees_margin(weights: Vector, features: Vector) -> float:
    """Return XGBoost's margin: float32 leaves added to the base tree by tree, each sum rounded to float32.

    XGBoost rounds a feature to float32 and goes left where it is below the float32 threshold. `boundary` is
    the float64 for which `feature < boundary` says the same of the unrounded feature (see `model.trees`).
    A sum of two float32 in float64, rounded to float32, is their float32 sum (Figueroa, 1995).
    """
    total = float(weights[3])
    first_root = HEADER + 1
    for tree in range(first_root, first_root + int(weights[HEADER])):
        node = int(weights[tree])
        column = int(weights[node])
        while column >= 0:
            below = features[column] < weights[node + 1]
            node = int(weights[node + 2])
            if not below:
                node += NODE_SLOTS
            column = int(weights[node])
        total = float(np.float32(total + weights[node + 1]))
    return total


def calibrated(weights: Vector, margin: float) -> float:
    """Return the probability that `weights` assigns to a margin (log-odds before calibration)."""
    method = int(weights[1])
    if method == CALIBRATION_NONE:
        return sigmoid(margin)
    start = int(weights[2])
    if method == CALIBRATION_PLATT:
        return sigmoid(weights[start] * margin + weights[start + 1])
    return interpolate(weights, start, margin)


def interpolate(weights: Vector, start: int, margin: float) -> float:
    """Return the isotonic block's value at `margin`: linear between knots, clipped outside, NaN for NaN."""
    knots = int(weights[start])
    low = start + 1
    high = start + knots
    if not margin > weights[low]:
        return float(weights[low + knots]) if margin == margin else margin
    if margin >= weights[high]:
        return float(weights[high + knots])
    while high - low > 1:
        middle = (low + high) // 2
        if margin >= weights[middle]:
            low = middle
        else:
            high = middle
    share = (margin - weights[low]) / (weights[high] - weights[low])
    return float(weights[low + knots] + share * (weights[high + knots] - weights[low + knots]))


def sigmoid(x: float) -> float:
    """Return 1 / (1 + e^-x) for any float: in [0, 1], 0.5 at 0, 0 and 1 at the infinities, NaN for NaN."""
    if x != x:
        return x
    e = exp_not_above_zero(-abs(x))
    return (1.0 if x > 0.0 else e) / (1.0 + e)


def exp_not_above_zero(x: float) -> float:
    """Return e^x for x ≤ 0, within one unit in the last place down to the smallest normal float."""
    if x < EXP_IS_ZERO:
        return 0.0
    k = math.floor(x * LOG2_E + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    head = (1.0 / 2.0 + r * (1.0 / 6.0)) + (1.0 / 24.0 + r * (1.0 / 120.0)) * r2
    body = (1.0 / 720.0 + r * (1.0 / 5040.0)) + (1.0 / 40320.0 + r * (1.0 / 362880.0)) * r2
    tail = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + (1.0 / 479001600.0 + r * (1.0 / 6227020800.0)) * r2
    series = 1.0 + (r + r2 * (head + r4 * (body + r4 * tail)))
    return series * half_to_the(-k)


def half_to_the(k: int) -> float:
    """Return 2^-k exactly for 0 ≤ k ≤ 1074 and 0.0 up to 2047, by multiplying powers of two."""
    low = (0.5 if k & 1 else 1.0) * (0.25 if k & 2 else 1.0) * (0.0625 if k & 4 else 1.0)
    if k < 8:
        return low
    middle = (2.0**-8 if k & 8 else 1.0) * (2.0**-16 if k & 16 else 1.0) * (2.0**-32 if k & 32 else 1.0)
    high = (2.0**-64 if k & 64 else 1.0) * (2.0**-128 if k & 128 else 1.0) * (2.0**-256 if k & 256 else 1.0)
    top = (2.0**-512 if k & 512 else 1.0) * (2.0**-1024 if k & 1024 else 1.0)
    return low * middle * high * top
