"""Axes: where a value lies between 0 and 1, and which values to label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, isfinite, log10

from hyprl.report.page.numbers import brief, power

LARGEST = 1e150  # what is larger is drawn here, so that no difference of two values overflows
LOWEST_DECADE = -17  # below one unit in the last place of a probability
MOST_TIME_TICKS = 13


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis, `at` from 0 (start) to 1 (end)."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Linear:
    """Maps [low, high] to [0, 1]."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Return the place of a value, held inside the axis."""
        return min(1.0, max(0.0, (_held(value) - self.low) / (self.high - self.low)))

    def ticks(self, most: int = 5) -> list[Tick]:
        """Return round values, at most `most` of them."""
        step = _round_step((self.high - self.low) / most)
        first = ceil(self.low / step)
        last = floor(self.high / step)
        return [Tick(self.at(step * n), brief(float(f"{step * n:.12g}"))) for n in range(first, last + 1)]


def linear(values: list[float], padding: float = 0.04) -> Linear:
    """Return an axis that holds every finite value with some room; a single value gets room around it."""
    finite = [_held(value) for value in values if isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    room = (high - low) * padding or max(abs(high) * 0.05, 1e-6)
    return Linear(low - room, high + room)


@dataclass(frozen=True, slots=True)
class Decades:
    """Maps 10^low to 0 and 10^high to 1; zero and less lie on the floor."""

    low: int
    high: int

    def at(self, value: float) -> float:
        """Return the place of a value, held inside the axis."""
        if not value > 0.0:
            return 0.0
        return min(1.0, max(0.0, (log10(_held(value)) - self.low) / (self.high - self.low)))

    def ticks(self, most: int = 5) -> list[Tick]:
        """Return decades, evenly spaced, with `0` at the floor."""
        step = max(1, ceil((self.high - self.low) / most))
        decades = range(self.high, self.low, -step)
        width = self.high - self.low
        return [Tick(0.0, "0"), *(Tick((n - self.low) / width, power(n)) for n in decades)]


def decades(values: list[float], *, at_least: tuple[float, ...] = ()) -> Decades:
    """Return a logarithmic axis over the positive values and `at_least`, one decade of room below."""
    positive = [_held(value) for value in (*values, *at_least) if value > 0.0]
    low = max(LOWEST_DECADE, floor(log10(min(positive))) - 1) if positive else -5
    high = ceil(log10(max(positive))) if positive else 0
    return Decades(low, max(high, low + 2))


def time_ticks(stamps: list[datetime]) -> list[Tick]:
    """Label the starts of years, quarters, months, weeks, days or hours: the finest unit that leaves room.

    `stamps` are the drawn bars in order, evenly spaced on the axis.
    """
    for unit in ("hour", "day", "week", "month", "quarter", "year"):
        changes = [
            n for n in range(len(stamps)) if n == 0 or _key(stamps[n], unit) != _key(stamps[n - 1], unit)
        ]
        if len(changes) <= MOST_TIME_TICKS:
            break
    else:
        changes = changes[:: ceil(len(changes) / MOST_TIME_TICKS)]
    width = max(1, len(stamps) - 1)
    roomy = [
        n
        for n, after in zip(changes, [*changes[1:], len(stamps) + width], strict=True)
        if _apart(n, after, width)
    ]
    return [Tick(n / width, _time_label(stamps[n], unit, first=n == roomy[0])) for n in roomy]


def _apart(place: int, after: int, width: int) -> bool:
    return (after - place) / width > 0.06


def _key(stamp: datetime, unit: str) -> tuple[int, ...]:
    keys: dict[str, tuple[int, ...]] = {
        "year": (stamp.year,),
        "quarter": (stamp.year, (stamp.month - 1) // 3),
        "month": (stamp.year, stamp.month),
        "week": stamp.isocalendar()[:2],
        "day": (stamp.year, stamp.month, stamp.day),
        "hour": (stamp.year, stamp.month, stamp.day, stamp.hour),
    }
    return keys[unit]


def _time_label(stamp: datetime, unit: str, *, first: bool) -> str:
    if unit == "year":
        return str(stamp.year)
    if unit in ("quarter", "month"):
        return f"{stamp:%b ’%y}" if first or stamp.month == 1 else f"{stamp:%b}"
    if unit in ("week", "day"):
        return f"{stamp.day} {stamp:%b}"
    return f"{stamp:%H:%M}"


def _round_step(rough: float) -> float:
    size = 10.0 ** floor(log10(rough))
    return next(size * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if size * factor >= rough * 0.999)


def _held(value: float) -> float:
    return min(LARGEST, max(-LARGEST, value))
