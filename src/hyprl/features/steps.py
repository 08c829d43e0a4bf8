"""The arithmetic of every built-in feature, one closed bar at a time.

Kernel code: plain Python in the subset that numba compiles, float64, only + - * / and sqrt, so that a compiled
loop, a compiled step and the interpreter agree to the bit. `state` is a zero-initialised sequence of float64 (a
list when interpreted, an array when compiled) that a step may change; it must hold no NaN. A window is rescanned
newest first, each value taken relative to the newest, which is a member of the window: cancellation is bounded and
the result depends on the window alone, never on what came before it.

Wilder's averages: J. Welles Wilder, New Concepts in Technical Trading Systems (1978).
"""

from __future__ import annotations

import math
from collections.abc import MutableSequence

from hyprl.domain.bars import Bar

State = MutableSequence[float]

NAN = math.nan
# An index masked with it keeps its value and lets the compiler leave out Python's counting from the end.
NOT_NEGATIVE = 0x7FFF_FFFF


def return_step(state: State, bar: Bar, lag: int) -> float:
    """close / close `lag` bars ago - 1. State: count, position, ring of `lag` closes."""
    position = int(state[1]) & NOT_NEGATIVE
    earlier = state[2 + position]
    state[2 + position] = bar.close
    position += 1
    state[1] = position if position < lag else 0
    if state[0] < lag:
        state[0] += 1.0
        return NAN
    return bar.close / earlier - 1.0


def true_range(bar: Bar, previous_close: float) -> float:
    """max(high - low, |high - previous close|, |low - previous close|) in price units."""
    widest = bar.high - bar.low
    up = abs(bar.high - previous_close)
    down = abs(bar.low - previous_close)
    if up > widest:
        widest = up
    if down > widest:
        widest = down
    return widest


def range_step(state: State, bar: Bar) -> tuple[float, float]:
    """(high - low) / close and true range / close. State: count, previous close."""
    range_fraction = (bar.high - bar.low) / bar.close
    if state[0] == 0.0:
        state[0] = 1.0
        state[1] = bar.close
        return range_fraction, NAN
    widest = true_range(bar, state[1])
    state[1] = bar.close
    return range_fraction, widest / bar.close


def wilder_mean(count: float, mean: float, value: float, length: int) -> float:
    """Sum up to the `length`-th value, their mean at it, Wilder's average after it."""
    if count < length:
        return mean + value
    if count == length:
        return (mean + value) / length
    return mean + (value - mean) / length


def atr_step(state: State, bar: Bar, length: int) -> tuple[float, float]:
    """Wilder's ATR and ATR / close. State: count of closes, previous close, average."""
    count = state[0]
    previous_close = state[1]
    state[0] = count + 1.0
    state[1] = bar.close
    if count == 0.0:
        return NAN, NAN
    atr = wilder_mean(count, state[2], true_range(bar, previous_close), length)
    state[2] = atr
    if count < length:
        return NAN, NAN
    return atr, atr / bar.close


def rsi_step(state: State, bar: Bar, length: int) -> float:
    """Wilder's RSI on 0..1, 0.5 without gains and losses. State: count, previous close, gains, losses."""
    count = state[0]
    change = bar.close - state[1]
    state[0] = count + 1.0
    state[1] = bar.close
    if count == 0.0:
        return NAN
    gain = change if change > 0.0 else 0.0
    loss = -change if change < 0.0 else 0.0
    gains = wilder_mean(count, state[2], gain, length)
    losses = wilder_mean(count, state[3], loss, length)
    state[2] = gains
    state[3] = losses
    if count < length:
        return NAN
    total = gains + losses
    return gains / total if total > 0.0 else 0.5


def push_window(state: State, offset: int, value: float, length: int) -> int:
    """Store `value` twice so that the last `length` values lie side by side; return the newest one's index.

    State from `offset`: position, then 2 * `length` values.
    """
    position = int(state[offset]) & NOT_NEGATIVE
    first = offset + 1 + position
    state[first] = value
    state[first + length] = value
    state[offset] = position + 1 if position + 1 < length else 0
    return first + length


def volume_step(state: State, bar: Bar, length: int) -> tuple[float, float]:
    """Z-score of the volume over `length` bars (population deviation) and whether it exceeds 2."""
    newest = push_window(state, 1, bar.volume, length)
    if state[0] + 1.0 < length:
        state[0] += 1.0
        return NAN, NAN
    first = 0.0
    second = 0.0
    for index in range(newest, newest - length, -1):
        deviation = state[index] - bar.volume
        first += deviation
        second += deviation * deviation
    mean = first / length
    variance = second / length - mean * mean
    if variance <= 0.0:
        return 0.0, 0.0
    zscore = -mean / math.sqrt(variance)
    return zscore, 1.0 if zscore > 2.0 else 0.0


def sample_deviation(first: float, second: float, length: int) -> float:
    """Return the standard deviation (ddof 1) from the sums of values and squares, each relative to a member."""
    variance = (second - first * first / length) / (length - 1)
    return math.sqrt(variance) if variance > 0.0 else 0.0


def skew_kurtosis(sums: tuple[float, float, float, float], length: int) -> tuple[float, float]:
    """Biased skewness and excess kurtosis from four power sums; 0 where the variance is 0."""
    mean = sums[0] / length
    second = sums[1] / length
    third = sums[2] / length
    square = mean * mean
    variance = second - square
    if variance <= 0.0:
        return 0.0, 0.0
    central3 = third - 3.0 * mean * second + 2.0 * mean * square
    central4 = sums[3] / length - 4.0 * mean * third + 6.0 * square * second - 3.0 * square * square
    skew_scale = variance * math.sqrt(variance)
    kurt_scale = variance * variance
    if skew_scale <= 0.0 or kurt_scale <= 0.0:
        return 0.0, 0.0
    return central3 / skew_scale, central4 / kurt_scale - 3.0


def volatility_ratio_step(state: State, bar: Bar, short: int, long: int) -> tuple[float, float]:
    """Deviation of 1-bar returns over `short` bars over that over `long`, and whether it exceeds 1.

    1 where no return moved in the long window. State: count, previous close, window of `long` returns.
    """
    count = state[0]
    previous_close = state[1]
    state[1] = bar.close
    if count == 0.0:
        state[0] = 1.0
        return NAN, NAN
    change = bar.close / previous_close - 1.0
    newest = push_window(state, 2, change, long)
    if count < long:
        state[0] = count + 1.0
    first = 0.0
    second = 0.0
    for index in range(newest, newest - short, -1):
        deviation = state[index] - change
        first += deviation
        second += deviation * deviation
    recent = sample_deviation(first, second, short)
    for index in range(newest - short, newest - long, -1):
        deviation = state[index] - change
        first += deviation
        second += deviation * deviation
    if count < long:
        return NAN, NAN
    whole = sample_deviation(first, second, long)
    ratio = recent / whole if whole > 0.0 else 1.0
    return ratio, 1.0 if ratio > 1.0 else 0.0


def return_shape_step(state: State, bar: Bar, length: int) -> tuple[float, float]:
    """Biased skewness and excess kurtosis of the last `length` 1-bar returns.

    State: count, previous close, window of `length` returns.
    """
    count = state[0]
    previous_close = state[1]
    state[1] = bar.close
    if count == 0.0:
        state[0] = 1.0
        return NAN, NAN
    change = bar.close / previous_close - 1.0
    newest = push_window(state, 2, change, length)
    if count < length:
        state[0] = count + 1.0
        return NAN, NAN
    first = 0.0
    second = 0.0
    third = 0.0
    fourth = 0.0
    for index in range(newest, newest - length, -1):
        deviation = state[index] - change
        square = deviation * deviation
        first += deviation
        second += square
        third += square * deviation
        fourth += square * square
    return skew_kurtosis((first, second, third, fourth), length)
