"""All signatures of one symbol's pair of logs; what follows from a difference upstream is left out."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from hyprl.causes.findings import Finding
from hyprl.causes.signatures import (
    bare,
    blind,
    lag,
    misaligned,
    model,
    revision,
    rounding,
    settings,
    sizing,
    state,
    timing,
    unseen,
    warmup,
)
from hyprl.causes.signatures.money import Money, money_of
from hyprl.causes.signatures.pair import Ints, Pair

_OPEN = 0.5


def signatures_of(pair: Pair, expected_opens: Ints | None = None) -> list[Finding]:
    """Return what the pair of logs shows, in no order. A log whose stamps are shifted shows nothing else."""
    # A ratio or a mean of nothing is NaN, which no test of a signature passes.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return _all_of(pair, expected_opens)


def _all_of(pair: Pair, expected_opens: Ints | None) -> list[Finding]:
    found = timing.find(pair, expected_opens)
    if any("offset_minutes" in finding.details for finding in found):
        return found
    if not pair.rows:
        return found
    money = money_of(pair)
    found += [*_upstream(pair, money)]
    if not found:
        found += blind.find(pair, money)
    found += [*settings.find(pair, money), *sizing.find(pair, money), *state.find(pair, money)]
    best = max((finding.confidence for finding in found), default=0.0)
    return found if best > _OPEN else [*found, *bare.find(pair, money)]


def _upstream(pair: Pair, money: Money | None) -> list[Finding]:
    """Return what differs before the gates; a reading that is open yields to one that is not."""
    known = [
        *revision.find(pair),
        *unseen.find(pair, money),
        *lag.find(pair),
        *warmup.find(pair, money),
        *rounding.find(pair),
    ]
    told = misaligned.find(pair)
    if any("open" not in finding.details for finding in told):
        known = [finding for finding in known if "only" not in finding.details]
    elif any(finding.confident for finding in known) or state.frozen(pair):
        told = [replace(finding, confidence=min(finding.confidence, _OPEN)) for finding in told]
    return [*known, *told, *model.find(pair, money)]
