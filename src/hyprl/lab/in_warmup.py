"""Faults in the live store's warm-up: too short, too late, capped, or seeded otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.steps import DecisionStep
from hyprl.domain.bars import PRICE_COLUMNS, BarSeries, ClosedBar
from hyprl.features.steps import true_range
from hyprl.lab.fault import fault
from hyprl.lab.ground import Ground, Planting
from hyprl.lab.in_store import Alter, Row, WitnessedStore, altered, with_values
from hyprl.wiring import LiveOverrides


@fault(
    "short-preroll",
    "the pre-roll is cut to N bars (the plan's second cause): RSI, ATR, ADX wrong after a short warm-up",
    cause=Cause.WARMUP,
    step=DecisionStep.FEATURES,
    levels=(30, 60, 120, 250),
)
def short_preroll(planting: Planting) -> LiveOverrides:
    """A store that is warmed up on the last N bars alone."""
    ground, truth = planting.ground, planting.truth
    return LiveOverrides(
        preroll_bars=planting.count, store=lambda store: WitnessedStore(store, ground, truth)
    )


@fault(
    "five-day-warmup",
    "history is silently capped, at five days say: every bar recomputed from its last N bars",
    cause=Cause.WARMUP,
    step=DecisionStep.FEATURES,
    levels=(80, 35, 200),
)
def five_day_warmup(planting: Planting) -> LiveOverrides:
    """Every row computed anew from the last N bars."""
    ground, bars = planting.ground, planting.count

    def make() -> Alter:
        kept: list[ClosedBar] = []

        def alter(closed: ClosedBar, row: Row) -> Row:
            kept.append(closed)
            del kept[:-bars]
            if closed.open_utc_us < ground.window_open_utc_us:
                return row
            last: list[float] = ground.kernel.feature_frame(_series(kept))[-1].tolist()
            return last

        return alter

    return altered(planting, make)


@fault(
    "bar-before-warmup",
    "N live bars arrive before the warm-up is done",
    cause=Cause.WARMUP,
    step=DecisionStep.FEATURES,
    levels=(5, 1, 20),
)
def bar_before_warmup(planting: Planting) -> LiveOverrides:
    """The first N bars of the window meet a store that has seen nothing before them."""
    ground = planting.ground
    until = int(ground.run.window.evaluated.open_utc_us[min(planting.count, ground.run.window.length - 1)])
    places = range(len(ground.run.plan.names))
    return altered(planting, lambda: _from_cold(ground, places, ground.window_open_utc_us, until))


@fault(
    "cold-rsi",
    "the Wilder averages of RSI start from N bars, the other columns from all",
    cause=Cause.WARMUP,
    step=DecisionStep.FEATURES,
    levels=(40, 25, 80),
)
def cold_rsi(planting: Planting) -> LiveOverrides:
    """The RSI columns from a store that started N bars before the window."""
    ground = planting.ground
    places = [p for p, name in enumerate(ground.run.plan.names) if name.startswith("rsi_")]
    since = ground.open_before_window(planting.count)
    return altered(planting, lambda: _from_cold(ground, places, since, None))


def _from_cold(ground: Ground, places: Sequence[int], since: int, until: int | None) -> Alter:
    cold = ground.cold_store()

    def alter(closed: ClosedBar, row: Row) -> Row:
        if closed.open_utc_us < since:
            return row
        other, _ = cold.push(closed)
        if closed.open_utc_us < ground.window_open_utc_us or (until and closed.open_utc_us >= until):
            return row
        return with_values(row, {p: float(other[p]) for p in places})

    return alter


@fault(
    "atr-seed",
    "a streaming ATR is seeded with its first true range instead of the mean of n (bars before the window)",
    cause=Cause.WARMUP,
    step=DecisionStep.FEATURES,
    levels=(80, 160, 320),
)
def atr_seed(planting: Planting) -> LiveOverrides:
    """Wilder's ATR columns seeded with their first true range, N bars before the window."""
    ground, since = planting.ground, planting.ground.open_before_window(planting.count)
    named = [(p, re.fullmatch(r"atr_(\d+)(_norm)?", name)) for p, name in enumerate(ground.run.plan.names)]
    columns = [(p, int(match[1]), match[2] is not None) for p, match in named if match]

    def make() -> Alter:
        averages: dict[int, float] = {}
        closes: list[float] = []

        def alter(closed: ClosedBar, row: Row) -> Row:
            if closed.open_utc_us < since:
                return row
            reach = true_range(closed.bar, closes.pop()) if closes else closed.bar.high - closed.bar.low
            closes.append(closed.bar.close)
            for length in {length for _, length, _ in columns}:
                before = averages.get(length, reach)
                averages[length] = before + (reach - before) / length
            return with_values(
                row, {p: averages[n] / (closed.bar.close if norm else 1.0) for p, n, norm in columns}
            )

        return alter

    return altered(planting, make)


def _series(bars: Sequence[ClosedBar]) -> BarSeries:
    prices = np.array([closed.bar for closed in bars], dtype=np.float64)
    opens, closes, sessions, flaws = np.array([closed[1:5] for closed in bars], dtype=np.int64).T.copy()
    columns = {name: np.ascontiguousarray(prices[:, place]) for place, name in enumerate(PRICE_COLUMNS)}
    return BarSeries(bars[0].symbol, "live", opens, closes, sessions, flaws, **columns)
