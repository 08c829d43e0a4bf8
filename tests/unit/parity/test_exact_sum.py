import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hyprl.parity.value_tally import ExactSum

values = st.floats(min_value=0.0, allow_nan=False, allow_infinity=False)


def added(*blocks: list[float]) -> float:
    found = ExactSum()
    for block in blocks:
        found.add(np.array(block, dtype=np.float64))
    return found.total()


@given(st.lists(values.filter(lambda value: value < 1e300), max_size=60), st.integers(0, 60))
def test_sum_is_that_of_fsum_however_it_is_cut(numbers: list[float], cut: int) -> None:
    assert added(numbers[:cut], numbers[cut:]) == math.fsum(numbers)


def test_small_values_are_not_lost_beside_a_large_one() -> None:
    assert added([1e16], [1.0] * 7) == 1e16 + 8  # 1e16 + 7 lies between two floats; the nearer even one


def test_subnormals_add_up() -> None:
    assert added([5e-324] * 3) == 1.5e-323


def test_sum_beyond_float64_is_infinite() -> None:
    assert added([1.7e308, 1.7e308]) == math.inf


def test_infinite_value_makes_the_mean_infinite() -> None:
    found = ExactSum()
    found.add(np.array([1.0, np.inf]))
    assert found.mean(2) == math.inf


def test_no_values_have_no_mean() -> None:
    assert ExactSum().mean(0) is None
