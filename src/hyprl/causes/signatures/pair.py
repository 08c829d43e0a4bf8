"""One symbol's two logs, paired bar by bar, as the signatures read them: columns, masks, sessions.

A missing or infinite value is NaN here; two NaN on one bar are no difference, one of them is. Nothing is filled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from hyprl.causes.steps import BAR, PRICES, DecisionStep, step_of
from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array, ObjectArray
from hyprl.domain.instants import iso_utc
from hyprl.logs.vocabulary import EMIT
from hyprl.parity.diff import BOTH, LEFT_ONLY, RIGHT_ONLY, side_columns

Floats = Float64Array
Bools = BoolArray
Ints = Int64Array

_LARGEST = 1e60
_SESSION_GAP = 3.0  # of the usual step between bars


@dataclass(frozen=True)
class Column:
    """One numeric column on the paired bars, float64, NaN where a side has no value."""

    name: str
    left: Floats
    right: Floats

    @cached_property
    def both(self) -> Bools:
        """Bars on which both sides have a finite number."""
        return np.isfinite(self.left) & np.isfinite(self.right)

    @cached_property
    def differs(self) -> Bools:
        """Bars on which a bit differs; NaN on both sides is no difference."""
        unequal: Bools = self.left.view(np.int64) != self.right.view(np.int64)
        missing: Bools = np.isnan(self.left) & np.isnan(self.right)
        return unequal & ~missing

    @cached_property
    def gap(self) -> Floats:
        """|left - right|, 0 where a side has no number."""
        with np.errstate(over="ignore"):
            gap: Floats = np.abs(np.where(self.both, self.left, 0.0) - np.where(self.both, self.right, 0.0))
        return gap

    @cached_property
    def scale(self) -> float:
        """How much the left side varies: the interquartile range, or the median size where that is 0."""
        values = self.left[np.isfinite(self.left)]
        if not len(values):
            return 0.0
        low, high = np.quantile(values, [0.25, 0.75])
        return float(high - low) or float(np.median(np.abs(values)))

    @cached_property
    def varies(self) -> bool:
        """Tell whether both sides take many values: flags and constants prove no pattern."""
        return all(len(np.unique(side[self.both])) > 8 for side in (self.left, self.right))

    def turned(self) -> Column:
        """Return the column with its sides exchanged."""
        return Column(self.name, self.right, self.left)


@dataclass(frozen=True)
class Pair:
    """One symbol's diff, in time order. `diff` has every bar of either side."""

    symbol: str
    diff: pl.DataFrame
    _columns: dict[str, Column | None] = field(default_factory=dict, repr=False)

    @cached_property
    def paired(self) -> pl.DataFrame:
        """Bars of both sides."""
        return self.diff.filter(pl.col("_merge") == BOTH)

    @cached_property
    def rows(self) -> int:
        """How many bars both sides have."""
        return self.paired.height

    @cached_property
    def opens(self) -> Ints:
        """Opens of the paired bars, µs UTC."""
        return _epoch(self.paired)

    @cached_property
    def all_opens(self) -> Ints:
        """Opens of the bars of either side, µs UTC."""
        return _epoch(self.diff)

    @cached_property
    def lacking(self) -> tuple[Bools, Bools]:
        """For every bar of either side: whether the left lacks it, whether the right does."""
        merge = self.diff["_merge"]
        return (merge == RIGHT_ONLY).to_numpy(), (merge == LEFT_ONLY).to_numpy()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Columns that both sides have."""
        stems = [name.removesuffix("_bt") for name in self.diff.columns if name.endswith("_bt")]
        return tuple(name for name in stems if side_columns(name)[1] in self.diff.columns)

    def column(self, name: str) -> Column | None:
        """Return a numeric or boolean column, None where a side lacks it or no bar has both numbers."""
        if name not in self._columns:
            self._columns[name] = self._numeric(name)
        return self._columns[name]

    def words(self, name: str) -> tuple[ObjectArray, ObjectArray] | None:
        """Return a text column of both sides, None entries where missing."""
        if name not in self.names:
            return None
        left, right = (self.paired[column] for column in side_columns(name))
        if left.dtype != pl.String or right.dtype != pl.String:
            return None
        return left.to_numpy(), right.to_numpy()

    @cached_property
    def features(self) -> tuple[Column, ...]:
        """The numeric feature columns."""
        found = (self.column(name) for name in self.names if step_of(name) is DecisionStep.FEATURES)
        return tuple(column for column in found if column is not None and column.name != "risk_inputs.atr")

    @cached_property
    def bars(self) -> tuple[Column, ...]:
        """Open, high, low, close and volume, as far as both sides have them."""
        names = [name for bare in PRICES for name in (BAR + bare, bare)]
        return tuple(column for column in map(self.column, names) if column is not None)

    @cached_property
    def bars_part(self) -> Bools:
        """Paired bars whose values, or else hashes, differ."""
        return self._any_differs(self.bars, "bar_hash")

    @cached_property
    def knows_bars(self) -> bool:
        """Tell whether bars can be compared."""
        return bool(self.bars) or "bar_hash" in self.names

    @cached_property
    def features_part(self) -> Bools:
        """Paired bars whose features, or else feature hashes, differ."""
        return self._any_differs(self.features, "feature_hash")

    @cached_property
    def knows_features(self) -> bool:
        """Tell whether features can be compared."""
        return bool(self.features) or "feature_hash" in self.names

    @cached_property
    def has_holes(self) -> bool:
        """Tell whether a side lacks a bar between its own first and last."""
        return any(_has_hole(side) for side in self.lacking)

    @cached_property
    def probability(self) -> Column | None:
        """The probability of a rise."""
        return self.column("probability_up")

    @cached_property
    def logit(self) -> Column | None:
        """Log-odds of the probability, NaN where it is 0 or 1 or no probability."""
        column = self.probability
        return None if column is None else Column("logit", _logit(column.left), _logit(column.right))

    @cached_property
    def emits(self) -> tuple[Bools, Bools]:
        """Paired bars at which each side emits."""
        left, right = (self.paired[name] == EMIT for name in side_columns("decision"))
        return left.fill_null(False).to_numpy(), right.fill_null(False).to_numpy()

    @cached_property
    def parted(self) -> Bools:
        """Paired bars whose decision or direction differs."""
        return ~self.paired["decision_match"].fill_null(False).to_numpy()

    @cached_property
    def first_parted(self) -> int:
        """The first paired bar whose decision differs; the number of bars where none does."""
        return first_true(self.parted, self.rows)

    @cached_property
    def untouched(self) -> int:
        """How many leading bars no earlier emission of either side can have changed: sizing is still unbiased."""
        return min(first_true(self.emits[0] | self.emits[1], self.rows) + 1, self.rows)

    @cached_property
    def sessions(self) -> Ints:
        """A number for each bar of either side that rises by one where a session ends."""
        if len(self.all_opens) < 2:
            return np.zeros(len(self.all_opens), np.int64)
        steps = np.diff(self.all_opens)
        breaks = steps > _SESSION_GAP * np.median(steps)
        return np.concatenate(([0], np.cumsum(breaks)))

    def is_equal(self, name: str) -> bool:
        """Tell whether both sides have the column and it never differs."""
        if name not in self.names:
            return False
        left, right = (self.paired[column] for column in side_columns(name))
        return bool(left.equals(right))

    def bar(self, index: int) -> str:
        """Return the open of a paired bar, ISO 8601."""
        return iso_utc(int(self.opens[index]))

    def _any_differs(self, columns: tuple[Column, ...], hashed: str) -> Bools:
        mask = np.zeros(self.rows, np.bool_)
        for column in columns:
            mask |= column.differs
        words = None if columns else self.words(hashed)
        return mask if words is None else words[0] != words[1]

    def _numeric(self, name: str) -> Column | None:
        if name not in self.names:
            return None
        left, right = (self.paired[column] for column in side_columns(name))
        if not all(side.dtype.is_numeric() or side.dtype == pl.Boolean for side in (left, right)):
            return None
        column = Column(name, _readable(left), _readable(right))
        return column if column.both.any() else None


def pairs_of(diff: pl.DataFrame) -> tuple[Pair, ...]:
    """Return one Pair for each symbol, the symbols in order."""
    frames = diff.partition_by("symbol", maintain_order=True)
    return tuple(sorted((Pair(frame["symbol"][0], frame) for frame in frames), key=lambda pair: pair.symbol))


def first_true(mask: Bools, otherwise: int) -> int:
    """Return the index of the first true, `otherwise` where there is none."""
    return int(mask.argmax()) if mask.any() else otherwise


def share_of(part: Bools, whole: Bools) -> float:
    """Return which share of `whole` also is in `part`; 0 where there is nothing."""
    total = int(whole.sum())
    return int((part & whole).sum()) / total if total else 0.0


def _readable(side: pl.Series) -> Floats:
    """Return the numbers, NaN where there is none; what is beyond any price or share would only overflow."""
    values = side.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    size = np.abs(values)
    return np.where(size > _LARGEST, np.nan, np.where(size < 1.0 / _LARGEST, 0.0, values))


def _has_hole(lacking: Bools) -> bool:
    present = np.flatnonzero(~lacking)
    return bool(len(present) and lacking[present[0] : present[-1]].any())


def _epoch(frame: pl.DataFrame) -> Ints:
    return frame["timestamp"].dt.epoch("us").to_numpy()


def _logit(probability: Floats) -> Floats:
    inside = (probability > 0.0) & (probability < 1.0)
    safe = np.where(inside, probability, 0.5)
    return np.where(inside, np.log(safe / (1.0 - safe)), np.nan)
