"""Make the microscope fixtures: both engines' signal logs, their diff, and a Parquet file with oracle columns.

Without --bars: from the embedded synthetic bars into data/parity and tests/fixtures/parity, which are committed.
With --bars: from your own into data/real, which git ignores. Oracle columns are computed by other programs (TA-Lib,
pandas, SciPy, scikit-learn), never by HyprL; it needs the `dev` extra.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
MINUTE_PRECISION = "%Y-%m-%dT%H:%M:%SZ"


@click.command()
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), default="2025-01-15", show_default=True)
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), default="2025-01-20", show_default=True)
@click.option("--bars", type=click.Path(path_type=Path), help="Your own bars; results go to data/real.")
@click.option("--symbol", default="NVDA", show_default=True)
@click.option("--config", type=click.Path(path_type=Path), help="TOML; the built-in one by default.")
@click.option(
    "--root", type=click.Path(path_type=Path), default=ROOT, help="Folder that holds data/ and tests/."
)
def make(bars: Path | None, symbol: str, root: Path, **values: Any) -> None:
    """Write the fixtures and say where."""
    from hyprl.usecases.requests import RunRequest, prepare

    start, end = values["start"].date(), values["end"].date()
    logs = root / "data" / ("parity" if bars is None else "real")
    fixture = (
        root / "tests/fixtures/parity" if bars is None else logs
    ) / f"{symbol.lower()}_microscope.parquet"
    request = RunRequest(values["config"], bars, symbol, start=start, end=end)
    prepared = prepare(request, logs / "models", lambda message: click.echo(message, err=True))
    for path in write_fixtures(prepared, start, end, logs, fixture):
        click.echo(f"wrote {path}")


def write_fixtures(prepared: object, start: date, end: date, logs: Path, fixture: Path) -> list[Path]:
    """Run both engines over the window and write the four files."""
    from hyprl.files import atomic_path
    from hyprl.jit.kernel import COMPILED
    from hyprl.logs.load import log_of_records
    from hyprl.logs.log import LogPair
    from hyprl.parity.diff_files import write_diff
    from hyprl.parity.verdict import assess
    from hyprl.trace.frame import records_frame
    from hyprl.usecases.drive import replay_in_memory
    from hyprl.usecases.traces import backtest_records
    from hyprl.wiring import backtest, kernel_for

    run = prepared.run(start, end)
    done = backtest(run, kernel_for(run, COMPILED, print), record=True)
    records = {"backtest": backtest_records(run, done), "replay": replay_in_memory(run, print)[1]}
    frames = {name: records_frame(rows) for name, rows in records.items()}
    stem, written = run.symbol.lower(), []
    for name, frame in frames.items():
        written.append(logs / f"{stem}_{name}_signal_log_MICRO.csv")
        with atomic_path(written[-1]) as temporary:
            frame.with_columns(pl.col("timestamp").dt.strftime(MINUTE_PRECISION)).write_csv(temporary)
    pair = LogPair(
        *(log_of_records(rows, {}, path) for rows, path in zip(records.values(), written, strict=True))
    )
    written.append(write_diff(assess(pair).diff, logs, f"{stem}_signal_diff_MICRO")[0])
    (logs / f"{stem}_signal_diff_MICRO.parquet").unlink()
    table = frames["backtest"].with_columns(oracle_columns(run))
    with atomic_path(fixture) as temporary:
        table.write_parquet(temporary)
    return [*written, fixture]


def oracle_columns(run: object) -> list[pl.Series]:
    """Compute features and probability with other programs, over the whole history, and keep the window."""
    features = oracle_features(run.window.series)
    window = slice(run.window.start, None)
    columns = [pl.Series(f"oracle.{name}", values[window]) for name, values in features.items()]
    names = run.model.feature_names
    rows = np.column_stack([features[name][window] for name in names])
    return [*columns, pl.Series("oracle.probability_up", oracle_probability(run.model, rows))]


def oracle_features(bars: object) -> dict[str, np.ndarray]:
    """Return the 19 columns of nvda_v2 from TA-Lib, pandas and SciPy."""
    import pandas as pd
    import talib
    from scipy.stats import kurtosis, skew

    close, high, low = (pd.Series(getattr(bars, name)) for name in ("close", "high", "low"))
    volume, returns = pd.Series(bars.volume), close.pct_change()
    ratio = returns.rolling(10).std() / returns.rolling(30).std()
    zscore = (volume - volume.rolling(24).mean()) / volume.rolling(24).std(ddof=0)
    tall = (bars.high, bars.low, bars.close)
    columns = {f"ret_{k}h": close.pct_change(k) for k in (1, 3, 6, 24)}
    columns |= {f"atr_{n}": talib.ATR(*tall, timeperiod=n) for n in (14, 72)}
    columns |= {f"atr_{n}_norm": talib.ATR(*tall, timeperiod=n) / bars.close for n in (14, 72)}
    columns |= {f"rsi_{n}": talib.RSI(bars.close, timeperiod=n) / 100.0 for n in (7, 14, 21)}
    columns |= {"vol_ratio_10_30": ratio, "vol_regime_high": (ratio > 1.0).astype(float)}
    columns |= {"volume_zscore_24": zscore, "volume_surge": (zscore > 2.0).astype(float)}
    columns |= {"range_pct": (high - low) / close, "true_range": talib.TRANGE(*tall) / bars.close}
    columns["ret_skew_20"] = returns.rolling(20).apply(skew, raw=True)
    columns["ret_kurt_20"] = returns.rolling(20).apply(kurtosis, raw=True)
    return {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}


def oracle_probability(model: object, rows: np.ndarray) -> np.ndarray:
    """Evaluate the artifact's scaler and coefficients with scikit-learn."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    from hyprl.model.evaluate import HEADER

    width, weights = len(model.feature_names), np.asarray(model.weights)
    mean, inverse, coefficient = np.split(weights[HEADER : HEADER + 3 * width], 3)
    scaler = StandardScaler().fit(np.zeros((2, width)))
    scaler.mean_, scaler.scale_ = mean, 1.0 / inverse
    logistic = LogisticRegression()
    logistic.classes_ = np.array([0, 1])
    logistic.coef_, logistic.intercept_ = coefficient[None, :], np.array([weights[3]])
    return logistic.predict_proba(scaler.transform(rows))[:, 1]


if __name__ == "__main__":
    from hyprl.errors import HyprLError

    try:
        make.main(standalone_mode=False)
    except HyprLError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
