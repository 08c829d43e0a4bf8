"""Count and measure a diff: the plan's section 2, as numbers.

Every mean, maximum and share is None when nothing could be compared. `missing` counts the bars that both logs
have, that need a value, and where one or both lack a finite one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, inf, isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hyprl.parity import fields
from hyprl.parity.diff import BOTH, LEFT_ONLY, RIGHT_ONLY, side_columns
from hyprl.parity.vocabulary import EMIT, REJECT

Float64Array = npt.NDArray[np.float64]
LARGE_PROBABILITY_GAP = 1e-3


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


def compute_statistics(diff: pl.DataFrame) -> Statistics:
    """Measure a diff that `diff_logs` made."""
    merges = dict(diff["_merge"].value_counts().iter_rows())
    paired = diff.filter(pl.col("_merge") == BOTH)
    sets = fields.field_sets(diff)
    masks = {name: fields.unequal(paired, name) for name in sets.compared}
    probability = _value_gap(paired, "probability_up")
    large, diverging_mean = _probability_details(paired, probability.available)
    first, last = _span(diff)
    first_common, last_common = _span(paired)
    return Statistics(
        both=merges.get(BOTH, 0),
        left_only=merges.get(LEFT_ONLY, 0),
        right_only=merges.get(RIGHT_ONLY, 0),
        first=first,
        last=last,
        first_common=first_common,
        last_common=last_common,
        decisions=_decisions(diff, paired),
        probability=probability,
        share_above_1e_3=large,
        mean_diverging=diverging_mean,
        expected_pnl=_value_gap(paired, "expected_pnl"),
        position_size=_value_gap(paired, "position_size"),
        risk_amount=_value_gap(paired, "risk_amount"),
        thresholds_max=_thresholds_max(paired),
        field_counts=tuple(FieldCount(name, paired.height, int(mask.sum())) for name, mask in masks.items()),
        not_comparable=sets.not_comparable,
        first_difference=_first_difference(paired, masks),
    )


def share(part: int, whole: int) -> float | None:
    """Return part / whole, None when the whole is 0."""
    return part / whole if whole else None


def _decisions(diff: pl.DataFrame, paired: pl.DataFrame) -> DecisionCounts:
    bt, replay = (pl.col(name) for name in side_columns("decision"))
    bt_emits, replay_emits = bt.eq_missing(EMIT), replay.eq_missing(EMIT)
    diverges = ~pl.col("decision_match").fill_null(True)
    counts = diff.select(
        pl.col("bt_only").sum(),
        pl.col("replay_only").sum(),
        diverging=diverges.sum(),
        differing_bars=(pl.col("bt_only") | pl.col("replay_only") | diverges).sum(),
        emitted_bt_all=bt_emits.sum(),
        emitted_replay_all=replay_emits.sum(),
    ).row(0, named=True)
    among_both = paired.select(
        emitted_bt=bt_emits.sum(),
        emitted_bt_rejected=(bt_emits & replay.eq_missing(REJECT)).sum(),
        emitted_replay=replay_emits.sum(),
        emitted_replay_rejected=(replay_emits & bt.eq_missing(REJECT)).sum(),
        opposite=(bt_emits & replay_emits & diverges).sum(),
        undecided=(bt.is_null() | replay.is_null()).sum(),
        direction_unknown=((bt_emits & replay_emits).sum() if _one_side_has_direction(diff) else pl.lit(0)),
    ).row(0, named=True)
    return DecisionCounts(**counts, **among_both, emitted_without_ev=_emitted_without_ev(diff))


def _one_side_has_direction(diff: pl.DataFrame) -> bool:
    return sum(name in diff.columns for name in side_columns("direction")) == 1


def _emitted_without_ev(diff: pl.DataFrame) -> int | None:
    names = zip(side_columns("decision"), side_columns("expected_pnl"), strict=True)
    total = 0
    for decision, value in names:
        if value not in diff.columns:
            return None
        lacks = ~pl.col(value).is_finite().fill_null(False)
        total += diff.select((pl.col(decision).eq_missing(EMIT) & lacks).sum()).item()
    return total


def _value_gap(paired: pl.DataFrame, name: str) -> ValueGap:
    if f"abs_diff_{name}" not in paired.columns:
        return ValueGap(available=False)
    comparable = fields.has_both(paired, name)
    bt, replay = (paired[column].fill_null(0.0).to_numpy()[comparable] for column in side_columns(name))
    gap = paired[f"abs_diff_{name}"].fill_null(0.0).to_numpy()[comparable]
    missing = int((fields.needs_values(paired) & ~comparable).sum())
    needed = int((fields.needs_value(paired, name) & ~comparable).sum())
    compared = int(comparable.sum())
    if not compared:
        return ValueGap(True, 0, missing, share(0, needed))
    return ValueGap(
        available=True,
        compared=compared,
        missing=missing,
        present=compared / (compared + needed),
        mean=_mean(gap),
        max=float(gap.max()),
        max_relative=float(_relative(gap, bt, replay).max()),
    )


def _relative(gap: Float64Array, bt: Float64Array, replay: Float64Array) -> Float64Array:
    base = np.where(bt != 0.0, np.abs(bt), np.abs(replay))
    with np.errstate(over="ignore"):
        return np.divide(gap, base, out=np.zeros_like(gap), where=base != 0.0)


def _mean(gap: Float64Array) -> float:
    try:
        return fsum(gap.tolist()) / len(
            gap
        )  # correctly rounded, so the same on every machine and in any order
    except OverflowError:
        return inf


def _probability_details(paired: pl.DataFrame, available: bool) -> tuple[float | None, float | None]:
    if not available:
        return None, None
    comparable = fields.has_both(paired, "probability_up")
    gap = paired["abs_diff_probability_up"].fill_null(0.0).to_numpy()
    diverging = comparable & ~paired["decision_match"].fill_null(False).to_numpy()
    large = share(int((gap[comparable] > LARGE_PROBABILITY_GAP).sum()), int(comparable.sum()))
    return large, _mean(gap[diverging]) if diverging.any() else None


def _thresholds_max(paired: pl.DataFrame) -> float | None:
    gaps = [_value_gap(paired, name).max for name in ("threshold_long", "threshold_short")]
    known = [gap for gap in gaps if gap is not None]
    return max(known) if known else None


def _span(frame: pl.DataFrame) -> tuple[str | None, str | None]:
    if frame.is_empty():
        return None, None
    ends = frame.select(pl.col("timestamp").min().alias("low"), pl.col("timestamp").max().alias("high"))
    stamps = ends.select(pl.all().dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")).row(0)
    return str(stamps[0]), str(stamps[1])


def _first_difference(
    paired: pl.DataFrame, masks: dict[str, npt.NDArray[np.bool_]]
) -> FirstDifference | None:
    firsts = {name: int(mask.argmax()) for name, mask in masks.items() if mask.any()}
    if not firsts:
        return None
    row = min(firsts.values())
    name = next(name for name, at in firsts.items() if at == row)
    bar = paired.slice(row, 1)
    bt, replay = (bar[column].item() for column in side_columns(name))
    return FirstDifference(str(_span(bar)[0]), bar["symbol"].item(), name, bt, replay)


def finite_or_none(value: Any) -> Any:
    """Return the value, None for a float that is not finite, which JSON cannot spell."""
    return None if isinstance(value, float) and not isfinite(value) else value
