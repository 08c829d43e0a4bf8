import ast
import inspect
import itertools
import math
from decimal import Decimal, localcontext
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprl.model import evaluate, layout
from hyprl.model.evaluate import calibrated, interpolate, logistic_margin, logistic_probability, sigmoid

ANY_FLOAT = st.floats(allow_nan=False)
TWO_COLUMNS = layout.pack_logistic(0.5, [1.0, 2.0], [2.0, 4.0], [2.0, -1.0])


def bits(value: float) -> bytes:
    return np.float64(value).tobytes()


@given(st.floats(min_value=-700.0, max_value=700.0))
def test_sigmoid_is_within_two_units_in_the_last_place_of_sixty_digits(x: float) -> None:
    with localcontext(prec=60):
        exact = 1 / (1 + (-Decimal(x)).exp())
        assert abs((Decimal(sigmoid(x)) - exact) / exact) < Decimal("4.5e-16")


@given(ANY_FLOAT)
def test_sigmoid_of_any_number_lies_between_zero_and_one(x: float) -> None:
    assert 0.0 <= sigmoid(x) <= 1.0


@given(st.floats(min_value=-700.0, max_value=700.0))
def test_sigmoid_is_symmetric(x: float) -> None:
    assert abs(sigmoid(x) + sigmoid(-x) - 1.0) <= 2.3e-16


@pytest.mark.parametrize(
    ("x", "expected"),
    [(0.0, 0.5), (-0.0, 0.5), (1e308, 1.0), (-1e308, 0.0), (math.inf, 1.0), (-math.inf, 0.0)],
)
def test_sigmoid_at_its_landmarks(x: float, expected: float) -> None:
    assert sigmoid(x) == expected


def test_sigmoid_of_nan_is_nan() -> None:
    assert math.isnan(sigmoid(math.nan))


def test_sigmoid_never_falls_by_more_than_a_rounding() -> None:
    values = [sigmoid(x / 997.0) for x in range(-40_000, 40_000)]
    assert all(later - earlier >= -2.3e-16 for earlier, later in itertools.pairwise(values))


@settings(deadline=None)  # the first example compiles
@given(st.lists(ANY_FLOAT, min_size=50, max_size=50))
def test_sigmoid_has_the_same_bits_compiled(compiled: SimpleNamespace, xs: list[float]) -> None:
    assert [bits(sigmoid(x)) for x in xs] == [bits(compiled.sigmoid(x)) for x in xs]


def test_logistic_margin_by_hand() -> None:
    # 0.5 + 2·(3−1)/2 − 1·(4−2)/4
    assert logistic_margin(TWO_COLUMNS, [3.0, 4.0]) == 2.0


def test_columns_after_the_models_own_are_ignored() -> None:
    assert logistic_margin(TWO_COLUMNS, [3.0, 4.0, 1e9]) == 2.0


@pytest.mark.parametrize("columns", range(1, 21))
def test_logistic_margin_of_any_width_equals_an_exact_sum(columns: int) -> None:
    generator = np.random.default_rng(columns)
    means, coefficients, x = generator.normal(size=(3, columns)).tolist()
    scales = generator.uniform(0.5, 2.0, columns).tolist()
    terms = [c * (v - m) / s for c, v, m, s in zip(coefficients, x, means, scales, strict=True)]
    weights = layout.pack_logistic(0.25, means, scales, coefficients)
    assert logistic_margin(weights, x) == pytest.approx(math.fsum([0.25, *terms]), abs=1e-14)


@pytest.mark.parametrize("columns", [1, 4, 19])
def test_logistic_probability_has_the_same_bits_compiled(compiled: SimpleNamespace, columns: int) -> None:
    generator = np.random.default_rng(5)
    parts = [generator.normal(size=columns).tolist() for _ in range(2)]
    weights = layout.pack_logistic(0.1, parts[0], [0.7] * columns, parts[1])
    rows = generator.normal(size=(2000, columns)) * 5.0
    array = np.array(weights)
    interpreted = [bits(logistic_probability(weights, row)) for row in rows.tolist()]
    assert interpreted == [bits(compiled.logistic_probability(array, row)) for row in rows]


def test_platt_calibration_by_hand() -> None:
    weights = layout.with_calibration(TWO_COLUMNS, evaluate.CALIBRATION_PLATT, [-0.5, 1.0])
    assert calibrated(weights, 2.0) == 0.5
    assert calibrated(weights, 0.0) == pytest.approx(1.0 / (1.0 + math.exp(-1.0)), abs=1e-15)


@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        (-9.0, 0.1),
        (-1.0, 0.1),
        (-0.5, 0.2),
        (0.0, 0.3),
        (1.0, 0.5),
        (2.0, 0.7),
        (math.inf, 0.7),
        (-math.inf, 0.1),
    ],
)
def test_isotonic_calibration_by_hand(margin: float, expected: float) -> None:
    block = [3.0, -1.0, 0.0, 2.0, 0.1, 0.3, 0.7]
    assert interpolate(block, 0, margin) == pytest.approx(expected, abs=1e-16)


def test_isotonic_calibration_of_one_knot_is_constant() -> None:
    assert [interpolate([1.0, 0.5, 0.4], 0, margin) for margin in (-1.0, 0.5, 7.0)] == [0.4, 0.4, 0.4]


def test_isotonic_calibration_of_nan_is_nan() -> None:
    assert math.isnan(interpolate([1.0, 0.5, 0.4], 0, math.nan))


@pytest.mark.parametrize(
    ("method", "block"),
    [
        (evaluate.CALIBRATION_PLATT, [1.3, -0.2]),
        (evaluate.CALIBRATION_ISOTONIC, [4.0, -1.0, -0.3, 0.1, 2.0, 0.0, 0.3, 0.31, 0.9]),
    ],
)
def test_calibration_has_the_same_bits_compiled(
    compiled: SimpleNamespace, method: int, block: list[float]
) -> None:
    weights = layout.with_calibration(TWO_COLUMNS, method, block)
    array = np.array(weights)
    for margin in np.linspace(-3.0, 3.0, 4001).tolist():
        assert bits(calibrated(weights, margin)) == bits(compiled.calibrated(array, margin))


def test_the_arithmetic_calls_nothing_of_libm_or_numpy_but_floor_and_float32() -> None:
    tree = ast.parse(inspect.getsource(evaluate))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    used = {
        f"{node.value.id}.{node.attr}"
        for function in functions
        for statement in function.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert used == {"math.floor", "np.float32"}
