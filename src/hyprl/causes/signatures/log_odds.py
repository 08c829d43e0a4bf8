"""Read log-odds in a log without features: how their difference runs, and what that leaves open.

Differences that cancel out, bar by bar, are those of an input moved in time (a series and its own past sum to nothing);
differences on the first bars of sessions alone were joined to the wrong day; differences that end to the bit after some
bars are those of a window that has passed. Where they run through, features and model leave one and the same trace:
both are listed, none is stated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hyprl.causes.cause import Cause
from hyprl.causes.facts.log_odds import (
    CancellingDifferences,
    DifferentSince,
    DifferentThroughout,
    FarBeyond,
    LogOddsReading,
    OpenLogOdds,
    PassingDifferences,
    SessionStartsDiffer,
    ShiftedThroughout,
    SlightlyDifferent,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.pair import Bools, Floats, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money

_LEAST_BARS, _MANY = 6, 200
_CANCELS, _NEARLY_CANCELS = 0.25, 0.45
_THROUGHOUT = 0.95
_OFFSET, _WILD, _TINY = 1.0, 8.0, 1e-3
_MEETING = 3
_WITHOUT_MEMORY = 0.2


@dataclass(frozen=True)
class LogOdds:
    """The log-odds of the bars on which both sides have them: right minus left, and which differ."""

    pair: Pair
    change: Floats
    left: Floats
    right: Floats
    rows: npt.NDArray[np.intp]
    differs: Bools
    stops_equal: bool

    @property
    def first(self) -> str:
        """Return the first bar that differs."""
        return self.pair.bar(int(self.rows[first_true(self.differs, 0)]))


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report what unequal probabilities alone can say; call it where no other signature names their cause."""
    odds = _log_odds(pair, money)
    if odds is None:
        return []
    return _at_session_starts(odds) or _passing(odds) or _cancelling(odds) or _open(odds)


def _log_odds(pair: Pair, money: Money | None) -> LogOdds | None:
    logit = pair.logit
    if logit is None or pair.knows_features or pair.knows_bars or pair.has_holes:
        return None
    both = logit.both
    if int((logit.differs & both).sum()) < _LEAST_BARS:
        return None
    left, right = logit.left[both], logit.right[both]
    stops_equal = money is not None and bool(money.stop.both.any()) and not money.off(money.stop_ratio).any()
    return LogOdds(pair, right - left, left, right, np.flatnonzero(both), left != right, stops_equal)


def _at_session_starts(odds: LogOdds) -> list[Finding]:
    sessions = odds.pair.sessions[~(odds.pair.lacking[0] | odds.pair.lacking[1])]
    starts = np.concatenate(([True], np.diff(sessions) > 0))[odds.rows]
    if starts.all() or not odds.differs[starts].any() or odds.differs[~starts].any():
        return []
    facts = SessionStartsDiffer(int(odds.differs.sum()))
    return [_finding(odds, Cause.FEATURE_MISALIGNMENT, 0.75, facts)]


def _passing(odds: LogOdds) -> list[Finding]:
    differs = _without_chance(odds.differs)
    edges = np.diff(np.concatenate(([False], differs, [False])).astype(np.int8))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    ended = int((stops < len(differs)).sum())
    if not ended:
        return []
    shortest = int((stops - starts)[:ended].min())
    facts = PassingDifferences(len(starts), shortest, odds.stops_equal)
    return [_finding(odds, Cause.DATA_REVISION, 0.6 if len(starts) > 1 else 0.5, facts)]


def _without_chance(differs: Bools) -> Bools:
    """Count one or two equal bars amid differing ones as differing: two roundings may meet."""
    filled = differs.copy()
    equal = np.diff(np.concatenate(([True], differs, [True])).astype(np.int8))
    starts, stops = np.flatnonzero(equal == -1), np.flatnonzero(equal == 1)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if stop - start < _MEETING and start > 0:
            filled[start:stop] = True
    return filled


def _cancelling(odds: LogOdds) -> list[Finding]:
    size = float(np.sqrt((odds.change**2).mean()))
    reach = float(np.abs(np.cumsum(odds.change)).max()) / (size * float(np.sqrt(len(odds.change))))
    if len(odds.change) < _MANY or reach > _NEARLY_CANCELS or odds.differs.mean() < _THROUGHOUT:
        return []
    confidence = 0.72 if reach < _CANCELS and odds.stops_equal else 0.55
    return [_finding(odds, Cause.FEATURE_MISALIGNMENT, confidence, CancellingDifferences(reach))]


def _open(odds: LogOdds) -> list[Finding]:
    course, causes = _course(odds)
    return [
        _finding(odds, cause, confidence, course)
        for cause, confidence in zip(causes, (0.5, 0.45), strict=True)
    ]


def _course(odds: LogOdds) -> tuple[OpenLogOdds, tuple[Cause, Cause]]:
    """Return how the difference runs, and which of two causes does it rather like this."""
    model = (Cause.MODEL_PATH, Cause.FEATURE_MISALIGNMENT)
    spread, usual = float(odds.left.std()), float(odds.change.mean())
    size = float(odds.change.std())
    start = first_true(odds.differs, 0)
    if start > _LEAST_BARS:
        return DifferentSince(odds.first, start), model
    if float(odds.right.std()) > _WILD * spread:
        return FarBeyond(), model
    if size < _TINY * spread:
        smooth = _memory(odds.change) >= _WITHOUT_MEMORY
        rounded = (Cause.FLOATING_POINT, Cause.FEATURE_MISALIGNMENT)
        return SlightlyDifferent(size, smooth), model if smooth else rounded
    if abs(usual) > _OFFSET * size:
        return ShiftedThroughout(usual), model
    return DifferentThroughout(size), (Cause.FEATURE_MISALIGNMENT, Cause.MODEL_PATH)


def _finding(odds: LogOdds, cause: Cause, confidence: float, facts: LogOddsReading) -> Finding:
    return Finding(cause, confidence, (facts,), first_bar=odds.first, columns=("probability_up",))


def _memory(change: Floats) -> float:
    """Return the correlation of neighbouring differences."""
    centred = change - change.mean()
    whole = float((centred**2).sum())
    return float((centred[1:] * centred[:-1]).sum()) / whole if whole > 0.0 else 0.0
