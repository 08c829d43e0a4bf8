"""Bars: what one is, and a year of them as columns.

Timestamps are int64 microseconds since the epoch, UTC, and name the bar's OPEN. A bar is known at its close.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array

# What kernel code indexes: plain lists when interpreted, arrays when compiled.
Vector = Sequence[float] | Float64Array
MutableVector = MutableSequence[float] | Float64Array
Times = Sequence[int] | Int64Array

# Flaws that validation found and a `keep` policy let through, as bits of `BarSeries.flaws`.
FLAW_BITS: dict[str, int] = {
    "duplicate": 1,
    "out_of_order": 2,
    "off_grid": 4,
    "missing_before": 8,
    "non_finite": 16,
    "inconsistent_range": 32,
    "non_positive_price": 64,
    "zero_volume": 128,
    "negative_volume": 256,
    "split_jump": 512,
    "volume_break": 1024,
}
# A bar with one of these has prices that nobody should trade on: its decision is rejected with reason `data`.
PRICE_FLAWS = 16 | 32 | 64 | 512


class Bar(NamedTuple):
    """What a feature step sees of one closed bar. Prices in the quote currency, volume in shares."""

    open: float
    high: float
    low: float
    close: float
    volume: float


def is_usable(bar: Bar) -> bool:
    """Tell whether a bar can enter the feature states: finite, prices above 0, volume not negative."""
    spread = bar.open - bar.open + bar.high - bar.high + bar.low - bar.low + bar.close - bar.close
    if spread + bar.volume - bar.volume != 0.0:
        return False
    return bar.open > 0.0 and bar.high > 0.0 and bar.low > 0.0 and bar.close > 0.0 and bar.volume >= 0.0


class ClosedBar(NamedTuple):
    """One closed bar with its identity, as a bar source hands it to an engine."""

    symbol: str
    open_utc_us: int
    close_utc_us: int
    session: int
    flaws: int
    bar: Bar


@dataclass(frozen=True, slots=True)
class BarSeries:
    """Bars of one symbol in time order, as equally long float64/int64 columns.

    `session` is the trading day (exchange-local date as days since 1970-01-01); `flaws` holds FLAW_BITS.
    `source` says where the bars come from (`synthetic`, a file name, a vendor).
    """

    symbol: str
    source: str
    open_utc_us: Int64Array
    close_utc_us: Int64Array
    session: Int64Array
    flaws: Int64Array
    open: Float64Array
    high: Float64Array
    low: Float64Array
    close: Float64Array
    volume: Float64Array

    def __len__(self) -> int:
        return len(self.open_utc_us)

    def slice(self, start: int, stop: int) -> BarSeries:
        """Return rows [start, stop) as views."""
        columns = {name: getattr(self, name)[start:stop] for name in COLUMNS}
        return BarSeries(symbol=self.symbol, source=self.source, **columns)

    def index_at(self, utc_us: int) -> int:
        """Return the first row whose open is at or after `utc_us`."""
        return int(np.searchsorted(self.open_utc_us, utc_us, side="left"))

    def bar(self, index: int) -> ClosedBar:
        """Return one row as Python numbers."""
        values = Bar(*(float(getattr(self, name)[index]) for name in PRICE_COLUMNS))
        opened, closed = int(self.open_utc_us[index]), int(self.close_utc_us[index])
        return ClosedBar(
            self.symbol, opened, closed, int(self.session[index]), int(self.flaws[index]), values
        )

    def sha256(self) -> str:
        """Hash symbol, open times and the float64 bits of every price and volume."""
        digest = sha256(self.symbol.encode())
        for name in ("open_utc_us", *PRICE_COLUMNS):
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()


PRICE_COLUMNS = ("open", "high", "low", "close", "volume")
COLUMNS = ("open_utc_us", "close_utc_us", "session", "flaws", *PRICE_COLUMNS)
