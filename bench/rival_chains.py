"""The rivals: features, scikit-learn probabilities and vectorbt fills; and backtesting.py on ready signals."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.case import Case
from bench.rival_features import pandas_features, polars_features
from hyprl.model.evaluate import HEADER

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signals:
    """What a chain decides at each bar's close: side of the entry at the next open (0: none) and stop distance."""

    side: npt.NDArray[np.int64]
    distance: Array


@dataclass(frozen=True, slots=True)
class Settings:
    """The constants of the case that a rival needs."""

    threshold_long: float
    threshold_short: float
    atr_multiplier: float
    reward_multiple: float
    risk_fraction: float
    initial_equity: float


def settings_of(case: Case) -> Settings:
    """Return the case's constants."""
    strategy, risk = case.run.config.strategy, case.run.config.risk
    return Settings(
        strategy.threshold_long,
        strategy.threshold_short,
        risk.atr_multiplier,
        risk.reward_multiple,
        risk.risk_fraction,
        risk.initial_equity,
    )


def sklearn_model(weights: tuple[float, ...]) -> Pipeline:
    """Return HyprL's logistic weights as the scikit-learn pipeline that they came from."""
    count = int(weights[0])
    mean, inverse, coefficients = np.array(weights[HEADER : HEADER + 3 * count]).reshape(3, count)
    scaler, logistic = StandardScaler(), LogisticRegression()
    scaler.mean_, scaler.scale_, scaler.n_features_in_ = mean, 1.0 / inverse, count
    logistic.coef_, logistic.intercept_ = coefficients[None, :], np.array([weights[3]])
    logistic.classes_, logistic.n_features_in_ = np.array([0, 1]), count
    return make_pipeline(scaler, logistic)


def signals_from(features: Array, atr: Array, model: Pipeline, settings: Settings) -> Signals:
    """Return the entries that the probabilities ask for; rows with NaN ask for none."""
    ready = np.isfinite(features).all(axis=1)
    first = int(np.argmax(ready))
    side = np.zeros(len(features), np.int64)
    probability = model.predict_proba(np.where(ready[first:, None], features[first:], 0.0))[:, 1]
    asked = np.where(probability >= settings.threshold_long, 1, 0)
    asked = np.where(probability <= settings.threshold_short, -1, asked)
    side[first:] = np.where(ready[first:], asked, 0)
    return Signals(side, atr * settings.atr_multiplier)


def vectorbt_fills(bars: pd.DataFrame, signals: Signals, settings: Settings) -> tuple[Any, Array]:
    """Fill at the next open with a stop and a target; return trade records and the equity curve."""
    import vectorbt

    side = np.concatenate(([0], signals.side[:-1]))
    distance = np.concatenate(([np.nan], signals.distance[:-1]))
    opens = bars["Open"].to_numpy()
    portfolio = vectorbt.Portfolio.from_signals(
        bars["Close"],
        entries=side > 0,
        short_entries=side < 0,
        price=opens,
        open=opens,
        high=bars["High"].to_numpy(),
        low=bars["Low"].to_numpy(),
        size=settings.initial_equity * settings.risk_fraction / distance,
        sl_stop=distance / opens,
        tp_stop=distance * settings.reward_multiple / opens,
        upon_opposite_entry="ignore",
        init_cash=settings.initial_equity,
        freq="1h",
    )
    return portfolio.trades.records_arr, portfolio.value().to_numpy()


def pandas_chain(bars: pd.DataFrame, model: Pipeline, settings: Settings) -> Callable[[], Any]:
    """Return the chain on pandas features."""

    def run() -> Any:
        table = pandas_features(bars)
        signals = signals_from(table.to_numpy(), table["atr_14"].to_numpy(), model, settings)
        return vectorbt_fills(bars, signals, settings)

    return run


def polars_chain(bars: pd.DataFrame, model: Pipeline, settings: Settings) -> Callable[[], Any]:
    """Return the chain on Polars features; vectorbt takes its bars as pandas."""
    table = pl.from_pandas(bars)

    def run() -> Any:
        features = polars_features(table)
        atr = features["atr_14"].fill_null(np.nan).to_numpy()
        signals = signals_from(features.fill_null(np.nan).to_numpy(), atr, model, settings)
        return vectorbt_fills(bars, signals, settings)

    return run


def backtesting_py(bars: pd.DataFrame, signals: Signals, settings: Settings) -> Callable[[], pd.DataFrame]:
    """Return backtesting.py's run on ready signals; it returns its table of trades.

    Sizes are whole millionths of a share and cash is scaled alike, since its trades are of whole units.
    """
    from backtesting import Backtest

    from bench.backtesting_strategy import UNITS_PER_SHARE, ready_signals

    strategy = ready_signals(signals, settings)
    cash = settings.initial_equity * UNITS_PER_SHARE

    def run() -> pd.DataFrame:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a trade open at the end; prices above cash
            result = Backtest(bars, strategy, cash=cash, margin=0.01).run()
        trades: pd.DataFrame = result["_trades"]
        return trades

    return run
