"""From a closed bar to its features and its probability.

Kernel code. `features_step` and `probability_step` are placeholders which the linker (hyprl.jit) binds to the
generated feature step and to the model kind's evaluation.
"""

from __future__ import annotations

import math

from hyprl.domain.bars import Bar, MutableVector, Vector, is_usable


def features_step(states: object, bar: Bar, out: MutableVector) -> None:
    """Advance every feature by one bar (bound by the linker)."""
    raise NotImplementedError


def probability_step(weights: Vector, features: Vector) -> float:
    """Return P(up) for finite features (bound by the linker)."""
    raise NotImplementedError


def observe(states: object, bar: Bar, out: MutableVector) -> bool:
    """Advance the features by one bar and tell whether every column is a number.

    An unusable bar (kept by policy) leaves the states alone; its columns are NaN.
    """
    if not is_usable(bar):
        for index in range(len(out)):
            out[index] = math.nan
        return False
    features_step(states, bar, out)
    numbers = 0
    for index in range(len(out)):
        numbers += out[index] - out[index] == 0.0
    return numbers == len(out)


def probability_of(features: Vector, weights: Vector, ready: bool) -> float:
    """Return P(up), NaN where the features are not ready."""
    return probability_step(weights, features) if ready else math.nan
