"""A million deterministic hourly bars: the embedded year's sessions, drawn in another order for each lap.

A lap starts and ends at the same price, so that prices stay in range however many laps there are. Bars keep their
shape relative to the close before them: overnight gaps, half days, volume profile.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyprl.bars.embedded import load_embedded
from hyprl.config import HyprLConfig
from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.domain.bars import BarSeries

SEED = 20250115
FIRST_PRICE = 100.0
_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000


def synthetic_series(config: HyprLConfig, count: int) -> BarSeries:
    """Return `count` bars made of the embedded ones: same bars for the same count on every machine."""
    embedded = load_embedded(config.bars).series
    order, session = _session_order(embedded, count)
    before = np.concatenate((embedded.open[:1], embedded.close[:-1]))
    drift = (embedded.close[-1] / before[0]) ** (1.0 / len(embedded))
    close = FIRST_PRICE * np.cumprod((embedded.close / before / drift)[order])
    scale = close / embedded.close[order]
    in_session = np.arange(count) - np.searchsorted(session, session)
    opened = session * _DAY_US + (14 + in_session) * _HOUR_US + _HOUR_US // 2
    return BarSeries(
        symbol=embedded.symbol,
        source="bench",
        open_utc_us=opened,
        close_utc_us=opened + _HOUR_US,
        session=session,
        flaws=np.zeros(count, np.int64),
        open=embedded.open[order] * scale,
        high=embedded.high[order] * scale,
        low=embedded.low[order] * scale,
        close=close,
        volume=embedded.volume[order].copy(),
    )


def as_frame(series: BarSeries) -> pd.DataFrame:
    """Return the same bars as the other programs take them."""
    index = pd.to_datetime(series.open_utc_us, unit="us", utc=True).tz_localize(None)
    columns = {name.title(): getattr(series, name) for name in ("open", "high", "low", "close", "volume")}
    return pd.DataFrame(columns, index=index)


def _session_order(embedded: BarSeries, count: int) -> tuple[Int64Array, Int64Array]:
    """Return which embedded bar each new bar is made of, and its session number."""
    starts = np.flatnonzero(np.diff(embedded.session, prepend=-1))
    lengths = np.diff(np.append(starts, len(embedded)))
    random = np.random.default_rng(SEED)
    laps = -(-count // len(embedded))
    sessions = np.concatenate([random.permutation(len(starts)) for _ in range(laps)])
    number = np.repeat(np.arange(len(sessions)), lengths[sessions])
    first = np.cumsum(lengths[sessions]) - lengths[sessions]
    order = starts[sessions][number] + np.arange(len(number)) - first[number]
    return order[:count], number[:count]


def total_bytes(*columns: Float64Array) -> int:
    """Return the size of columns in bytes."""
    return sum(column.nbytes for column in columns)
