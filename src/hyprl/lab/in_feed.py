"""Faults in the live bar feed: revised, rounded, unadjusted, mistimed and missing bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from zoneinfo import ZoneInfo

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.steps import DecisionStep
from hyprl.domain.bars import Bar, ClosedBar
from hyprl.domain.instants import moment_of
from hyprl.lab.fault import fault
from hyprl.lab.ground import GroundTruth, Planting, is_chosen, narrowed
from hyprl.wiring import LiveOverrides

HOUR_US = 3_600_000_000
NEW_YORK = ZoneInfo("America/New_York")
SPLIT_RATIO = 4.0

Alter = Callable[[ClosedBar], ClosedBar | None]


class AlteredFeed:
    """Hands on other bars than it is given (None: none), and notes where."""

    def __init__(self, alter: Alter, truth: GroundTruth) -> None:
        self._alter = alter
        self._truth = truth

    def __call__(self, bars: Iterable[ClosedBar]) -> Iterator[ClosedBar]:
        """Yield the altered bars, one at a time."""
        for closed in bars:
            altered = self._alter(closed)
            if altered is None:
                self._truth.note(closed.open_utc_us)
                continue
            if altered != closed:
                self._truth.note(closed.open_utc_us, altered.open_utc_us)
            yield altered


def always(planting: Planting, alter: Alter) -> LiveOverrides:
    """Return overrides that alter history and live bars alike."""
    feed = AlteredFeed(alter, planting.truth)
    return LiveOverrides(history=feed, source=feed)


def live_only(planting: Planting, alter: Alter) -> LiveOverrides:
    """Return overrides that alter live bars; history is the vendor's last word."""
    return LiveOverrides(source=AlteredFeed(alter, planting.truth))


@fault(
    "rounded-prices",
    "live prices have N decimals, history has more",
    cause=Cause.FLOATING_POINT,
    step=DecisionStep.BARS,
    levels=(2, 3, 1),
)
def rounded_prices(planting: Planting) -> LiveOverrides:
    """Live prices with N decimals."""
    return live_only(planting, lambda closed: _priced(closed, lambda price: round(price, planting.count)))


@fault(
    "float32-prices",
    "the live feed carries prices in a narrower float",
    cause=Cause.FLOATING_POINT,
    step=DecisionStep.BARS,
    levels=("float32", "float16"),
)
def float32_prices(planting: Planting) -> LiveOverrides:
    """Live prices through float32 or float16."""
    return live_only(planting, lambda closed: _priced(closed, lambda p: narrowed(p, planting.word)))


@fault(
    "recalculated-bars",
    "bars are recalculated 30 s after they were served (share of bars)",
    cause=Cause.DATA_REVISION,
    step=DecisionStep.BARS,
    levels=(0.1, 0.02, 0.5),
)
def recalculated_bars(planting: Planting) -> LiveOverrides:
    """A share of live bars as they were before the vendor's last word: close 3 bp lower, 3 % of the volume missing."""

    def early(bar: Bar) -> Bar:
        close = bar.close * 0.9997
        return bar._replace(close=close, low=min(bar.low, close), volume=bar.volume * 0.97)

    return live_only(planting, _some(planting, early))


@fault(
    "dividend",
    "1-hour bars come without the dividend adjustment that history has (up to mid-run)",
    cause=Cause.DATA_REVISION,
    step=DecisionStep.BARS,
    levels=(0.003, 0.0002, 0.01),
)
def dividend(planting: Planting) -> LiveOverrides:
    """Prices before mid-run without the adjustment for a dividend of this share of the price."""
    until, factor = planting.ground.open_at(0.5), 1.0 / (1.0 - planting.number)
    return always(planting, lambda c: _priced(c, lambda p: p * factor) if c.open_utc_us < until else c)


@fault(
    "unadjusted-split",
    "bars before a split are not adjusted, in volume, price or both (up to mid-run)",
    cause=Cause.DATA_REVISION,
    step=DecisionStep.BARS,
    levels=("volume", "price", "both"),
)
def unadjusted_split(planting: Planting) -> LiveOverrides:
    """Bars before mid-run as traded before a 4:1 split."""
    until, word = planting.ground.open_at(0.5), planting.word

    def alter(closed: ClosedBar) -> ClosedBar:
        if closed.open_utc_us >= until:
            return closed
        if word != "volume":
            closed = _priced(closed, lambda price: price * SPLIT_RATIO)
        if word != "price":
            closed = closed._replace(bar=closed.bar._replace(volume=closed.bar.volume / SPLIT_RATIO))
        return closed

    return always(planting, alter)


@fault(
    "wide-extremes",
    "highs and lows hold prints that the vendor later withdrew (share of bars)",
    cause=Cause.DATA_REVISION,
    step=DecisionStep.BARS,
    levels=(0.1, 0.02, 0.5),
)
def wide_extremes(planting: Planting) -> LiveOverrides:
    """A share of live bars with a high and a low 40 bp too wide."""
    return live_only(
        planting, _some(planting, lambda bar: bar._replace(high=bar.high * 1.004, low=bar.low * 0.996))
    )


@fault(
    "volume-backfilled",
    "volume is incomplete when served and filled in later (share of bars)",
    cause=Cause.DATA_REVISION,
    step=DecisionStep.BARS,
    levels=(0.1, 0.02, 0.5),
)
def volume_backfilled(planting: Planting) -> LiveOverrides:
    """A share of live bars with 60 % of their volume."""
    return live_only(planting, _some(planting, lambda bar: bar._replace(volume=bar.volume * 0.6)))


def _some(planting: Planting, change: Callable[[Bar], Bar]) -> Alter:
    def alter(closed: ClosedBar) -> ClosedBar:
        chosen = is_chosen(closed.open_utc_us, planting.number)
        return closed._replace(bar=change(closed.bar)) if chosen else closed

    return alter


@fault(
    "close-stamp",
    "a bar is stamped with its close, or with the clock hour, instead of its open",
    cause=Cause.BAR_TIMING,
    step=DecisionStep.BARS,
    levels=("close", "floor-hour"),
)
def close_stamp(planting: Planting) -> LiveOverrides:
    """Bars stamped with their close, or with the clock hour in which they open."""

    def alter(closed: ClosedBar) -> ClosedBar:
        if planting.word == "close":
            return closed._replace(open_utc_us=closed.close_utc_us)
        return closed._replace(open_utc_us=closed.open_utc_us // HOUR_US * HOUR_US)

    return always(planting, alter)


@fault(
    "skipped-bars",
    "an hourly consolidator skips every N-th bar (every other one)",
    cause=Cause.BAR_TIMING,
    step=DecisionStep.BARS,
    levels=(2, 7, 50),
)
def skipped_bars(planting: Planting) -> LiveOverrides:
    """Every N-th live bar is never handed out."""
    served: list[int] = []

    def alter(closed: ClosedBar) -> ClosedBar | None:
        served.append(closed.open_utc_us)
        return None if len(served) % planting.count == 0 else closed

    return live_only(planting, alter)


@fault(
    "event-before-data",
    "the bar event fires before its data: the bar before is decided again (share of bars)",
    cause=Cause.BAR_TIMING,
    step=DecisionStep.BARS,
    levels=(1.0, 0.1, 0.02),
)
def event_before_data(planting: Planting) -> LiveOverrides:
    """A share of live bars holds the values of the bar before."""
    last: list[Bar] = []

    def alter(closed: ClosedBar) -> ClosedBar:
        before = last.pop() if last else closed.bar
        last.append(closed.bar)
        return closed._replace(bar=before) if is_chosen(closed.open_utc_us, planting.number) else closed

    return live_only(planting, alter)


@fault(
    "early-decision",
    "a bar is decided before it is closed (share of the hour)",
    cause=Cause.BAR_TIMING,
    step=DecisionStep.BARS,
    levels=(0.75, 0.95),
)
def early_decision(planting: Planting) -> LiveOverrides:
    """Live bars as they stood when this share of their hour had passed (a straight walk from open to close)."""
    share = planting.number

    def alter(closed: ClosedBar) -> ClosedBar:
        o, h, low, c, volume = closed.bar
        partial = Bar(o, o + (h - o) * share, o + (low - o) * share, o + (c - o) * share, volume * share)
        return closed._replace(bar=partial)

    return live_only(planting, alter)


@fault(
    "half-day",
    "bars of a half day are dropped",
    cause=Cause.BAR_TIMING,
    step=DecisionStep.BARS,
    levels=("last", "all"),
)
def half_day(planting: Planting) -> LiveOverrides:
    """The last bar, or every bar, of a session shorter than most is never handed out."""
    sessions = planting.ground.run.window.evaluated.session
    days, counts = np.unique(sessions, return_counts=True)
    short = {int(day) for day, count in zip(days, counts, strict=True) if count < np.median(counts)}
    opens = planting.ground.run.window.evaluated.open_utc_us
    last = {int(day): int(opens[sessions == day][-1]) for day in short}

    def alter(closed: ClosedBar) -> ClosedBar | None:
        if closed.session not in short:
            return closed
        return None if planting.word == "all" or closed.open_utc_us == last[closed.session] else closed

    return live_only(planting, alter)


@fault(
    "dst-shift",
    "stamps are an hour off for one half of the year",
    cause=Cause.BAR_TIMING,
    step=DecisionStep.BARS,
    levels=("summer", "winter"),
)
def dst_shift(planting: Planting) -> LiveOverrides:
    """Stamps an hour late in summer, or an hour early in winter."""
    summer = planting.word == "summer"

    def alter(closed: ClosedBar) -> ClosedBar:
        moment = moment_of(closed.open_utc_us).astimezone(NEW_YORK)
        if bool(moment.dst()) != summer:
            return closed
        shift = HOUR_US if summer else -HOUR_US
        return closed._replace(
            open_utc_us=closed.open_utc_us + shift, close_utc_us=closed.close_utc_us + shift
        )

    return always(planting, alter)


def _priced(closed: ClosedBar, change: Callable[[float], float]) -> ClosedBar:
    o, h, low, c, volume = closed.bar
    return closed._replace(bar=Bar(change(o), change(h), change(low), change(c), volume))
