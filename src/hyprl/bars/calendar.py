"""The XNYS session grid: which hourly bars exist, when each opens and closes, and which session it is of.

The sessions come from a table frozen from exchange_calendars by `scripts/freeze_calendar.py`; importing that
library would cost seconds. A session is cut into hours from its own open; the last bar ends at its close, so
a normal day has 7 bars (the last of 30 minutes) and a 13:00 half day has 4. The table is UTC: DST is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np

from hyprl.domain.arrays import BoolArray, Int64Array
from hyprl.domain.instants import EPOCH
from hyprl.errors import CalendarError

EXCHANGE_ZONE = "America/New_York"
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
WHOLE_DAY_HOURS = 7
_FIRST_DAY = EPOCH.date()


@dataclass(frozen=True, slots=True)
class SessionGrid:
    """Hourly slots in time order, as equally long int64 columns.

    Open and close are microseconds UTC; `session` is the exchange-local date as days since 1970-01-01.
    """

    open_utc_us: Int64Array
    close_utc_us: Int64Array
    session: Int64Array

    def __len__(self) -> int:
        return len(self.open_utc_us)

    def between(self, start_us: int, end_us: int) -> SessionGrid:
        """Return the slots whose open lies in [start_us, end_us), as views."""
        low, high = np.searchsorted(self.open_utc_us, [start_us, end_us], side="left")
        return SessionGrid(self.open_utc_us[low:high], self.close_utc_us[low:high], self.session[low:high])

    @property
    def half_day_tails(self) -> BoolArray:
        """Mark the short last slot of each session that closes early, which some vendors never serve."""
        last = np.diff(self.session, append=-1) != 0
        _, which, hours = np.unique(self.session, return_inverse=True, return_counts=True)
        short = self.close_utc_us - self.open_utc_us < HOUR_US
        tails: BoolArray = last & short & (hours[which] < WHOLE_DAY_HOURS)
        return tails

    def slot_at(self, utc_us: int) -> int:
        """Return the index of the slot that contains the instant (open included, close not), or -1."""
        index = int(np.searchsorted(self.open_utc_us, utc_us, side="right")) - 1
        return index if index >= 0 and utc_us < self.close_utc_us[index] else -1


def session_hours(start: date, end: date) -> SessionGrid:
    """Return every hourly slot of the sessions from `start` to `end`, exchange-local dates, both included.

    A range without a session gives an empty grid. Raises CalendarError outside the table or when end < start.
    """
    first, last = days_since_epoch(start), days_since_epoch(end)
    if last < first:
        raise CalendarError(
            f"the window ends ({end}) before it starts ({start})",
            where="XNYS calendar",
            remedy="Swap the two dates.",
        )
    require_known(first)
    require_known(last)
    grid = whole_grid()
    low = int(np.searchsorted(grid.session, first, side="left"))
    high = int(np.searchsorted(grid.session, last, side="right"))
    return SessionGrid(grid.open_utc_us[low:high], grid.close_utc_us[low:high], grid.session[low:high])


def window_us(start: date, end: date) -> tuple[int, int]:
    """Return [start, end) in microseconds UTC for both exchange-local dates included."""
    import polars as pl

    after = min(end, date.max - timedelta(days=1)) + timedelta(days=1)
    midnights = pl.Series([start, after]).cast(pl.Datetime("us"))
    opened, closed = midnights.dt.replace_time_zone(EXCHANGE_ZONE).dt.epoch("us").to_list()
    return int(opened), int(closed)


def local_days(utc_us: Int64Array) -> Int64Array:
    """Return the exchange-local date of each instant as days since 1970-01-01, also at night."""
    import polars as pl

    instants = pl.from_numpy(utc_us, schema=["t"]).to_series().cast(pl.Datetime("us", "UTC"))
    return instants.dt.convert_time_zone(EXCHANGE_ZONE).dt.date().cast(pl.Int64).to_numpy()


def days_since_epoch(day: date) -> int:
    """Return the date as `session` columns hold it."""
    return (day - _FIRST_DAY).days


def day_of(session: int) -> date:
    """Return the date that a `session` value stands for."""
    return _FIRST_DAY + timedelta(days=int(session))


def opens_between(first_utc_us: int, last_utc_us: int) -> Int64Array:
    """Return the bar opens, µs UTC, from `first_utc_us` to `last_utc_us`, both included. Raises CalendarError."""
    days = [_FIRST_DAY + timedelta(days=utc_us // DAY_US) for utc_us in (first_utc_us, last_utc_us)]
    edge = timedelta(days=1)  # a UTC date and its exchange date differ by at most one
    return session_hours(days[0] - edge, days[1] + edge).between(first_utc_us, last_utc_us + 1).open_utc_us


@cache
def whole_grid() -> SessionGrid:
    """Return the grid of every session in the table. Read once; the arrays are read-only."""
    opens, closes, sessions = _sessions()
    hours = -(-(closes - opens) // HOUR_US)
    which = np.repeat(np.arange(len(opens)), hours)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(hours) - hours, hours)
    slot_open = opens[which] + nth * HOUR_US
    slot_close = np.minimum(slot_open + HOUR_US, closes[which])
    grid = SessionGrid(slot_open, slot_close, sessions[which])
    for column in (grid.open_utc_us, grid.close_utc_us, grid.session):
        column.flags.writeable = False
    return grid


@cache
def table_span() -> tuple[int, int]:
    """Return the first and last exchange-local day that the table knows, both included."""
    first, last = _table()["span"]
    return int(first), int(last)


def require_known(day: int, where: str = "XNYS calendar") -> None:
    """Raise CalendarError naming `where` when the day (days since 1970-01-01) lies outside the table."""
    first, last = table_span()
    if not first <= day <= last:
        raise CalendarError(
            f"{_shown(day)} lies outside the session table ({day_of(first)} to {day_of(last)})",
            where=where,
            remedy="Use dates inside it, or install a newer hyprl (its table comes from exchange_calendars).",
            day=day,
        )


def known_days(utc_us: Int64Array, where: Callable[[int], str]) -> Int64Array:
    """Return `local_days`, or raise CalendarError for the first instant outside the table, named by its index."""
    first, last = table_span()
    # In UTC first: New York is less than a day behind, and far instants overflow its conversion.
    days = utc_us // DAY_US
    beyond = (days < first) | (days > last + 1)
    if not beyond.any():
        days = local_days(utc_us)
        beyond = (days < first) | (days > last)
    if beyond.any():
        index = int(np.argmax(beyond))
        require_known(int(days[index]), where(index))
    return days


def _sessions() -> tuple[Int64Array, Int64Array, Int64Array]:
    table = _table()
    seconds = 1_000_000
    return (
        table["open_utc_s"].astype(np.int64) * seconds,
        table["close_utc_s"].astype(np.int64) * seconds,
        table["session"].astype(np.int64),
    )


@cache
def _table() -> dict[str, Int64Array]:
    packed = files("hyprl.embedded").joinpath("xnys_sessions.npz").read_bytes()
    with np.load(BytesIO(packed), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _shown(day: int) -> str:
    try:
        return str(day_of(day))
    except OverflowError:
        return f"day {day} since 1970"
