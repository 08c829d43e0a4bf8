"""A feature of your own: how far the close lies above its lowest close of the last 20 bars, as a fraction.

Use it with a config that says

    [features]
    add = ["above_low_20"]
    modules = ["examples/my_feature.py"]
"""

import math

from hyprl.features.registry import register_feature


def above_low_step(state, bar, length):
    """close / lowest close of the last `length` bars - 1. State: count, position, ring of `length` closes."""
    position = int(state[1])
    state[2 + position] = bar.close
    state[1] = position + 1 if position + 1 < length else 0
    if state[0] < length:
        state[0] += 1.0
    if state[0] < length:
        return math.nan
    lowest = bar.close
    for index in range(length):
        if state[2 + index] < lowest:
            lowest = state[2 + index]
    return bar.close / lowest - 1.0


register_feature("above_low_20", above_low_step, parameters=(20,), state_size=2 + 20, bars_needed=20)
