"""Sizing on shared ATR and equity: by hand, against decimal arithmetic, and equal in both engines."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import polars as pl
import pytest

from hyprl.jit.link import Linker
from hyprl.risk import calculators
from hyprl.risk.calculators import calc_position_size, expected_pnl, risk_amount, stop_distance

FIXTURE = Path(__file__).resolve().parents[2] / "tests/fixtures/parity/nvda_microscope.parquet"
SIX = Decimal("0.000001")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    return pl.read_parquet(FIXTURE).to_dicts()


def test_the_specs_example_by_hand():
    distance = stop_distance(4.0, 2.0)
    size = calc_position_size(10_000.0, 0.02, distance, price=100.0)
    amount = risk_amount(size, distance)
    assert (size, amount, expected_pnl(0.6, amount, 2.0)) == (25.0, 200.0, 160.0)


def test_leverage_caps_the_size():
    assert calc_position_size(10_000.0, 0.02, 1.0, price=100.0, max_leverage=1.5) == 150.0


def test_below_the_minimum_size_nothing_is_bought():
    assert calc_position_size(100.0, 0.01, 8.0, price=100.0, min_size=1.0) == 0.0


@pytest.mark.parametrize(
    "equity, distance, price", [(0.0, 8.0, 100.0), (1e4, 0.0, 100.0), (1e4, 8.0, 0.0), (-5.0, 8.0, 1.0)]
)
def test_where_no_risk_can_be_measured_the_size_is_zero(equity, distance, price):
    assert calc_position_size(equity, 0.02, distance, price) == 0.0


def test_recorded_sizes_equal_decimal_arithmetic_on_talib_atr(rows):
    for row in rows:
        equity, price = Decimal(row["risk_inputs.equity"]), Decimal(row["bar.close"])
        distance = Decimal(row["oracle.atr_14"]) * Decimal(row["risk_inputs.atr_multiplier"])
        size = min(equity * Decimal(row["risk_inputs.risk_fraction"]) / distance, equity / price)
        size = size.quantize(SIX, ROUND_HALF_EVEN)
        assert float(size) == pytest.approx(row["position_size"], abs=1e-6)
        assert float(size * distance) == pytest.approx(row["risk_amount"], abs=1e-5)


def test_recorded_expected_pnl_follows_the_formula(rows):
    for row in rows:
        p = row["oracle.probability_up"]
        long = row["direction"] == "long" or (row["direction"] == "none" and p >= 0.5)
        win = p if long else 1.0 - p
        amount, reward = row["risk_amount"], row["risk_inputs.reward_multiple"]
        value = win * amount * reward - (1.0 - win) * amount
        assert value == pytest.approx(row["expected_pnl"], abs=1e-6)


def test_compiled_and_interpreted_sizing_agree_to_the_bit(rows):
    import numba

    linker = Linker({}, numba.njit)
    compiled = linker.link(calculators.calc_position_size)
    for row in rows:
        arguments = (row["risk_inputs.equity"], 0.01, row["oracle.atr_14"] * 2.0, row["bar.close"], 1.0, 1e-6)
        assert compiled(*arguments).hex() == calc_position_size(*arguments).hex()
