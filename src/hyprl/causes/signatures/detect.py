"""Ask every detector about one symbol's pair of logs; leave out what follows from a difference upstream."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from hyprl.causes.findings import Finding, Standing
from hyprl.causes.signatures import (
    account_columns,
    atr_levels,
    bar_values,
    decisions,
    feature_values,
    held_values,
    lags,
    late_starts,
    log_odds,
    model_weights,
    number_formats,
    recorded_equity,
    settings,
    stamps,
)
from hyprl.causes.signatures.pair import Ints, Pair
from hyprl.causes.signatures.risk_and_stops import Money, money_of

_OPEN = 0.5


def signatures_of(pair: Pair, expected_opens: Ints | None = None) -> list[Finding]:
    """Return what the pair of logs shows, in no order. A log whose stamps are shifted shows nothing else."""
    # A ratio or a mean of nothing is NaN, which no test of a signature passes.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return _all_of(pair, expected_opens)


def _all_of(pair: Pair, expected_opens: Ints | None) -> list[Finding]:
    found = stamps.find(pair, expected_opens)
    if any(finding.standing is Standing.ALONE for finding in found):
        return found
    if not pair.rows:
        return found
    money = money_of(pair)
    found += [*_upstream(pair, money)]
    if not found:
        found += log_odds.find(pair, money)
    found += [*settings.find(pair, money), *recorded_equity.find(pair, money)]
    found += [*held_values.find(pair), *account_columns.find(pair, money)]
    best = max((finding.confidence for finding in found), default=0.0)
    return found if best > _OPEN else [*found, *decisions.find(pair, money)]


def _upstream(pair: Pair, money: Money | None) -> list[Finding]:
    """Return what differs before the gates; a reading that is open yields to one that is not."""
    found = [
        *bar_values.find(pair),
        *atr_levels.find(pair, money),
        *lags.find(pair),
        *late_starts.find(pair, money),
        *number_formats.find(pair),
    ]
    features = feature_values.find(pair)
    if any(finding.standing is not Standing.OPEN for finding in features):
        found = [finding for finding in found if finding.standing is not Standing.SUSPICION]
    elif any(finding.confident for finding in found) or held_values.find(pair):
        features = [replace(finding, confidence=min(finding.confidence, _OPEN)) for finding in features]
    return [*found, *features, *model_weights.find(pair, money)]
