"""Sizing arithmetic: pure, float64, rounded to 6 decimals before it is returned.

Kernel code (plain Python that numba compiles). Prices and distances in quote currency per share, sizes in shares,
amounts in account currency.
"""

from __future__ import annotations

import math

_SCALE = 1_000_000.0
_SPLITTER = 134_217_729.0  # 2**27 + 1: T. J. Dekker, A floating-point technique (1971)
_EXACT_ABOVE = 8_589_934_592.0  # 2**33: beyond it neighbours lie 2e-6 apart and rounding changes nothing


def round6(value: float) -> float:
    """Round to 6 decimals as Python's round(value, 6) does, ties of the exact binary value to even.

    The product with 10**6 is taken with its rounding error, so that no near-tie goes the wrong way.
    """
    magnitude = abs(value)
    if not magnitude < _EXACT_ABOVE:
        return value
    scaled = magnitude * _SCALE
    spread = magnitude * _SPLITTER
    head = spread - (spread - magnitude)
    tail = magnitude - head
    error = (head * _SCALE - scaled) + tail * _SCALE
    whole = int(scaled)
    rest = scaled - whole - 0.5
    above_half = rest + error
    if above_half > 0.0:
        whole += 1
    if above_half == 0.0 and whole % 2 == 1:
        whole += 1
    rounded = whole / _SCALE
    return math.copysign(rounded, value)


def stop_distance(atr: float, atr_multiplier: float) -> float:
    """ATR × multiplier, in price units."""
    return atr * atr_multiplier


def calc_position_size(  # noqa: PLR0913  public, and a formula: each argument is one of its terms
    equity: float,
    risk_fraction: float,
    stop_distance: float,
    price: float,
    max_leverage: float = 1.0,
    min_size: float = 0.0,
) -> float:
    """equity × risk_fraction / stop distance, at most equity × max_leverage / price; 0 below `min_size`.

    0 too where equity, stop distance or price is not above 0: no risk can be measured there.
    """
    if not (equity > 0.0 and stop_distance > 0.0 and price > 0.0):
        return 0.0
    size = equity * risk_fraction / stop_distance
    largest = equity * max_leverage / price
    if size > largest:
        size = largest
    size = round6(size)
    return size if size >= min_size else 0.0


def risk_amount(position_size: float, stop_distance: float) -> float:
    """Size × stop distance: what the stop would lose, in account currency."""
    return round6(position_size * stop_distance)


def expected_pnl(win_probability: float, risk_amount: float, reward_multiple: float) -> float:
    """p_win × risk amount × reward multiple − (1 − p_win) × risk amount, in account currency."""
    return round6(win_probability * risk_amount * reward_multiple - (1.0 - win_probability) * risk_amount)
