"""What the fault lab can plant: each fault's cause, the step at which it must first show, and the complaint behind it.

Data alone, quick to import; `plants` holds the parts that bring a fault about. The first level is the usual one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, sqrt

from hyprl.causes.cause import Cause
from hyprl.causes.steps import DecisionStep

Level = float | int | str


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: planted at each of `levels`, caused by `cause`, first seen at `step` of the bar's way."""

    name: str
    cause: Cause
    step: DecisionStep
    levels: tuple[Level, ...]
    complaint: str

    @property
    def labels(self) -> tuple[str, ...]:
        """Return `name:level` of every level."""
        return tuple(f"{self.name}:{level}" for level in self.levels)

    def as_json_dict(self) -> dict[str, object]:
        """Return JSON values."""
        return {
            "name": self.name,
            "cause": self.cause,
            "stage": self.step,
            "levels": self.levels,
            "complaint": self.complaint,
        }


# fmt: off
FAULTS: tuple[Fault, ...] = (
    Fault("shifted-cache", Cause.FEATURE_MISALIGNMENT, DecisionStep.FEATURES, (1, 2, 5),
          "the feature cache lags by k bars (the plan's first cause)"),
    Fault("shifted-column", Cause.FEATURE_MISALIGNMENT, DecisionStep.FEATURES, ("rsi_14", "volume_zscore_24", "ret_6h"),
          "one column is joined a bar late"),
    Fault("swapped-columns", Cause.FEATURE_MISALIGNMENT, DecisionStep.FEATURES,
          ("rsi_7/rsi_21", "ret_3h/ret_6h", "atr_14_norm/atr_72_norm"),
          "two columns change places between training and live"),
    Fault("constant-column", Cause.FEATURE_MISALIGNMENT, DecisionStep.FEATURES,
          ("volume_zscore_24", "vol_ratio_10_30", "ret_24h"),
          "a column that was never wired up live stays 0"),
    Fault("frame-minmax", Cause.FEATURE_MISALIGNMENT, DecisionStep.FEATURES, (0, 200, 800),
          "min/max over the whole frame in research, over what was seen so far live (bars seen before the window)"),
    Fault("end-date-score", Cause.FEATURE_MISALIGNMENT, DecisionStep.FEATURES, ("rsi_14", "ret_24h", "all"),
          "a standard score over the whole test changes with the test's end date"),
    Fault("late-session-open", Cause.FEATURE_MISALIGNMENT, DecisionStep.FEATURES, ("all", "rsi_14"),
          "the first bar of each session is decided on the last row of the day before"),
    Fault("short-preroll", Cause.WARMUP, DecisionStep.FEATURES, (30, 60, 120, 250),
          "the pre-roll is cut to N bars (the plan's second cause): RSI, ATR, ADX wrong after a short warm-up"),
    Fault("five-day-warmup", Cause.WARMUP, DecisionStep.FEATURES, (80, 35, 200),
          "history is silently capped, at five days say: every bar recomputed from its last N bars"),
    Fault("bar-before-warmup", Cause.WARMUP, DecisionStep.FEATURES, (5, 1, 20),
          "N live bars arrive before the warm-up is done"),
    Fault("cold-rsi", Cause.WARMUP, DecisionStep.FEATURES, (40, 25, 80),
          "the Wilder averages of RSI start from N bars, the other columns from all"),
    Fault("atr-seed", Cause.WARMUP, DecisionStep.FEATURES, (80, 160, 320),
          "a streaming ATR is seeded with its first true range instead of the mean of n (bars before the window)"),
    Fault("refitted-scaler", Cause.MODEL_PATH, DecisionStep.MODEL, ("window", "recent", "history"),
          "the scaler is fitted again on the bars at hand (the plan's third cause)"),
    Fault("other-coefficients", Cause.MODEL_PATH, DecisionStep.MODEL, (0.05, 0.001, 1e-06),
          "another training gave other coefficients"),
    Fault("intercept-lost", Cause.MODEL_PATH, DecisionStep.MODEL, (1.0, 0.5),
          "an export drops the intercept, or half of it"),
    Fault("calibration-one-side", Cause.MODEL_PATH, DecisionStep.PROBABILITY, (0.8, 0.5, 0.97),
          "one side applies a calibration that the other dropped"),
    Fault("feature-order", Cause.MODEL_PATH, DecisionStep.PROBABILITY, ("alphabetical", "reversed", "first-two"),
          "the columns reach the model in another order"),
    Fault("stale-model", Cause.MODEL_PATH, DecisionStep.PROBABILITY, (0.5, 0.25, 0.9),
          "a model is reloaded in mid-run and nothing records it (share of the window before)"),
    Fault("drifting-equity", Cause.SIZING_EQUITY, DecisionStep.SIZE, (0.0001, 1e-05, 0.001),
          "sizing reads an account that drifts (the plan's fourth cause)"),
    Fault("currency-ratio", Cause.SIZING_EQUITY, DecisionStep.SIZE, (0.92, 1.1, 7.2),
          "equity is read in another currency"),
    Fault("frozen-equity", Cause.SIZING_EQUITY, DecisionStep.SIZE, (0.0, 0.3, 0.6),
          "equity is read once and never again (share of the window before)"),
    Fault("lagging-equity", Cause.SIZING_EQUITY, DecisionStep.SIZE, (1, 7),
          "equity is N bars old when it is read"),
    Fault("deposit", Cause.SIZING_EQUITY, DecisionStep.SIZE, (0.25, 0.05, -0.1),
          "money moves into or out of the account in mid-run"),
    Fault("float32-features", Cause.FLOATING_POINT, DecisionStep.FEATURES, ("float32", "float16"),
          "features pass through a narrower float (the plan's fifth cause)"),
    Fault("rounded-features", Cause.FLOATING_POINT, DecisionStep.FEATURES, (6, 4, 3),
          "features are stored with N decimals"),
    Fault("ulp-noise", Cause.FLOATING_POINT, DecisionStep.FEATURES, (1, 16, 1024),
          "another compiler's arithmetic is off by units in the last place"),
    Fault("float32-probability", Cause.FLOATING_POINT, DecisionStep.PROBABILITY, ("float32", "float16"),
          "the model runtime answers in a narrower float"),
    Fault("rounded-probability", Cause.FLOATING_POINT, DecisionStep.PROBABILITY, (4, 3, 2),
          "the probability is rounded before it is compared"),
    Fault("rounded-prices", Cause.FLOATING_POINT, DecisionStep.BARS, (2, 3, 1),
          "live prices have N decimals, history has more"),
    Fault("float32-prices", Cause.FLOATING_POINT, DecisionStep.BARS, ("float32", "float16"),
          "the live feed carries prices in a narrower float"),
    Fault("recalculated-bars", Cause.DATA_REVISION, DecisionStep.BARS, (0.1, 0.02, 0.5),
          "bars are recalculated 30 s after they were served (share of bars)"),
    Fault("dividend", Cause.DATA_REVISION, DecisionStep.BARS, (0.003, 0.0002, 0.01),
          "1-hour bars come without the dividend adjustment that history has (up to mid-run)"),
    Fault("unadjusted-split", Cause.DATA_REVISION, DecisionStep.BARS, ("volume", "price", "both"),
          "bars before a split are not adjusted, in volume, price or both (up to mid-run)"),
    Fault("wide-extremes", Cause.DATA_REVISION, DecisionStep.BARS, (0.1, 0.02, 0.5),
          "highs and lows hold prints that the vendor later withdrew (share of bars)"),
    Fault("volume-backfilled", Cause.DATA_REVISION, DecisionStep.BARS, (0.1, 0.02, 0.5),
          "volume is incomplete when served and filled in later (share of bars)"),
    Fault("close-stamp", Cause.BAR_TIMING, DecisionStep.BARS, ("close", "floor-hour"),
          "a bar is stamped with its close, or with the clock hour, instead of its open"),
    Fault("skipped-bars", Cause.BAR_TIMING, DecisionStep.BARS, (2, 7, 50),
          "an hourly consolidator skips every N-th bar (every other one)"),
    Fault("event-before-data", Cause.BAR_TIMING, DecisionStep.BARS, (1.0, 0.1, 0.02),
          "the bar event fires before its data: the bar before is decided again (share of bars)"),
    Fault("early-decision", Cause.BAR_TIMING, DecisionStep.BARS, (0.75, 0.95),
          "a bar is decided before it is closed (share of the hour)"),
    Fault("half-day", Cause.BAR_TIMING, DecisionStep.BARS, ("last", "all"),
          "bars of a half day are dropped"),
    Fault("dst-shift", Cause.BAR_TIMING, DecisionStep.BARS, ("summer", "winter"),
          "stamps are an hour off for one half of the year"),
    Fault("threshold-drift", Cause.CONFIGURATION, DecisionStep.GATES, (0.01, 0.003, 0.03),
          "the live config has other thresholds"),
    Fault("swapped-thresholds", Cause.CONFIGURATION, DecisionStep.GATES, ("swapped", "long-for-both"),
          "long and short thresholds change places, or one serves for both"),
    Fault("atr-multiplier", Cause.CONFIGURATION, DecisionStep.SIZE, (2.5, 2.02, 1.5),
          "the live config has another stop multiplier"),
    Fault("risk-fraction", Cause.CONFIGURATION, DecisionStep.SIZE, (0.0125, 0.0101, 0.005),
          "the live config risks another fraction"),
    Fault("reward-multiple", Cause.CONFIGURATION, DecisionStep.EV, (1.5, 2.1, 3.0),
          "the live config has another reward multiple"),
    Fault("ignored-key", Cause.CONFIGURATION, DecisionStep.GATES, ("trend_long_min", "trend_short_min"),
          "one side ignores a key of the config"),
    Fault("hard-coded", Cause.CONFIGURATION, DecisionStep.GATES, ("threshold_long", "threshold_short"),
          "one side has a threshold in its code and logs the config's"),
    Fault("hard-coded-size", Cause.CONFIGURATION, DecisionStep.SIZE, ("atr_multiplier", "risk_fraction"),
          "one side has a sizing constant in its code and logs the config's"),
    Fault("frozen-features", Cause.STATE_LOST, DecisionStep.FEATURES, (0.5, 0.25, 0.9),
          "features stay as they were at a restart (share of the window before)"),
    Fault("cold-restart", Cause.STATE_LOST, DecisionStep.FEATURES, (0.5, 0.2, 0.8),
          "feature states are lost at a restart, 100 bars warm them up again (share of the window before)"),
    Fault("position-forgotten", Cause.STATE_LOST, DecisionStep.GATES, (0.5, 0.1, 0.8),
          "an open position is forgotten at a restart (share of the window before)"),
    Fault("caps-forgotten", Cause.STATE_LOST, DecisionStep.GATES, (0.5, 0.1, 0.8),
          "the day's trades and loss are forgotten at a restart (share of the window before)"),
    Fault("order-lost", Cause.STATE_LOST, DecisionStep.GATES, (0.5, 0.1, 0.8),
          "a pending order is lost at a restart (share of the window before)"),
    Fault("unknown-holding", Cause.STATE_LOST, DecisionStep.GATES, (0.1, 0.02, 0.5),
          "the account holds shares that the backtest does not know (share of equity)"),
    Fault("account-reset", Cause.STATE_LOST, DecisionStep.SIZE, (0.5, 0.9),
          "cash starts again at its first value at a restart (share of the window before)"),
)
# fmt: on

BY_NAME = {fault.name: fault for fault in FAULTS}


# Faults that can be planted in any column of the run; these columns stand for the unseen ones.
OTHER_COLUMNS: dict[str, tuple[Level, ...]] = {
    "shifted-column": ("vol_ratio_10_30", "ret_1h", "atr_14"),
    "swapped-columns": ("ret_1h/ret_3h", "ret_skew_20/ret_kurt_20"),
    "constant-column": ("rsi_7", "ret_skew_20"),
    "end-date-score": ("rsi_21", "vol_ratio_10_30"),
    "late-session-open": ("ret_1h", "volume_zscore_24"),
}


def find_fault(label: str) -> tuple[Fault, Level]:
    """Return the fault and level of `name` (its usual level) or `name:level`.

    Where levels are numbers any other number goes, where they are columns any column. Raises KeyError for an unknown
    name or level.
    """
    name, _, level = label.partition(":")
    fault = BY_NAME[name]
    if not level:
        return fault, fault.levels[0]
    known = dict(zip(map(str, fault.levels), fault.levels, strict=True))
    if level in known or name in OTHER_COLUMNS:
        return fault, known.get(level, level)
    return fault, _other_number(fault, level)


def _other_number(fault: Fault, text: str) -> Level:
    if any(isinstance(level, str) for level in fault.levels):
        raise KeyError(text)
    try:
        number = int(text) if all(isinstance(level, int) for level in fault.levels) else float(text)
    except ValueError as error:
        raise KeyError(text) from error
    signed = any(float(level) < 0.0 for level in fault.levels)
    if not isfinite(number) or (number < 0 and not signed) or (number == 0 and isinstance(number, int)):
        raise KeyError(text)
    return number


def held_out_levels(fault: Fault) -> tuple[Level, ...]:
    """Return levels that nobody tuned anything to: between neighbouring numbers, or other columns."""
    if fault.name in OTHER_COLUMNS:
        return OTHER_COLUMNS[fault.name]
    numbers = sorted(level for level in fault.levels if not isinstance(level, str) and level > 0)
    whole = all(isinstance(number, int) for number in numbers)
    between = [sqrt(low * high) for low, high in pairwise(numbers)]
    rounded = [round(level) if whole else float(f"{level:.3g}") for level in between]
    return tuple(dict.fromkeys(level for level in rounded if level not in fault.levels))
