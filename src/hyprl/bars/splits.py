"""Applies the splits that the config says the vendor left out. Each is reported, none is guessed."""

from __future__ import annotations

import numpy as np

from hyprl.bars.calendar import days_since_epoch
from hyprl.bars.columns import RawBars
from hyprl.config import BarsConfig, Split
from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.domain.bars import Bar


def splits_of(symbol: str, config: BarsConfig) -> tuple[Split, ...]:
    """Return the configured splits of one symbol."""
    return tuple(split for split in config.splits if split.symbol == symbol)


def apply_splits(raw: RawBars, session: Int64Array, config: BarsConfig) -> tuple[RawBars, tuple[str, ...]]:
    """Divide prices and multiply volumes of bars before each split's effective session by its ratio.

    Returns the adjusted bars and one line for each split that touched a bar.
    """
    applied = []
    for split in splits_of(raw.symbol, config):
        before = session < days_since_epoch(split.effective)
        if not before.any():
            continue
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            raw = raw.with_prices(_adjusted(raw, before, split))
        applied.append(described(split, int(before.sum())))
    return raw, tuple(applied)


def split_bar(bar: Bar, session: int, splits: tuple[Split, ...]) -> Bar:
    """Adjust one bar as `apply_splits` adjusts a column."""
    for split in splits:
        if session >= days_since_epoch(split.effective):
            continue
        if "price" in split.adjust:
            opened, high, low, close = (price / split.ratio for price in bar[:4])
            bar = Bar(opened, high, low, close, bar.volume)
        if "volume" in split.adjust:
            bar = bar._replace(volume=bar.volume * split.ratio)
    return bar


def described(split: Split, bars: int) -> str:
    """Say in one line what a split did to how many bars."""
    return f"{split.ratio:g}:1 before {split.effective}, {' and '.join(split.adjust)}, {bars} bars"


def _adjusted(raw: RawBars, before: BoolArray, split: Split) -> dict[str, Float64Array]:
    columns: dict[str, Float64Array] = {}
    if "price" in split.adjust:
        for name in ("open", "high", "low", "close"):
            column = getattr(raw, name)
            columns[name] = _where(before, column / split.ratio, column)
    if "volume" in split.adjust:
        columns["volume"] = _where(before, raw.volume * split.ratio, raw.volume)
    return columns


def _where(mask: BoolArray, yes: Float64Array, no: Float64Array) -> Float64Array:
    adjusted = no.copy()
    adjusted[mask] = yes[mask]
    return adjusted
