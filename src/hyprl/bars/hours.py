"""Session-aligned hours from minute bars: one incremental machine for history and live.

Vendors' own "1h" bars differ (aligned to the clock, pre-market included, the half-day tail missing); these are
cut from each session's open. Open is the first minute's, close the last's, high and low the extremes, volume
the sum in arrival order. NaN in a minute makes the hour NaN: nothing is repaired. An hour without a minute does
not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hyprl.bars.calendar import whole_grid
from hyprl.bars.findings import shown_utc
from hyprl.domain.bars import Bar
from hyprl.errors import BarRuleError, ConfigError

MINUTE_US = 60_000_000
INTERVALS = (1, 2, 3, 5, 6, 10, 15, 30)


@dataclass(frozen=True, slots=True)
class HourBar:
    """One session hour: times in microseconds UTC, session as days since 1970, and how complete it is.

    `parts` counts the minute bars that made it, `parts_expected` those that fill the slot.
    """

    open_utc_us: int
    close_utc_us: int
    session: int
    bar: Bar
    parts: int
    parts_expected: int
    last_part_utc_us: int

    @property
    def partial(self) -> bool:
        """Whether minute bars were missing."""
        return self.parts < self.parts_expected


class HourAggregator:
    """Collects minute bars of `interval_minutes`, stamped at their open, into session hours.

    `pending` is the hour under way, frozen: hand it to a new aggregator to continue after a restart. Bars
    outside the session are counted in `outside` and ignored.
    """

    def __init__(self, interval_minutes: int, pending: HourBar | None = None) -> None:
        if interval_minutes not in INTERVALS:
            raise ConfigError(
                f"bars of {interval_minutes} minutes do not fill session hours",
                where="aggregation interval",
                remedy=f"Use one of {', '.join(map(str, INTERVALS))} minutes.",
            )
        self.interval_us = interval_minutes * MINUTE_US
        self.pending = pending
        self.outside = 0
        self._latest = pending.last_part_utc_us if pending is not None else -1

    def push(self, open_utc_us: int, bar: Bar) -> HourBar | None:
        """Take one closed minute bar; return the previous hour when this bar begins a later one.

        An hour can be had sooner, at its close, from `flush`. Raises BarRuleError for a bar that does not
        come after the one before or straddles the grid.
        """
        if open_utc_us <= self._latest:
            raise _unfit("out_of_order", "does not come after the one before", open_utc_us)
        pending = self.pending
        if pending is not None and open_utc_us < pending.close_utc_us:
            self._check_alignment(open_utc_us, pending.open_utc_us)
            self.pending = _extended(pending, open_utc_us, bar)
            self._latest = open_utc_us
            return None
        begun = self._begun(open_utc_us, bar)
        self._latest = open_utc_us
        if begun is None:
            self.outside += 1
            return self.flush(open_utc_us)
        self.pending = begun
        return pending

    def flush(self, now_utc_us: int) -> HourBar | None:
        """Return the hour under way if it has closed by `now_utc_us`; a later call returns None."""
        pending = self.pending
        if pending is None or now_utc_us < pending.close_utc_us:
            return None
        self.pending = None
        return pending

    def _begun(self, open_utc_us: int, bar: Bar) -> HourBar | None:
        grid = whole_grid()
        slot = grid.slot_at(open_utc_us)
        if slot < 0:
            return None
        opened, closed = int(grid.open_utc_us[slot]), int(grid.close_utc_us[slot])
        self._check_alignment(open_utc_us, opened)
        expected = -(-(closed - opened) // self.interval_us)
        return HourBar(opened, closed, int(grid.session[slot]), bar, 1, expected, open_utc_us)

    def _check_alignment(self, open_utc_us: int, hour_open_us: int) -> None:
        if (open_utc_us - hour_open_us) % self.interval_us:
            raise _unfit("off_grid", "is not aligned with the session's open", open_utc_us)


def _extended(hour: HourBar, open_utc_us: int, minute: Bar) -> HourBar:
    bar = hour.bar
    merged = Bar(
        bar.open,
        _extreme(bar.high, minute.high, minute.high > bar.high),
        _extreme(bar.low, minute.low, minute.low < bar.low),
        minute.close,
        bar.volume + minute.volume,
    )
    return replace(hour, bar=merged, parts=hour.parts + 1, last_part_utc_us=open_utc_us)


def _extreme(held: float, new: float, better: bool) -> float:
    """`new` where it is better or NaN, which then stays."""
    return new if better or new != new else held


def _unfit(rule: str, what: str, open_utc_us: int) -> BarRuleError:
    return BarRuleError(
        f"minute bar {shown_utc(open_utc_us)} {what}",
        where="aggregation",
        remedy=f"Mend the bars, or let bars.policy.{rule} drop them before aggregation.",
        rule=rule,
        open_utc_us=open_utc_us,
    )
