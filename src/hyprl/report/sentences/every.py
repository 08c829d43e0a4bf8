"""`word` with a sentence for every kind of evidence: importing it from here makes all of them known to it."""

from __future__ import annotations

from hyprl.report.sentences import (
    account,
    atr_levels,
    bar_values,
    decisions,
    differences,
    equity,
    feature_values,
    lags,
    late_starts,
    log_odds,
    model_weights,
    number_formats,
    of_symbol,
    settings,
    size_ratios,
    stamps,
    swap,
)
from hyprl.report.wording import word

__all__ = ["MODULES", "word"]

MODULES = (
    account,
    atr_levels,
    bar_values,
    decisions,
    differences,
    equity,
    feature_values,
    lags,
    late_starts,
    log_odds,
    model_weights,
    number_formats,
    of_symbol,
    settings,
    size_ratios,
    stamps,
    swap,
)
