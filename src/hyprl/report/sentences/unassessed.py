"""What could not be assessed, in words, and what to record for it."""

from __future__ import annotations

from collections.abc import Iterable

from hyprl.causes.facts.unassessed import (
    ExcusedBars,
    Holders,
    SharesNotMeasured,
    Unassessed,
    UncomparedStep,
    UnknownColumns,
    ValuesMissingOnBoth,
)
from hyprl.causes.steps import DecisionStep

_MOST_NAMES = 6
_RECORD = {
    DecisionStep.BARS: "record open, high, low, close, volume (or bar_hash) to tell a data fault from a feature fault",
    DecisionStep.FEATURES: "record the features to tell a feature fault from a model fault",
    DecisionStep.MODEL: "record model_params_hash to tell another model from other inputs",
    DecisionStep.PROBABILITY: "record probability_up to tell a model fault from a gate that differs",
    DecisionStep.GATES: "record reason, threshold_long and threshold_short to tell which gate parts the engines",
    DecisionStep.SIZE: "record position_size, and the equity that sized it, to tell a sizing fault",
    DecisionStep.EV: "record expected_pnl to compare what each side expected",
}
_HOLDERS = {
    Holders.NEITHER: "in neither log",
    Holders.LEFT: "in the left log only",
    Holders.RIGHT: "in the right log only",
    Holders.BOTH: "no column in both logs",
}


def unassessed_line(facts: Unassessed) -> str:
    """Say what was not assessed, and what would let it be."""
    match facts:
        case UncomparedStep(step, holders):
            return f"{step}: {_HOLDERS[holders]}; {_RECORD[step]}"
        case UnknownColumns(columns):
            return f"columns of unknown meaning locate nothing: {_listed(columns)}; name features `indicator.<name>`"
        case ExcusedBars(bars):
            return (
                f"{bars:,} bars: both sides reject in warm-up or for bad data and have no values, as they may"
            )
        case ValuesMissingOnBoth(counts):
            listed = _listed(f"{name} ({bars:,})" for name, bars in counts)
            return f"missing on both sides where a value is due (bars): {listed}; nothing was compared there"
        case SharesNotMeasured(None):
            return "shares of the gap: only two HyprL traces (HYPRL_PARITY_TRACE=1) can be decided again"
        case SharesNotMeasured(error):
            return f"shares of the gap: {error}"


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:_MOST_NAMES]) + (" …" if len(shown) > _MOST_NAMES else "")
