"""One rule from text, a number or a datetime to an instant: for bars, logs, sentiment and the recorder.

Text: `YYYY-MM-DD`, also with slashes, dots or (before a time) nothing between; then `T`, `_` or blanks and `HH:MM`,
`HH:MM:SS` or the same without colons, with up to nine decimals after a point or comma; then Z, UTC, GMT, an offset
(+00, -0500, -05:00) or a zone's IANA name, in any case but the last. A bare date is its midnight. Numbers, also as
text, are epoch seconds, milliseconds, microseconds or nanoseconds, told apart by size. What has no zone takes the
declared one, and is refused without; so is a local time that a clock change skips or repeats, and whatever is finer
than the microseconds that would be kept.

`instant_of` is the rule; `instant_columns` applies it to whole columns. No table library is imported here.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from hyprl.domain.instants import utc_us_of

if TYPE_CHECKING:
    from hyprl.domain.arrays import Int64Array

    Number = TypeVar("Number", int, Int64Array)

EPOCH_TEXT = r"^([0-9]{9,19})(?:\.([0-9]{1,9}))?$"
FIRST_US, LAST_US = (
    -62_135_596_800_000_000,
    253_402_300_799_999_999,
)  # the years 1 to 9999, as `datetime` has them
_BILLION = 1_000_000_000
_MISSING_KINDS = ("NAType", "NaTType")  # of pandas, which is not imported for them
_ISO = re.compile(
    r"""(?P<year>\d{4})(?:(?P<dash>[-/.])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})|(?P<month_day>\d{4}))
    (?P<clock>(?:[Tt_]|[ ]+)(?:
        (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<decimals>\d{1,9}))?)?
        |(?P<hour_minute>\d{4})(?:(?P<seconds>\d{2})(?:[.,](?P<digits>\d{1,9}))?)?))?
    [ ]*(?:(?P<utc>(?i:Z|UTC|GMT))|(?P<sign>[+-])(?P<offset_hours>\d{2})(?::?(?P<offset_minutes>\d{2}))?
        |(?P<zone>[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+))?""",
    re.VERBOSE | re.ASCII,
)


class Flaw(StrEnum):
    """Why something is no instant; the value ends the sentence that names the row."""

    MISSING = "is missing"
    UNREADABLE = "is not a timestamp that can be read"
    NO_EPOCH = "is not an epoch time in seconds, milliseconds, microseconds or nanoseconds"
    OTHER_UNIT = "is not an epoch time in the unit of the first row"
    NAIVE = "is naive: it has no time zone"
    NOT_ONCE = "happens twice or never in its zone (the clock changes)"
    NO_ZONE = "names no time zone that is known"
    TOO_FINE = "is finer than a microsecond, which would be lost"
    OUTSIDE = "lies outside the years 1 to 9999"

    @property
    def remedy(self) -> str:
        """What to do about it; for NAIVE the caller knows better how a zone is declared."""
        return _REMEDIES.get(self, "Write it as 2025-01-15T14:30:00Z.")


_REMEDIES = {
    Flaw.MISSING: "Fill or delete the row.",
    Flaw.NO_EPOCH: "Use seconds, milliseconds, microseconds or nanoseconds since 1970, or ISO text.",
    Flaw.OTHER_UNIT: "Use one unit since 1970 throughout, or ISO text.",
    Flaw.NAIVE: "Write the UTC offset, as in 2025-01-15T14:30:00Z.",
    Flaw.NOT_ONCE: "Write the times with their UTC offset.",
    Flaw.NO_ZONE: "Use an IANA name such as UTC or America/New_York.",
    Flaw.TOO_FINE: "Write whole microseconds.",
}


class Unit(NamedTuple):
    """A unit of epoch numbers: microseconds per unit as multiplier / divisor."""

    multiplier: int
    divisor: int


# The smallest number that is taken for each unit, 1973-03-03 in all of them: below lie dates spelled as numbers.
UNITS = (
    (10**17, Unit(1, 1_000)),
    (10**14, Unit(1, 1)),
    (10**11, Unit(1_000, 1)),
    (10**8, Unit(1_000_000, 1)),
)
HIGHEST = 2**63
# 202501151430 and 20250115143000 are calendar times without punctuation sooner than ms of 1976 and of 2611.
CALENDAR_LIKE = ((190001010000, 210001010000), (19000101000000, 21000101000000))


def instant_of(value: Any, zone: str | None = None) -> int | Flaw:
    """Return the instant as microseconds UTC, or why it is none; `zone` is an IANA name for naive times."""
    if isinstance(value, str):
        return _from_text(value.strip(), zone)
    if getattr(value, "shape", None) == () and getattr(value.dtype, "kind", "") in "iuf":
        value = value.item()
    if value is None or type(value).__name__ in _MISSING_KINDS:
        return Flaw.MISSING
    if isinstance(value, datetime):
        return _from_datetime(value, zone)
    if isinstance(value, date):
        return _from_datetime(datetime(value.year, value.month, value.day), zone)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    return Flaw.UNREADABLE


def unit_of(number: float) -> Unit | None:
    """Return the unit of an epoch number, None for what is none."""
    if not 10**8 <= number < HIGHEST or any(low <= number < high for low, high in CALENDAR_LIKE):
        return None
    return next(unit for lowest, unit in UNITS if number >= lowest)


def micros_of(whole: Number, billionths: Number, unit: Unit) -> tuple[Number, Number]:
    """Return an epoch number's microseconds, and a rest that is not 0 where it is finer than that."""
    micros, rest = divmod(whole * unit.multiplier, unit.divisor)
    more, finer = divmod(billionths * unit.multiplier, _BILLION * unit.divisor)
    return micros + more, rest | finer


def _from_number(number: float) -> int | Flaw:
    unit = unit_of(number)
    if unit is None:
        return Flaw.NO_EPOCH
    if isinstance(number, int):
        micros, rest = micros_of(number, 0, unit)
        return Flaw.TOO_FINE if rest else micros
    # A float stands for the whole microsecond that it is the nearest float of.
    nearest = round(number * unit.multiplier / unit.divisor)
    return nearest if nearest * unit.divisor / unit.multiplier == number else Flaw.TOO_FINE


def _from_text(text: str, zone: str | None) -> int | Flaw:
    if not text:
        return Flaw.MISSING
    epoch = re.fullmatch(EPOCH_TEXT, text)
    if epoch is not None:
        return _from_digits(int(epoch[1]), epoch[2] or "")
    match = _ISO.fullmatch(text)
    if match is None or (match["clock"] is None and (match["sign"] or match["month_day"])):
        return Flaw.UNREADABLE  # after a bare date, -09:30 is a time of day as likely as an offset
    decimals = (match["decimals"] or match["digits"] or "").ljust(9, "0")
    try:
        moment = _clock(match).replace(microsecond=int(decimals[:6]))
        stated = _stated_zone(match)
    except ValueError:
        return Flaw.UNREADABLE
    if isinstance(stated, Flaw):
        return stated
    if decimals[6:] != "000":
        return Flaw.TOO_FINE
    return _from_datetime(moment if stated is None else moment.replace(tzinfo=stated), match["zone"] or zone)


def _from_digits(whole: int, decimals: str) -> int | Flaw:
    unit = unit_of(whole)
    if unit is None:
        return Flaw.NO_EPOCH
    micros, rest = micros_of(whole, int(decimals.ljust(9, "0")), unit)
    return Flaw.TOO_FINE if rest else micros


def _clock(match: re.Match[str]) -> datetime:
    month_day, hour_minute = match["month_day"] or "", match["hour_minute"] or ""
    return datetime(
        int(match["year"]),
        int(match["month"] or month_day[:2]),
        int(match["day"] or month_day[2:]),
        int(match["hour"] or hour_minute[:2] or 0),
        int(match["minute"] or hour_minute[2:] or 0),
        int(match["second"] or match["seconds"] or 0),
    )


def _stated_zone(match: re.Match[str]) -> tzinfo | Flaw | None:
    if match["utc"]:
        return UTC
    if match["sign"]:
        hours, minutes = int(match["offset_hours"]), int(match["offset_minutes"] or 0)
        if hours > 23 or minutes > 59:
            return Flaw.UNREADABLE
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if match["sign"] == "-" else offset)
    return None


def _from_datetime(moment: datetime, zone: str | None) -> int | Flaw:
    if getattr(moment, "nanosecond", 0):
        return Flaw.TOO_FINE
    if moment.utcoffset() is not None:
        return _in_range(utc_us_of(moment))
    if zone is None:
        return Flaw.NAIVE
    place = zone_named(zone)
    if place is None:
        return Flaw.NO_ZONE
    return _localised(moment, place)


def _localised(moment: datetime, place: tzinfo) -> int | Flaw:
    earlier, later = (moment.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() != later.utcoffset():
        return Flaw.NOT_ONCE
    return _in_range(utc_us_of(earlier))


def _in_range(utc_us: int) -> int | Flaw:
    return utc_us if FIRST_US <= utc_us <= LAST_US else Flaw.OUTSIDE


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo | None:
    """Return the zone of an IANA name, None for a name that is none."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
