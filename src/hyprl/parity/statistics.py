"""Count and measure a diff: the plan's section 2, as numbers, over the whole diff or part by part.

A `Tally` gives the same statistics to the bit however the diff is cut: counts and maxima do not depend on it, and
sums are exact until they are read.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from hyprl.domain.arrays import BoolArray
from hyprl.domain.instants import iso_utc
from hyprl.logs.vocabulary import EMIT, NUMERIC, REJECT
from hyprl.parity import fields
from hyprl.parity.diff import BOTH, LEFT_ONLY, RIGHT_ONLY, false_if_null, side_columns
from hyprl.parity.measures import (
    DecisionCounts,
    FieldCount,
    FirstDifference,
    Statistics,
    ValueGap,
    share,
)
from hyprl.parity.value_tally import ValueTally

__all__ = [
    "LARGE_PROBABILITY_GAP",
    "DecisionCounts",
    "FieldCount",
    "FirstDifference",
    "Statistics",
    "Tally",
    "ValueGap",
    "compute_statistics",
    "share",
]

LARGE_PROBABILITY_GAP = 1e-3


def compute_statistics(diff: pl.DataFrame) -> Statistics:
    """Measure a diff that `diff_logs` made."""
    tally = Tally(diff)
    tally.add(diff)
    return tally.statistics()


class Tally:
    """Measures a diff part by part; the bars that both logs have must come in the order of their keys.

    `like` is any part, empty or not: the columns and their types.
    """

    def __init__(self, like: pl.DataFrame) -> None:
        sets = fields.field_sets(like)
        self._not_comparable = sets.not_comparable
        self._unequal = dict.fromkeys(sets.compared, 0)
        self._merges = dict.fromkeys((BOTH, LEFT_ONLY, RIGHT_ONLY), 0)
        self._decisions: dict[str, int] = {}
        self._values = {name: ValueTally(like, name) for name in NUMERIC}
        self._diverging = ValueTally(like, "probability_up")
        self._large = 0
        self._one_side_has_direction = sum(name in like.columns for name in side_columns("direction")) == 1
        self._judges_ev = all(name in like.columns for name in side_columns("expected_pnl"))
        self._span: tuple[int, int] | None = None
        self._common: tuple[int, int] | None = None
        self._first: FirstDifference | None = None

    def add(self, part: pl.DataFrame) -> None:
        """Measure one part of what `diff_logs` made."""
        in_both = part["_merge"] == BOTH
        self.add_paired(part.filter(in_both))
        alone = part.filter(~in_both)
        if not alone.is_empty():
            self._span = _widened(self._span, alone)
            for kind, count in alone["_merge"].value_counts().iter_rows():
                self._merges[kind] += count
            self._count(_emitted(alone))

    def add_paired(self, paired: pl.DataFrame) -> BoolArray:
        """Measure bars that both logs have, as `pair_rows` gives them; say for each whether anything differs."""
        self._merges[BOTH] += paired.height
        self._common = _widened(self._common, paired)
        self._span = _widened(self._span, paired)
        match = false_if_null(paired["decision_match"]).to_numpy()
        self._count(_emitted(paired) | _matched(paired, match))
        self._measure_values(paired, match)
        return self._compare_fields(paired, np.logical_not(match))

    def statistics(self) -> Statistics:
        """Return what was measured so far."""
        values = {name: tally.gap() for name, tally in self._values.items()}
        probability, diverging = values["probability_up"], self._diverging.gap()
        thresholds = [values[name].max for name in ("threshold_long", "threshold_short")]
        stated = [gap for gap in thresholds if gap is not None]
        (first, last), (first_common, last_common) = _ends(self._span), _ends(self._common)
        both = self._merges[BOTH]
        return Statistics(
            both=both,
            left_only=self._merges[LEFT_ONLY],
            right_only=self._merges[RIGHT_ONLY],
            first=first,
            last=last,
            first_common=first_common,
            last_common=last_common,
            decisions=self._counted(),
            probability=probability,
            share_above_1e_3=share(self._large, probability.compared),
            mean_diverging=diverging.mean,
            expected_pnl=values["expected_pnl"],
            position_size=values["position_size"],
            risk_amount=values["risk_amount"],
            thresholds_max=max(stated) if stated else None,
            field_counts=tuple(FieldCount(name, both, count) for name, count in self._unequal.items()),
            not_comparable=self._not_comparable,
            first_difference=self._first,
        )

    def _counted(self) -> DecisionCounts:
        counts = dict.fromkeys(DecisionCounts.__dataclass_fields__, 0) | self._decisions
        if not self._one_side_has_direction:
            counts["direction_unknown"] = 0
        without_ev = counts.pop("emitted_without_ev")
        return DecisionCounts(**counts, emitted_without_ev=without_ev if self._judges_ev else None)

    def _count(self, counts: dict[str, int]) -> None:
        for name, count in counts.items():
            self._decisions[name] = self._decisions.get(name, 0) + count

    def _measure_values(self, paired: pl.DataFrame, match: BoolArray) -> None:
        for tally in self._values.values():
            tally.add(paired)
        gaps = self._values["probability_up"].last_gaps
        self._large += _count(gaps > LARGE_PROBABILITY_GAP)
        if not match.all():
            self._diverging.add(paired.filter(pl.Series(~match)))

    def _compare_fields(self, paired: pl.DataFrame, differs: BoolArray) -> BoolArray:
        masks: dict[str, BoolArray] = {}
        for name in self._unequal:
            mask = fields.unequal(paired, name)
            count = _count(mask)
            if count:
                self._unequal[name] += count
                masks[name] = mask
                differs = differs | mask
        if masks and self._first is None:
            self._first = _first_difference(paired, masks)
        return differs


def _emitted(part: pl.DataFrame) -> dict[str, int]:
    bt, replay = (_said(part, name, EMIT) for name in side_columns("decision"))
    one_sided = bt != replay
    counts = {
        "bt_only": _count(bt & one_sided),
        "replay_only": _count(replay & one_sided),
        "differing_bars": _count(one_sided),
        "emitted_bt_all": _count(bt),
        "emitted_replay_all": _count(replay),
    }
    names = side_columns("expected_pnl")
    if all(name in part.columns for name in names):
        lacking = (
            emits & ~fields.finite(part[name]) for emits, name in zip((bt, replay), names, strict=True)
        )
        counts["emitted_without_ev"] = sum(_count(lacks) for lacks in lacking)
    return counts


def _matched(paired: pl.DataFrame, match: BoolArray) -> dict[str, int]:
    names = side_columns("decision")
    bt, replay = (_said(paired, name, EMIT) for name in names)
    counts = {
        "emitted_bt": _count(bt),
        "emitted_replay": _count(replay),
        "direction_unknown": _count(bt & replay),
    }
    if match.all():
        return counts
    bt_rejects, replay_rejects = (_said(paired, name, REJECT) for name in names)
    diverges, one_sided = ~match, bt != replay
    undecided = ~(bt | bt_rejects) | ~(replay | replay_rejects)
    return counts | {
        "diverging": _count(diverges),
        "differing_bars": _count(diverges | one_sided),
        "emitted_bt_rejected": _count(bt & replay_rejects),
        "emitted_replay_rejected": _count(replay & bt_rejects),
        "opposite": _count(bt & replay & diverges),
        "undecided": _count(undecided),
    }


def _said(part: pl.DataFrame, name: str, word: str) -> BoolArray:
    return false_if_null(part[name] == word).to_numpy()


def _count(mask: BoolArray) -> int:
    return int(np.count_nonzero(mask))


def _widened(span: tuple[int, int] | None, part: pl.DataFrame) -> tuple[int, int] | None:
    if part.is_empty():
        return span
    opens = part["timestamp"].to_numpy().view(np.int64)
    low, high = int(opens.min()), int(opens.max())
    return (low, high) if span is None else (min(low, span[0]), max(high, span[1]))


def _ends(span: tuple[int, int] | None) -> tuple[str | None, str | None]:
    return (None, None) if span is None else (iso_utc(span[0]), iso_utc(span[1]))


def _first_difference(paired: pl.DataFrame, masks: dict[str, BoolArray]) -> FirstDifference:
    firsts = {name: int(mask.argmax()) for name, mask in masks.items()}
    row = min(firsts.values())
    name = next(name for name, at in firsts.items() if at == row)
    bar = paired.slice(row, 1)
    bt, replay = (bar[column].item() for column in side_columns(name))
    stamp = iso_utc(int(bar["timestamp"].to_physical().item()))
    return FirstDifference(stamp, bar["symbol"].item(), name, bt, replay)
