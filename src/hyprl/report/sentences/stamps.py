"""What timestamps and missing bars show, in words."""

from __future__ import annotations

from hyprl.causes.facts.stamps import (
    EveryNthBar,
    MissingBars,
    SessionEdges,
    ShiftedStamps,
    StampShift,
    WholeSessions,
)
from hyprl.report.wording import Wording, word

_MINUTE_US, _HOUR_US = 60_000_000, 3_600_000_000
_STAMPS = "Stamp every bar with its open, in UTC, on both sides, and take session hours from the exchange's calendar."
_COUNT = (
    "Count the bars against the exchange's calendar as they arrive: look for a consolidator, a session filter or a "
    "half-day rule that drops them."
)
_SHIFTS = {
    StampShift.SUMMER_TIME: "New York's summer time is taken for its other one (daylight saving)",
    StampShift.WINTER_TIME: "New York's winter time is taken for its other one (daylight saving)",
    StampShift.OPEN_FOR_CLOSE: "one side stamps a bar with its open, the other with its close",
    StampShift.OTHER_MINUTE: "one side stamps with another minute of the hour",
    StampShift.OTHER_CLOCK: "another clock or time zone",
}


@word.register
def shifted_stamps(facts: ShiftedStamps) -> Wording:
    """Say by how much and on how many bars, and what the shift looks like."""
    way = "after" if facts.offset_us > 0 else "before"
    evidence = (
        f"the right side's values stand {_span(facts.offset_us)} {way} the left's on {facts.met:,} of the "
        f"{facts.unmet:,} bars that do not agree: {_SHIFTS[facts.shift]}"
    )
    details = {
        "offset_minutes": facts.offset_us // _MINUTE_US,
        "bars": facts.met,
        "share": facts.met / facts.unmet,
    }
    return Wording(evidence, _STAMPS, details)


def _span(offset_us: int) -> str:
    hours = abs(offset_us / _HOUR_US)
    return f"{hours:g} h" if hours % 0.5 == 0 and hours >= 1.0 else f"{abs(offset_us) // _MINUTE_US} min"


@word.register
def missing_bars(facts: MissingBars) -> Wording:
    """Count the bars and name the pattern in them."""
    due = "" if facts.due is None else f" ({facts.due:,} of them are the calendar's)"
    evidence = f"the {facts.side} side lacks {facts.bars:,} bars between its first and last{due}"
    if facts.pattern is None:
        evidence += "; no pattern in them says whether they were skipped, not logged or not decided"
    else:
        evidence += f": {_pattern(facts.pattern)}"
    return Wording(evidence, _COUNT, {"side": facts.side, "bars": facts.bars})


def _pattern(pattern: EveryNthBar | WholeSessions | SessionEdges) -> str:
    match pattern:
        case EveryNthBar(distance):
            return f"every {_ordinal(distance)} bar"
        case WholeSessions(sessions, are_short):
            if are_short:
                return f"all bars of {sessions} sessions that are shorter than most (half days)"
            return f"{sessions} whole sessions"
        case SessionEdges(is_first, are_short):
            half = " shorter than most (half days)" if are_short else ""
            return f"each the {'first' if is_first else 'last'} bar of a session{half}"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"
