"""The 19 columns of `nvda_v2` as pandas, Polars and TA-Lib users compute them: whole columns, fastest idiom of each.

Where a library's own function is biased otherwise (pandas' skew and kurt), the library's own is taken as it is: it
costs the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import talib

from hyprl.features.registry import NVDA_V2

Array = npt.NDArray[np.float64]


def pandas_features(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the columns from Open, High, Low, Close, Volume."""
    high, low, close, volume = bars["High"], bars["Low"], bars["Close"], bars["Volume"]
    before = close.shift(1)
    returns = close / before - 1.0
    spread = high - low
    widest = pd.Series(
        np.maximum(spread.to_numpy(), np.maximum((high - before).abs(), (low - before).abs())), close.index
    )
    change = close.diff()
    gain, loss = change.clip(lower=0.0), (-change).clip(lower=0.0)
    atr_14, atr_72 = _pandas_wilder(widest, 14), _pandas_wilder(widest, 72)
    ratio = returns.rolling(10).std() / returns.rolling(30).std()
    window = volume.rolling(24)
    zscore = (volume - window.mean()) / window.std(ddof=0)
    shape = returns.rolling(20)
    columns = {
        "ret_1h": returns,
        "ret_3h": close / close.shift(3) - 1.0,
        "ret_6h": close / close.shift(6) - 1.0,
        "ret_24h": close / close.shift(24) - 1.0,
        "atr_14": atr_14,
        "atr_72": atr_72,
        "atr_14_norm": atr_14 / close,
        "atr_72_norm": atr_72 / close,
        "rsi_7": _pandas_rsi(gain, loss, 7),
        "rsi_14": _pandas_rsi(gain, loss, 14),
        "rsi_21": _pandas_rsi(gain, loss, 21),
        "vol_ratio_10_30": ratio,
        "vol_regime_high": (ratio > 1.0).astype(float),
        "volume_zscore_24": zscore,
        "volume_surge": (zscore > 2.0).astype(float),
        "range_pct": spread / close,
        "true_range": widest / close,
        "ret_skew_20": shape.skew(),
        "ret_kurt_20": shape.kurt(),
    }
    return pd.DataFrame(columns)


def _pandas_wilder(values: pd.Series, length: int) -> pd.Series:
    seeded = values.to_numpy(copy=True)
    seeded[length] = seeded[1 : length + 1].mean()
    seeded[:length] = np.nan
    return pd.Series(seeded, values.index).ewm(alpha=1.0 / length, adjust=False).mean()


def _pandas_rsi(gain: pd.Series, loss: pd.Series, length: int) -> pd.Series:
    gains, losses = _pandas_wilder(gain, length), _pandas_wilder(loss, length)
    return gains / (gains + losses)


def polars_features(bars: pl.DataFrame) -> pl.DataFrame:
    """Return the columns from Open, High, Low, Close, Volume, in one lazy query."""
    high, low, close, volume = (pl.col(name) for name in ("High", "Low", "Close", "Volume"))
    before = close.shift(1)
    change = close.diff()
    base = bars.lazy().select(
        close,
        volume,
        spread=high - low,
        returns=close / before - 1.0,
        widest=pl.max_horizontal(high - low, (high - before).abs(), (low - before).abs()),
        gain=change.clip(lower_bound=0.0),
        loss=(-change).clip(lower_bound=0.0),
    )
    returns, widest = pl.col("returns"), pl.col("widest")
    averages = base.select(
        pl.all(),
        atr_14=_polars_wilder(widest, 14),
        atr_72=_polars_wilder(widest, 72),
        ratio=returns.rolling_std(10) / returns.rolling_std(30),
        zscore=(volume - volume.rolling_mean(24)) / volume.rolling_std(24, ddof=0),
    )
    return averages.select(_polars_columns(close, returns)).select(NVDA_V2).collect()


def _polars_columns(close: pl.Expr, returns: pl.Expr) -> list[pl.Expr]:
    columns: Mapping[str, pl.Expr] = {
        "ret_1h": returns,
        **{f"ret_{lag}h": close / close.shift(lag) - 1.0 for lag in (3, 6, 24)},
        "atr_14": pl.col("atr_14"),
        "atr_72": pl.col("atr_72"),
        "atr_14_norm": pl.col("atr_14") / close,
        "atr_72_norm": pl.col("atr_72") / close,
        **{f"rsi_{length}": _polars_rsi(length) for length in (7, 14, 21)},
        "vol_ratio_10_30": pl.col("ratio"),
        "vol_regime_high": (pl.col("ratio") > 1.0).cast(pl.Float64),
        "volume_zscore_24": pl.col("zscore"),
        "volume_surge": (pl.col("zscore") > 2.0).cast(pl.Float64),
        "range_pct": pl.col("spread") / close,
        "true_range": pl.col("widest") / close,
        "ret_skew_20": returns.rolling_skew(20),
        "ret_kurt_20": returns.rolling_kurtosis(20),
    }
    return [expression.alias(name) for name, expression in columns.items()]


def _polars_wilder(values: pl.Expr, length: int) -> pl.Expr:
    # Null before the seed, the mean of the first `length` at it: the recursion then starts there.
    seed = pl.lit(None, pl.Float64).repeat_by(length).explode().append(values.slice(1, length).mean())
    return seed.append(values.slice(length + 1)).ewm_mean(alpha=1.0 / length, adjust=False)


def _polars_rsi(length: int) -> pl.Expr:
    gains = _polars_wilder(pl.col("gain"), length)
    return gains / (gains + _polars_wilder(pl.col("loss"), length))


def talib_features(bars: Mapping[str, Array]) -> dict[str, Array]:
    """Return the columns with TA-Lib where it has the indicator, NumPy sliding windows where it has not."""
    high, low, close, volume = bars["High"], bars["Low"], bars["Close"], bars["Volume"]
    returns = talib.ROCP(close, 1)
    widest = talib.TRANGE(high, low, close)
    atr_14, atr_72 = talib.ATR(high, low, close, 14), talib.ATR(high, low, close, 72)
    ratio = talib.STDDEV(returns, 10) / talib.STDDEV(returns, 30) * (10 / 9 * 29 / 30) ** 0.5
    zscore = (volume - talib.SMA(volume, 24)) / talib.STDDEV(volume, 24)
    skew, kurt = _numpy_shape(returns, 20)
    columns: dict[str, Any] = {
        "ret_1h": returns,
        **{f"ret_{lag}h": talib.ROCP(close, lag) for lag in (3, 6, 24)},
        "atr_14": atr_14,
        "atr_72": atr_72,
        "atr_14_norm": atr_14 / close,
        "atr_72_norm": atr_72 / close,
        **{f"rsi_{length}": talib.RSI(close, length) / 100.0 for length in (7, 14, 21)},
        "vol_ratio_10_30": ratio,
        "vol_regime_high": ratio > 1.0,
        "volume_zscore_24": zscore,
        "volume_surge": zscore > 2.0,
        "range_pct": (high - low) / close,
        "true_range": widest / close,
        "ret_skew_20": skew,
        "ret_kurt_20": kurt,
    }
    return columns


def _numpy_shape(returns: Array, length: int) -> tuple[Array, Array]:
    first = talib.SMA(returns, length)
    square = returns * returns
    second = talib.SMA(square, length)
    third = talib.SMA(square * returns, length)
    fourth = talib.SMA(square * square, length)
    variance = second - first * first
    central3 = third - 3.0 * first * second + 2.0 * first**3
    central4 = fourth - 4.0 * first * third + 6.0 * first**2 * second - 3.0 * first**4
    return central3 / variance**1.5, central4 / variance**2 - 3.0
