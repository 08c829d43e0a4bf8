"""What a diff measures, as values: gaps, counts, the first difference, and what follows from them.

Every mean, maximum and share is None when nothing could be compared. `missing` counts the bars that both logs
have, that need a value, and where one or both lack a finite one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValueGap:
    """|Δ| of one numeric field over the bars where both sides have a finite value.

    `available` is False when a log lacks the column. `present` is compared / (compared + missing where the bar
    needs the value). `max_relative` is relative to the left side's value, to the right's where that is 0.
    """

    available: bool
    compared: int = 0
    missing: int = 0
    present: float | None = None
    mean: float | None = None
    max: float | None = None
    max_relative: float | None = None


@dataclass(frozen=True, slots=True)
class FieldCount:
    """One compared field: how many paired bars, and on how many of them a bit differs."""

    name: str
    compared: int
    unequal: int


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """The earliest bar at which some field differs in a bit, and the first such field there."""

    timestamp: str
    symbol: str
    field: str
    bt: object
    replay: object


@dataclass(frozen=True, slots=True)
class DecisionCounts:
    """Decisions of the diff. `diverging` and `emitted_bt*` are among the bars that both logs have."""

    bt_only: int
    replay_only: int
    diverging: int
    differing_bars: int
    emitted_bt: int
    emitted_bt_rejected: int
    emitted_replay: int
    emitted_replay_rejected: int
    emitted_bt_all: int
    emitted_replay_all: int
    opposite: int
    undecided: int
    direction_unknown: int
    emitted_without_ev: int | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything that the gates and the report read."""

    both: int
    left_only: int
    right_only: int
    first: str | None
    last: str | None
    first_common: str | None
    last_common: str | None
    decisions: DecisionCounts
    probability: ValueGap
    share_above_1e_3: float | None
    mean_diverging: float | None
    expected_pnl: ValueGap
    position_size: ValueGap
    risk_amount: ValueGap
    thresholds_max: float | None
    field_counts: tuple[FieldCount, ...]
    not_comparable: tuple[str, ...]
    first_difference: FirstDifference | None

    @property
    def rows(self) -> int:
        """Bars in either log."""
        return self.both + self.left_only + self.right_only

    @property
    def combined_gap(self) -> float | None:
        """(bt_only + replay_only + diverging) / rows: the plan's literal sum, None without rows."""
        counts = self.decisions
        return share(counts.bt_only + counts.replay_only + counts.diverging, self.rows)

    @property
    def hashes(self) -> tuple[int, int]:
        """Compared and unequal values over all columns whose name ends in `hash`."""
        hashed = [count for count in self.field_counts if count.name.endswith("hash")]
        return sum(count.compared for count in hashed), sum(count.unequal for count in hashed)

    @property
    def unequal_values(self) -> int:
        """Values that differ in a bit, over all compared fields."""
        return sum(count.unequal for count in self.field_counts)


def share(part: int, whole: int) -> float | None:
    """Return part / whole, None when the whole is 0."""
    return part / whole if whole else None
