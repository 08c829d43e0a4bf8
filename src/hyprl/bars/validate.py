"""Validates the bars of one symbol against the rules and the calendar, and applies the configured policies.

The order is that in which a live feed is judged, so that `bars.gate` gives the same bars and flags singly:
1. configured splits are applied;
2. rules of one bar by itself; `drop` removes the bar as if it had never come;
3. `duplicate`: of bars with one timestamp the first served counts. `drop` and `keep` both use it; `keep` also
   sets the flag on it. An engine that acted on the first bar cannot take it back for a second.
4. `out_of_order`: a bar earlier than one served before. `drop` removes it, `keep` sorts it in and flags it
   (possible in a file only: a live engine cannot go back, and drops it);
5. `split_jump` against the previous bar; 6. `missing` and `volume_break` over the bars that are kept.
A rule whose policy is `refuse` is evaluated as `keep`, so that the report is whole before anything is raised.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hyprl.bars.calendar import (
    HOUR_US,
    SessionGrid,
    day_of,
    known_days,
    whole_grid,
)
from hyprl.bars.columns import RawBars
from hyprl.bars.findings import RuleFinding, ValidationReport
from hyprl.bars.rules import (
    BAR_RULES,
    BREAK_SESSIONS,
    RULES,
    broken_bar_rules,
    can_show_a_jump,
    flaw_bit,
    locate_volume_change,
    split_factors,
    volume_scale_changed,
)
from hyprl.bars.splits import apply_splits
from hyprl.config import BarsConfig, Policy
from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.domain.bars import PRICE_COLUMNS, BarSeries

NO_ROWS = np.empty(0, dtype=np.int64)
MOST_NOTES = 10


@dataclass(slots=True)
class _Rows:
    """The surviving rows on their way through the rules, as positions into the raw bars."""

    raw: RawBars
    slot: Int64Array
    session: Int64Array
    config: BarsConfig
    at: Int64Array
    flaws: Int64Array
    findings: dict[str, RuleFinding] = field(default_factory=dict)

    def policy(self, rule: str) -> Policy:
        policy: Policy = getattr(self.config.policy, rule)
        return policy

    def record(self, rule: str, broken: BoolArray, notes: tuple[str, ...] = ()) -> None:
        """Note the surviving rows where `broken` holds, flag them, and drop them if the policy says so."""
        policy, hit = self.policy(rule), self.at[broken]
        self.findings[rule] = RuleFinding(rule, policy, self.raw.row[hit], self.raw.open_utc_us[hit], notes)
        self.flaws[hit] |= flaw_bit(rule)
        if policy == "drop":
            self.at = self.at[~broken]


def validate(raw: RawBars, config: BarsConfig) -> tuple[BarSeries, ValidationReport]:
    """Return the bars that the policies let through, in time order with flaw bits, and what was found.

    Raises CalendarError for a bar outside the session table. Refused rules are in the report, not raised.
    """
    rows, splits = _placed(raw, config)
    _judge_each_bar(rows)
    _judge_order(rows)
    _judge_jumps(rows)
    _judge_holes(rows)
    _judge_volume(rows)
    return _series(rows), _report(rows, splits)


def screen(raw: RawBars, on_grid: BoolArray, config: BarsConfig) -> tuple[RawBars, tuple[RuleFinding, ...]]:
    """Apply the rules of one bar by itself and of time order only; for bars finer than the session grid.

    Returns the rows that the policies let through in time order, and what was found.
    """
    everything, nothing = np.arange(len(raw), dtype=np.int64), np.zeros(len(raw), dtype=np.int64)
    rows = _Rows(raw, np.where(on_grid, 0, -1), nothing, config, everything, nothing.copy())
    _judge_each_bar(rows)
    _judge_order(rows)
    return raw.take(rows.at), tuple(rows.findings.values())


def _placed(raw: RawBars, config: BarsConfig) -> tuple[_Rows, tuple[str, ...]]:
    """Find each bar's slot (-1 off the grid) and session, and adjust for splits."""
    times, grid = raw.open_utc_us, whole_grid()
    session = known_days(times, lambda index: f"{raw.source}, row {raw.row[index]}")
    near = np.minimum(np.searchsorted(grid.open_utc_us, times), len(grid) - 1)
    slot = np.where(grid.open_utc_us[near] == times, near, -1)
    raw, splits = apply_splits(raw, session, config)
    everything = np.arange(len(raw), dtype=np.int64)
    return _Rows(raw, slot, session, config, everything, np.zeros(len(raw), dtype=np.int64)), splits


def _judge_each_bar(rows: _Rows) -> None:
    raw = rows.raw
    broken = broken_bar_rules((raw.open, raw.high, raw.low, raw.close), raw.volume, rows.slot >= 0)
    for rule in BAR_RULES:
        rows.record(rule, broken[rule][rows.at])


def _judge_order(rows: _Rows) -> None:
    times = rows.raw.open_utc_us[rows.at]
    order = np.argsort(times, kind="stable")
    again = np.zeros(len(times), dtype=bool)
    again[order[1:]] = times[order[1:]] == times[order[:-1]]
    hit, policy = rows.at[again], rows.policy("duplicate")
    rows.findings["duplicate"] = RuleFinding(
        "duplicate", policy, rows.raw.row[hit], rows.raw.open_utc_us[hit]
    )
    if policy != "drop":
        rows.flaws[rows.at[np.isin(times, times[again])]] |= flaw_bit("duplicate")
    rows.at = rows.at[~again]
    times = rows.raw.open_utc_us[rows.at]
    late = times < np.maximum.accumulate(times) if len(times) else np.zeros(0, dtype=bool)
    rows.record("out_of_order", late)
    rows.at = rows.at[np.argsort(rows.raw.open_utc_us[rows.at], kind="stable")]


def _judge_jumps(rows: _Rows) -> None:
    at, raw = rows.at, rows.raw
    factors = np.zeros(len(at))
    new_session = np.diff(rows.session[at]) > 0
    between = hours_between(raw.open_utc_us[at[:-1]], raw.open_utc_us[at[1:]])
    bars = np.flatnonzero(can_show_a_jump(between, new_session)) + 1
    factors[bars] = split_factors(raw.close[at[bars - 1]], raw.open[at[bars]], raw.close[at[bars]])
    hits = np.flatnonzero(factors)
    notes = tuple(
        f"{day_of(rows.session[at[hit]])}: {raw.close[at[hit - 1]]:.6g} -> {raw.open[at[hit]]:.6g} "
        + _jump_shown(float(factors[hit]), bool(new_session[hit - 1]))
        for hit in hits[:MOST_NOTES]
    )
    rows.record("split_jump", factors > 0, notes)


def _jump_shown(factor: float, new_session: bool) -> str:
    if new_session:
        return f"looks like {split_shown(factor)}"
    return "inside a session, and no trade lies between"


def hours_between(earlier_utc_us: int | Int64Array, later_utc_us: int | Int64Array) -> Int64Array:
    """Return how many of the calendar's hours open after one bar's open and before another's."""
    opens = whole_grid().open_utc_us
    low = np.searchsorted(opens, earlier_utc_us, side="right")
    return np.asarray(np.searchsorted(opens, later_utc_us, side="left") - low, dtype=np.int64)


def _judge_holes(rows: _Rows) -> None:
    times, grid = rows.raw.open_utc_us[rows.at], whole_grid()
    absent = absent_slots(times, rows.slot[rows.at], grid)
    after = np.searchsorted(times, grid.open_utc_us[absent])
    rows.flaws[rows.at[np.unique(after)]] |= flaw_bit("missing")
    policy = rows.policy("missing")
    missing = RuleFinding("missing", policy, np.zeros(len(absent), dtype=np.int64), grid.open_utc_us[absent])
    rows.findings["missing"] = missing


def absent_slots(times: Int64Array, slot: Int64Array, grid: SessionGrid) -> Int64Array:
    """Return the grid's slots from the first bar to the last that no bar fills. `times` ascend."""
    if not len(times):
        return NO_ROWS
    low, high = np.searchsorted(grid.open_utc_us, [times[0], times[-1]], side="left")
    filled = np.zeros(high - low + 1, dtype=bool)
    filled[slot[slot >= 0] - low] = True
    return np.asarray(low + np.flatnonzero(~filled[: high - low]), dtype=np.int64)


def _judge_volume(rows: _Rows) -> None:
    at = rows.at
    broken, notes = np.zeros(len(at), dtype=bool), []
    if len(at):
        sessions, begins, totals = session_volumes(rows.session[at], rows.raw.volume[at])
        changed = False
        for now in range(1, len(sessions)):
            before, changed = changed, volume_scale_changed(totals[max(0, now - 2 * BREAK_SESSIONS) : now])
            if changed and not before:
                broken[begins[now]] = True
                notes.append(volume_note(sessions[:now], totals[:now]))
    rows.record("volume_break", broken, tuple(notes[:MOST_NOTES]))


def session_volumes(session: Int64Array, volume: Float64Array) -> tuple[Int64Array, Int64Array, Float64Array]:
    """Return the sessions, the index of each one's first bar and its volume (added bar by bar, NaN as 0)."""
    begins = np.flatnonzero(np.diff(session, prepend=session[0] - 1))
    which = np.cumsum(np.diff(session, prepend=session[0]) != 0)
    totals = np.bincount(which, weights=np.where(volume > 0, volume, 0.0))
    return session[begins], begins.astype(np.int64), totals.astype(np.float64)


def volume_note(sessions: Int64Array, totals: Float64Array) -> str:
    """Say when and by how much the volume changed in the latest sessions."""
    low = max(0, len(totals) - 2 * BREAK_SESSIONS)
    cut, factor = locate_volume_change(totals[low:])
    return f"volume changes about x{factor:.3g} at the session of {day_of(sessions[low + cut])}"


def split_shown(factor: float) -> str:
    """Return a factor of `split_factors` as people write it: 10 as `a 10:1 split`."""
    if factor == 1.5:
        return "a 3:2 split"
    if factor > 1:
        return f"a {factor:g}:1 split"
    return f"a reverse split {'2:3' if abs(factor * 1.5 - 1) < 1e-9 else f'1:{1 / factor:.0f}'}"


def _series(rows: _Rows) -> BarSeries:
    at, grid, times = rows.at, whole_grid(), rows.raw.open_utc_us[rows.at]
    slot = rows.slot[at]
    closes = np.where(slot >= 0, grid.close_utc_us[slot], times + HOUR_US)
    columns = {name: np.ascontiguousarray(getattr(rows.raw, name)[at]) for name in PRICE_COLUMNS}
    return BarSeries(
        symbol=rows.raw.symbol,
        source=rows.raw.source,
        open_utc_us=np.ascontiguousarray(times),
        close_utc_us=closes,
        session=rows.session[at],
        flaws=rows.flaws[at],
        **columns,
    )


def _report(rows: _Rows, splits: tuple[str, ...]) -> ValidationReport:
    times = rows.raw.open_utc_us[rows.at]
    present = int((rows.slot[rows.at] >= 0).sum())
    return ValidationReport(
        symbol=rows.raw.symbol,
        source=rows.raw.source,
        bars_read=len(rows.raw),
        bars_kept=len(times),
        first_open_utc_us=int(times[0]) if len(times) else None,
        last_open_utc_us=int(times[-1]) if len(times) else None,
        slots_expected=present + rows.findings["missing"].count,
        slots_present=present,
        splits=splits,
        findings=tuple(rows.findings[rule] for rule in RULES),
    )
