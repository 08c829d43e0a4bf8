"""How the difference of log-odds runs in a log without features, in words."""

from __future__ import annotations

from hyprl.causes.facts.log_odds import (
    CancellingDifferences,
    DifferentSince,
    DifferentThroughout,
    FarBeyond,
    OpenLogOdds,
    PassingDifferences,
    SessionStartsDiffer,
    ShiftedThroughout,
    SlightlyDifferent,
)
from hyprl.report.sentences.advice import JOIN_WITHOUT_SHIFT
from hyprl.report.wording import Wording, word

_RECORD = "Record the features (`indicator.<name>`) or feature_hash on both sides: they tell a feature from a model."
_DAILY = "Join features to bars by the bar's own open; look for a daily file, a forward fill or a date join."
_VOLUME = "Keep the bars, with volume, that were decided on, and compare them with today's."


@word.register
def session_starts_differ(facts: SessionStartsDiffer) -> Wording:
    """Count the bars."""
    evidence = (
        f"probabilities differ on {facts.bars:,} bars, each the first of its session, and on no other: an input of "
        f"those bars is another day's"
    )
    return Wording(evidence, _DAILY)


@word.register
def passing_differences(facts: PassingDifferences) -> Wording:
    """Count how often, and for how long at least."""
    stops = ", on equal stops" if facts.stops_equal else ""
    evidence = (
        f"probabilities part {facts.times:,} times and are equal to the bit again after {facts.shortest:,} bars or "
        f"more{stops}: something passed through a window of that length, as a bar with other data does (volume, say)"
    )
    return Wording(evidence, _VOLUME)


@word.register
def cancelling_differences(facts: CancellingDifferences) -> Wording:
    """Say how far their sum gets."""
    evidence = (
        f"the differences in log-odds cancel: their sum never leaves {facts.reach:.2f} of what chance would make of "
        f"it; an input of one side stands on other bars"
    )
    return Wording(evidence, JOIN_WITHOUT_SHIFT)


@word.register
def open_log_odds(facts: OpenLogOdds) -> Wording:
    """Say how they run, and that it leaves two causes open."""
    return Wording(f"{_course(facts)}, which another model or scaler and other features do alike", _RECORD)


def _course(facts: OpenLogOdds) -> str:
    match facts:
        case DifferentSince(since, equal_bars):
            since_then = (
                f"from {since} on, after {equal_bars:,} equal bars, probabilities differ on every bar"
            )
            return f"{since_then}, at once and for good"
        case FarBeyond():
            return "the right side's log-odds run far beyond the left's"
        case SlightlyDifferent(size, is_smooth):
            little = f"probabilities differ throughout by very little ({size:.1e} in log-odds)"
            if is_smooth:
                return f"{little}, but too smoothly for rounding"
            return f"{little} and without memory, as rounded inputs do"
        case ShiftedThroughout(shift):
            return f"log-odds are shifted throughout, by {shift:+.2g}"
        case DifferentThroughout(size):
            return f"log-odds differ throughout by {size:.2g}, both ways alike"
