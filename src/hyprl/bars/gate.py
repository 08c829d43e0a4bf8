"""Judges live bars one at a time by the rules and policies of `bars.validate`, with the same predicates.

Fed the rows of a file in order, the gate lets the same bars through with the same flags, except where only a
file can know more: a bar that comes late is dropped under `keep` as well (an engine cannot go back in time),
and a repeated one cannot flag the first, on which the engine has already acted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.bars.calendar import HOUR_US, known_days, whole_grid
from hyprl.bars.findings import RuleFinding, rule_error
from hyprl.bars.rules import (
    BREAK_SESSIONS,
    RULES,
    broken_bar_rules,
    can_show_a_jump,
    flaw_bit,
    split_factors,
    volume_scale_changed,
)
from hyprl.bars.splits import split_bar, splits_of
from hyprl.bars.validate import hours_between, session_volumes
from hyprl.config import BarsConfig, Policy
from hyprl.domain.bars import Bar, BarSeries, ClosedBar


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a live bar: the bar with its flags, or None if dropped, and every rule it broke."""

    bar: ClosedBar | None
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    open_utc_us: int
    close_utc_us: int
    session: int
    on_grid: bool
    bar: Bar


class BarGate:
    """Admits the live bars of one symbol. Start it from the validated history that the engine has seen.

    `admit` raises BarRuleError for a rule whose policy is `refuse`, CalendarError outside the session table;
    the gate's state is then as before.
    """

    def __init__(self, symbol: str, config: BarsConfig, history: BarSeries | None = None) -> None:
        self._symbol = symbol
        self._config = config
        self._splits = splits_of(symbol, config)
        self._served: set[int] = set()
        self._latest = self._kept_open = -1
        self._seen_session = self._volume_session = -1
        self._seen_close = float("nan")
        self._volumes: list[float] = []
        if history is not None and len(history):
            self._remember(history)

    def admit(self, open_utc_us: int, bar: Bar) -> Admission:
        """Judge one closed bar as the vendor served it (configured splits are applied here)."""
        placed = self._place(open_utc_us, bar)
        values = placed.bar
        broken = [
            rule
            for rule, hit in broken_bar_rules(values[:4], values.volume, placed.on_grid).items()
            if bool(hit)
        ]
        if self._loses(broken, placed):
            return Admission(None, tuple(broken))
        if open_utc_us in self._served:
            broken.append("duplicate")
        elif open_utc_us < self._latest:
            broken.append("out_of_order")
        if open_utc_us <= self._latest:
            self._loses(broken, placed)
            return Admission(None, _ordered(broken))
        broken += self._broken_by_sequence(placed)
        kept = not self._loses(broken, placed)
        self._advance(placed, kept=kept)
        return Admission(self._closed(placed, broken) if kept else None, _ordered(broken))

    def _place(self, open_utc_us: int, bar: Bar) -> _Placed:
        grid = whole_grid()
        slot = int(np.searchsorted(grid.open_utc_us, open_utc_us))
        on_grid = slot < len(grid) and int(grid.open_utc_us[slot]) == open_utc_us
        if on_grid:
            session, close = int(grid.session[slot]), int(grid.close_utc_us[slot])
        else:
            days = known_days(np.array([open_utc_us]), lambda _: f"{self._symbol} live bar")
            session, close = int(days[0]), open_utc_us + HOUR_US
        return _Placed(open_utc_us, close, session, on_grid, split_bar(bar, session, self._splits))

    def _broken_by_sequence(self, placed: _Placed) -> list[str]:
        broken = []
        if self._jumps(placed):
            broken.append("split_jump")
        dropped = "split_jump" in broken and self._policy("split_jump") == "drop"
        if not dropped and self._has_hole_before(placed.open_utc_us):
            broken.append("missing")
        if not dropped and placed.session > self._volume_session and self._volume_changes_now():
            broken.append("volume_break")
        return broken

    def _jumps(self, placed: _Placed) -> bool:
        if self._seen_session < 0:
            return False
        between = hours_between(self._latest, placed.open_utc_us)
        if not can_show_a_jump(between, placed.session > self._seen_session):
            return False
        return bool(split_factors(self._seen_close, placed.bar.open, placed.bar.close)[0] > 0)

    def _has_hole_before(self, open_utc_us: int) -> bool:
        return self._kept_open >= 0 and bool(hours_between(self._kept_open, open_utc_us) > 0)

    def _volume_changes_now(self) -> bool:
        now = volume_scale_changed(np.array(self._volumes[-2 * BREAK_SESSIONS :]))
        return now and not volume_scale_changed(np.array(self._volumes[-2 * BREAK_SESSIONS - 1 : -1]))

    def _loses(self, broken: list[str], placed: _Placed) -> bool:
        """Whether a policy drops the bar; raise where one refuses it."""
        for rule in _ordered(broken):
            if self._policy(rule) == "refuse":
                when = np.array([placed.open_utc_us])
                finding = RuleFinding(rule, "refuse", np.zeros(1, dtype=np.int64), when)
                raise rule_error((finding,), f"{self._symbol} live bar", 1)
        return any(self._policy(rule) == "drop" for rule in broken)

    def _policy(self, rule: str) -> Policy:
        policy: Policy = getattr(self._config.policy, rule)
        return policy

    def _advance(self, placed: _Placed, *, kept: bool) -> None:
        self._served.add(placed.open_utc_us)
        self._latest = placed.open_utc_us
        self._seen_session, self._seen_close = placed.session, placed.bar.close
        if not kept:
            return
        self._kept_open = placed.open_utc_us
        if placed.session > self._volume_session:
            self._volume_session = placed.session
            self._volumes = [*self._volumes[-2 * BREAK_SESSIONS :], 0.0]
        self._volumes[-1] += placed.bar.volume if placed.bar.volume > 0 else 0.0

    def _closed(self, placed: _Placed, broken: list[str]) -> ClosedBar:
        flaws = 0
        for rule in broken:
            flaws |= flaw_bit(rule)
        opened, closed = placed.open_utc_us, placed.close_utc_us
        return ClosedBar(self._symbol, opened, closed, placed.session, flaws, placed.bar)

    def _remember(self, history: BarSeries) -> None:
        self._served = set(history.open_utc_us.tolist())
        self._latest = self._kept_open = int(history.open_utc_us[-1])
        self._seen_session = self._volume_session = int(history.session[-1])
        self._seen_close = float(history.close[-1])
        self._volumes = session_volumes(history.session, history.volume)[2][
            -2 * BREAK_SESSIONS - 1 :
        ].tolist()


def _ordered(broken: list[str]) -> tuple[str, ...]:
    return tuple(rule for rule in RULES if rule in broken)
