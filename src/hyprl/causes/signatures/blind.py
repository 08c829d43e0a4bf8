"""Probabilities that differ in a log without features: how the difference in log-odds runs, and what that leaves open.

Differences that cancel out, bar by bar, are those of an input moved in time (a series and its own past sum to nothing);
differences on the first bars of sessions alone were joined to the wrong day; differences that end to the bit after some
bars are those of a window that has passed. Where they run through, features and model leave one and the same trace:
both are listed, none is stated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hyprl.causes.findings import (
    DATA_REVISION,
    FEATURE_MISALIGNMENT,
    FLOATING_POINT,
    MODEL_PATH,
    SIGNATURE,
    Finding,
)
from hyprl.causes.signatures.money import Money
from hyprl.causes.signatures.pair import Bools, Floats, Pair, first_true

_LEAST_BARS, _MANY = 6, 200
_CANCELS, _NEARLY_CANCELS = 0.25, 0.45
_THROUGHOUT = 0.95
_OFFSET, _WILD, _TINY = 1.0, 8.0, 1e-3
_RECORD = "Record the features (`indicator.<name>`) or feature_hash on both sides: they tell a feature from a model."
_SESSION = (
    "Join features to bars by the bar's own open; look for a daily file, a forward fill or a date join."
)
_JOIN = "Join features to bars by the bar's open on both sides; look for a shift() or a cache written after it is read."
_VOLUME = "Keep the bars, with volume, that were decided on, and compare them with today's."
_MEETING = 3
_WITHOUT_MEMORY = 0.2


@dataclass(frozen=True)
class Blind:
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
    seen = _seen(pair, money)
    if seen is None:
        return []
    return _at_session_starts(seen) or _passing(seen) or _cancelling(seen) or _open(seen)


def _seen(pair: Pair, money: Money | None) -> Blind | None:
    logit = pair.logit
    if logit is None or pair.knows_features or pair.knows_bars or pair.has_holes:
        return None
    both = logit.both
    if int((logit.differs & both).sum()) < _LEAST_BARS:
        return None
    left, right = logit.left[both], logit.right[both]
    stops_equal = money is not None and bool(money.stop.both.any()) and not money.off(money.stop_ratio).any()
    return Blind(pair, right - left, left, right, np.flatnonzero(both), left != right, stops_equal)


def _at_session_starts(seen: Blind) -> list[Finding]:
    sessions = seen.pair.sessions[~(seen.pair.lacking[0] | seen.pair.lacking[1])]
    starts = np.concatenate(([True], np.diff(sessions) > 0))[seen.rows]
    if starts.all() or not seen.differs[starts].any() or seen.differs[~starts].any():
        return []
    said = f"probabilities differ on {int(seen.differs.sum()):,} bars, each the first of its session, and on no other"
    return [
        _finding(
            seen, FEATURE_MISALIGNMENT, 0.75, f"{said}: an input of those bars is another day's", _SESSION
        )
    ]


def _passing(seen: Blind) -> list[Finding]:
    differs = _without_chance(seen.differs)
    edges = np.diff(np.concatenate(([False], differs, [False])).astype(np.int8))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    ended = int((stops < len(differs)).sum())
    if not ended:
        return []
    shortest = int((stops - starts)[:ended].min())
    said = (
        f"probabilities part {len(starts):,} times and are equal to the bit again after {shortest:,} bars or more"
        f"{', on equal stops' if seen.stops_equal else ''}: something passed through a window of that length"
    )
    sure = 0.6 if len(starts) > 1 else 0.5
    return [
        _finding(seen, DATA_REVISION, sure, f"{said}, as a bar with other data does (volume, say)", _VOLUME)
    ]


def _without_chance(differs: Bools) -> Bools:
    """Count one or two equal bars amid differing ones as differing: two roundings may meet."""
    filled = differs.copy()
    equal = np.diff(np.concatenate(([True], differs, [True])).astype(np.int8))
    starts, stops = np.flatnonzero(equal == -1), np.flatnonzero(equal == 1)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if stop - start < _MEETING and start > 0:
            filled[start:stop] = True
    return filled


def _cancelling(seen: Blind) -> list[Finding]:
    size = float(np.sqrt((seen.change**2).mean()))
    reach = float(np.abs(np.cumsum(seen.change)).max()) / (size * float(np.sqrt(len(seen.change))))
    if len(seen.change) < _MANY or reach > _NEARLY_CANCELS or seen.differs.mean() < _THROUGHOUT:
        return []
    sure = 0.72 if reach < _CANCELS and seen.stops_equal else 0.55
    said = (
        f"the differences in log-odds cancel: their sum never leaves {reach:.2f} of what chance "
        f"would make of it; an input "
        f"of one side stands on other bars"
    )
    return [_finding(seen, FEATURE_MISALIGNMENT, sure, said, _JOIN)]


def _open(seen: Blind) -> list[Finding]:
    said, causes = _how(seen)
    both = ", which another model or scaler and other features do alike"
    return [
        _finding(seen, cause, sure, said + both, _RECORD)
        for cause, sure in zip(causes, (0.5, 0.45), strict=True)
    ]


def _how(seen: Blind) -> tuple[str, tuple[str, str]]:
    """Say how the difference runs, and which of two causes does it rather like this."""
    model, feature = (MODEL_PATH, FEATURE_MISALIGNMENT), (FEATURE_MISALIGNMENT, MODEL_PATH)
    spread, usual = float(seen.left.std()), float(seen.change.mean())
    size = float(seen.change.std())
    start = first_true(seen.differs, 0)
    if start > _LEAST_BARS:
        since = f"from {seen.first} on, after {start:,} equal bars, probabilities differ on every bar"
        return f"{since}, at once and for good", model
    if float(seen.right.std()) > _WILD * spread:
        return "the right side's log-odds run far beyond the left's", model
    if size < _TINY * spread:
        said = f"probabilities differ throughout by very little ({size:.1e} in log-odds)"
        if _memory(seen.change) < _WITHOUT_MEMORY:
            return f"{said} and without memory, as rounded inputs do", (FLOATING_POINT, FEATURE_MISALIGNMENT)
        return f"{said}, but too smoothly for rounding", model
    if abs(usual) > _OFFSET * size:
        return f"log-odds are shifted throughout, by {usual:+.2g}", model
    return f"log-odds differ throughout by {size:.2g}, both ways alike", feature


def _finding(seen: Blind, cause: str, confidence: float, said: str, advice: str) -> Finding:
    return Finding(
        cause, SIGNATURE, confidence, said, advice, first_bar=seen.first, columns=("probability_up",)
    )


def _memory(change: Floats) -> float:
    """Return the correlation of neighbouring differences."""
    centred = change - change.mean()
    whole = float((centred**2).sum())
    return float((centred[1:] * centred[:-1]).sum()) / whole if whole > 0.0 else 0.0
