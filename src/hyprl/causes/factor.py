"""The parts of a run that can be taken from the other side, and the cause that each of them usually is."""

from __future__ import annotations

from enum import StrEnum

from hyprl.causes.cause import Cause


class Factor(StrEnum):
    """What can be swapped between two sides, in the order of a bar's way."""

    TIMING = "timing"  # which rows there are, and their times
    BARS = "bars"  # the five numbers of each bar
    FEATURES = "features"  # another row, or values of another kind
    COLD_START = "cold_start"  # what fades from the first bar on
    PRECISION = "precision"  # a narrower number format
    RESTART = "restart"  # a state that was lost in mid-run
    MODEL = "model"  # the weights
    PARAMETERS = "parameters"  # the constants of the decision and of the fills
    EQUITY = "equity"  # what sizing read
    STATE = "state"  # the account, where it does not follow from the side's own decisions


CAUSE_OF = {
    Factor.TIMING: Cause.BAR_TIMING,
    Factor.BARS: Cause.DATA_REVISION,
    Factor.FEATURES: Cause.FEATURE_MISALIGNMENT,
    Factor.COLD_START: Cause.WARMUP,
    Factor.PRECISION: Cause.FLOATING_POINT,
    Factor.RESTART: Cause.STATE_LOST,
    Factor.MODEL: Cause.MODEL_PATH,
    Factor.PARAMETERS: Cause.CONFIGURATION,
    Factor.EQUITY: Cause.SIZING_EQUITY,
    Factor.STATE: Cause.STATE_LOST,
}
