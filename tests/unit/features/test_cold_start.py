"""How far a cold start is off, and what never forgets."""

import numpy as np
import pytest

from hyprl.features.registry import NVDA_V2, resolve_feature

WINDOWED = tuple(name for name in NVDA_V2 if not name.startswith(("atr", "rsi")))


def median_error(name, history, series, values):
    reference = values(name, series)
    errors = []
    for last in range(3100, len(series), 100):
        cold = values(name, series.slice(last + 1 - history, last + 1))[-1]
        errors.append(abs(cold / reference[last] - 1.0))
    return float(np.median(errors))


@pytest.mark.parametrize(
    ("name", "history", "stated"),
    [
        ("atr_72", 250, 3e-3), ("atr_72", 500, 8e-5), ("atr_72", 1000, 9e-8), ("atr_72", 2000, 9e-14),
        ("rsi_21", 250, 3e-6), ("rsi_21", 500, 1e-11),
    ],
)  # fmt: skip
def test_a_cold_start_is_off_by_the_order_that_the_specification_measured(
    name, history, stated, embedded, values
):
    assert stated / 5 < median_error(name, history, embedded, values) < stated * 5


@pytest.mark.parametrize(("name", "history"), [("atr_72", 3000), ("rsi_21", 1000)])
def test_after_enough_bars_a_cold_start_is_equal(name, history, embedded, values):
    assert median_error(name, history, embedded, values) == 0.0


@pytest.mark.parametrize("name", WINDOWED)
def test_a_windowed_feature_depends_on_its_last_bars_alone(name, embedded, values):
    needed = resolve_feature(name).bars_needed
    reference = values(name, embedded)
    for last in range(needed - 1, len(embedded), 37):
        restarted = values(name, embedded.slice(last + 1 - needed, last + 1))[-1]
        assert restarted.tobytes() == reference[last].tobytes()
