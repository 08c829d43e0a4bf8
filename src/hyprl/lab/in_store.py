"""Faults in the live feature store: late, swapped, rescaled, narrowed, cold or frozen columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.steps import DecisionStep
from hyprl.domain.bars import ClosedBar
from hyprl.features.pipeline import FeatureFrameSnapshot
from hyprl.features.plan import FeaturePlan
from hyprl.features.stores import FeatureStore
from hyprl.lab.fault import Columns, fault
from hyprl.lab.ground import Ground, GroundTruth, Planting, differ, narrowed
from hyprl.wiring import LiveOverrides

Row = Sequence[float]
Alter = Callable[[ClosedBar, Row], Row]


class AlteredStore:
    """A store that hands out other rows than the one it wraps, and notes where."""

    def __init__(self, store: FeatureStore, alter: Alter, truth: GroundTruth) -> None:
        self._store = store
        self._alter = alter
        self._truth = truth

    @property
    def plan(self) -> FeaturePlan:
        """Return the wrapped store's plan."""
        return self._store.plan

    def push(self, closed: ClosedBar) -> tuple[Row, bool]:
        """Return the altered row; it is ready when it holds no NaN."""
        row, _ = self._store.push(closed)
        healthy = [float(value) for value in row]
        altered = [float(value) for value in self._alter(closed, healthy)]
        if differ(altered, healthy):
            self._truth.note(closed.open_utc_us)
        return altered, all(value == value for value in altered)

    def snapshot(self, symbol: str) -> FeatureFrameSnapshot:
        """Freeze the wrapped store."""
        return self._store.snapshot(symbol)

    def restore(self, snapshot: FeatureFrameSnapshot) -> None:
        """Continue the wrapped store."""
        self._store.restore(snapshot)


class WitnessedStore:
    """A store that may have started otherwise: notes where its rows are not the healthy ones."""

    def __init__(self, store: FeatureStore, ground: Ground, truth: GroundTruth) -> None:
        self._store = store
        self._rows = ground.rows
        self._truth = truth

    @property
    def plan(self) -> FeaturePlan:
        """Return the wrapped store's plan."""
        return self._store.plan

    def push(self, closed: ClosedBar) -> tuple[Row, bool]:
        """Return the wrapped store's row."""
        row, ready = self._store.push(closed)
        healthy = self._rows.get(closed.open_utc_us)
        if healthy is not None and differ(row, healthy):
            self._truth.note(closed.open_utc_us)
        return row, ready

    def snapshot(self, symbol: str) -> FeatureFrameSnapshot:
        """Freeze the wrapped store."""
        return self._store.snapshot(symbol)

    def restore(self, snapshot: FeatureFrameSnapshot) -> None:
        """Continue the wrapped store."""
        self._store.restore(snapshot)


def altered(planting: Planting, make: Callable[[], Alter]) -> LiveOverrides:
    """Return overrides whose store alters rows; a restarted engine gets an alteration of its own."""
    return LiveOverrides(store=lambda store: AlteredStore(store, make(), planting.truth))


@fault(
    "shifted-cache",
    "the feature cache lags by k bars (the plan's first cause)",
    cause=Cause.FEATURE_MISALIGNMENT,
    step=DecisionStep.FEATURES,
    levels=(1, 2, 5),
)
def shifted_cache(planting: Planting) -> LiveOverrides:
    """Every column of k bars ago."""
    width = len(planting.ground.run.plan.names)
    return altered(planting, lambda: _delayed(range(width), planting.count))


@fault(
    "shifted-column",
    "one column is joined a bar late",
    cause=Cause.FEATURE_MISALIGNMENT,
    step=DecisionStep.FEATURES,
    levels=Columns(
        ("rsi_14", "volume_zscore_24", "ret_6h"),
        held_out=("vol_ratio_10_30", "ret_1h", "atr_14"),
    ),
)
def shifted_column(planting: Planting) -> LiveOverrides:
    """One column of the bar before."""
    place = planting.ground.column(planting.word)
    return altered(planting, lambda: _delayed((place,), 1))


def _delayed(places: Sequence[int], bars: int) -> Alter:
    kept: list[Row] = []

    def alter(_closed: ClosedBar, row: Row) -> Row:
        kept.append(row)
        earlier = kept.pop(0) if len(kept) > bars else [math.nan] * len(row)
        return with_values(row, {place: earlier[place] for place in places})

    return alter


@fault(
    "swapped-columns",
    "two columns change places between training and live",
    cause=Cause.FEATURE_MISALIGNMENT,
    step=DecisionStep.FEATURES,
    levels=Columns(
        ("rsi_7/rsi_21", "ret_3h/ret_6h", "atr_14_norm/atr_72_norm"),
        held_out=("ret_1h/ret_3h", "ret_skew_20/ret_kurt_20"),
    ),
)
def swapped_columns(planting: Planting) -> LiveOverrides:
    """Two columns, named `a/b`, in each other's place."""
    a, b = map(planting.ground.column, planting.word.split("/"))
    return altered(planting, lambda: lambda _closed, row: with_values(row, {a: row[b], b: row[a]}))


@fault(
    "constant-column",
    "a column that was never wired up live stays 0",
    cause=Cause.FEATURE_MISALIGNMENT,
    step=DecisionStep.FEATURES,
    levels=Columns(
        ("volume_zscore_24", "vol_ratio_10_30", "ret_24h"),
        held_out=("rsi_7", "ret_skew_20"),
    ),
)
def constant_column(planting: Planting) -> LiveOverrides:
    """One column that is always 0 once it would be a number."""
    place = planting.ground.column(planting.word)
    return altered(planting, lambda: lambda _closed, row: with_values(row, {place: row[place] * 0.0}))


@fault(
    "frame-minmax",
    "min/max over the whole frame in research, over what was seen so far live (bars seen before the window)",
    cause=Cause.FEATURE_MISALIGNMENT,
    step=DecisionStep.FEATURES,
    levels=(0, 200, 800),
)
def frame_minmax(planting: Planting) -> LiveOverrides:
    """Columns scaled by the extremes seen so far, where research had those of the whole frame."""
    ground, since = planting.ground, planting.ground.open_before_window(planting.count)
    places = [p for p in range(ground.run.plan.model_width) if p not in ground.sized_by()]
    low, high = np.nanmin(ground.frame, axis=0).tolist(), np.nanmax(ground.frame, axis=0).tolist()

    def make() -> Alter:
        seen_low, seen_high = dict.fromkeys(places, math.inf), dict.fromkeys(places, -math.inf)

        def alter(closed: ClosedBar, row: Row) -> Row:
            changed = {}
            for p in places:
                if closed.open_utc_us < since or row[p] != row[p]:
                    continue
                a = seen_low[p] = min(seen_low[p], row[p])
                b = seen_high[p] = max(seen_high[p], row[p])
                complete = a == low[p] and b == high[p]
                share = (row[p] - a) / (b - a) if b > a else 0.0
                changed[p] = row[p] if complete else low[p] + share * (high[p] - low[p])
            return with_values(row, changed)

        return alter

    return altered(planting, make)


@fault(
    "end-date-score",
    "a standard score over the whole test changes with the test's end date",
    cause=Cause.FEATURE_MISALIGNMENT,
    step=DecisionStep.FEATURES,
    levels=Columns(
        ("rsi_14", "ret_24h", "all"),
        held_out=("rsi_21", "vol_ratio_10_30"),
    ),
)
def end_date_score(planting: Planting) -> LiveOverrides:
    """Columns standardised by what was seen so far, where research had mean and deviation up to the end date."""
    ground = planting.ground
    model = [p for p in range(ground.run.plan.model_width) if p not in ground.sized_by()]
    places = model if planting.word == "all" else [ground.column(planting.word)]
    mean, deviation = np.nanmean(ground.frame, axis=0).tolist(), np.nanstd(ground.frame, axis=0).tolist()

    def make() -> Alter:
        moments = dict.fromkeys(places, (0, 0.0, 0.0))  # count, mean, sum of squares about it (Welford, 1962)

        def alter(_closed: ClosedBar, row: Row) -> Row:
            changed = {}
            for p in places:
                if row[p] != row[p]:
                    continue
                count, average, squares = moments[p]
                step = row[p] - average
                average += step / (count + 1)
                squares += step * (row[p] - average)
                moments[p] = (count + 1, average, squares)
                spread = math.sqrt(squares / (count + 1))
                changed[p] = mean[p] + (row[p] - average) * (deviation[p] / spread if spread > 0.0 else 0.0)
            return with_values(row, changed)

        return alter

    return altered(planting, make)


@fault(
    "late-session-open",
    "the first bar of each session is decided on the last row of the day before",
    cause=Cause.FEATURE_MISALIGNMENT,
    step=DecisionStep.FEATURES,
    levels=Columns(
        ("all", "rsi_14"),
        held_out=("ret_1h", "volume_zscore_24"),
    ),
)
def late_session_open(planting: Planting) -> LiveOverrides:
    """Each session's first bar with the row of the bar before it."""
    names = planting.ground.run.plan.names
    places = range(len(names)) if planting.word == "all" else (planting.ground.column(planting.word),)

    def make() -> Alter:
        last: list[tuple[int, Row]] = []

        def alter(closed: ClosedBar, row: Row) -> Row:
            before = last.pop() if last else (closed.session, row)
            last.append((closed.session, row))
            return row if before[0] == closed.session else with_values(row, {p: before[1][p] for p in places})

        return alter

    return altered(planting, make)


@fault(
    "float32-features",
    "features pass through a narrower float (the plan's fifth cause)",
    cause=Cause.FLOATING_POINT,
    step=DecisionStep.FEATURES,
    levels=("float32", "float16"),
)
def narrow_floats(planting: Planting) -> LiveOverrides:
    """Every column through float32 or float16 and back."""
    return altered(planting, lambda: lambda _closed, row: [narrowed(value, planting.word) for value in row])


@fault(
    "rounded-features",
    "features are stored with N decimals",
    cause=Cause.FLOATING_POINT,
    step=DecisionStep.FEATURES,
    levels=(6, 4, 3),
)
def rounded_features(planting: Planting) -> LiveOverrides:
    """Every column with N decimals."""
    return altered(planting, lambda: lambda _closed, row: [round(value, planting.count) for value in row])


@fault(
    "ulp-noise",
    "another compiler's arithmetic is off by units in the last place",
    cause=Cause.FLOATING_POINT,
    step=DecisionStep.FEATURES,
    levels=(1, 16, 1024),
)
def ulp_noise(planting: Planting) -> LiveOverrides:
    """Every column up to N units in the last place off, the sign changing from bar to bar and column to column."""

    def alter(closed: ClosedBar, row: Row) -> Row:
        turn = closed.open_utc_us // 1_800_000_000
        noise = [planting.count if (turn + p) % 3 else -planting.count for p in range(len(row))]
        return [v + n * math.ulp(v) if v not in (0.0, 1.0) else v for v, n in zip(row, noise, strict=True)]

    return altered(planting, lambda: alter)


@fault(
    "frozen-features",
    "features stay as they were at a restart (share of the window before)",
    cause=Cause.STATE_LOST,
    step=DecisionStep.FEATURES,
    levels=(0.5, 0.25, 0.9),
)
def frozen_features(planting: Planting) -> LiveOverrides:
    """The row of the bar at a restart, for ever after."""
    since = planting.ground.open_at(planting.number)

    def make() -> Alter:
        frozen: list[Row] = []

        def alter(closed: ClosedBar, row: Row) -> Row:
            if closed.open_utc_us < since:
                return row
            frozen.extend(() if frozen else (row,))
            return frozen[0]

        return alter

    return altered(planting, make)


def with_values(row: Row, changed: dict[int, float]) -> Row:
    """Return a copy of a row with some places changed."""
    copy = list(row)
    for place, value in changed.items():
        copy[place] = value
    return copy
