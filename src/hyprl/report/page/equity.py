"""Both sides' equity against buying and holding, one figure for each of the first symbols."""

from __future__ import annotations

import numpy as np
import polars as pl

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.parity.diff import side_columns
from hyprl.report.page.markup import Markup, el, join
from hyprl.report.page.numbers import clipped, counted, percent
from hyprl.report.page.plot import EXTENT, Key, curve, legend, panel, time_axis
from hyprl.report.page.scales import Linear, linear, time_ticks
from hyprl.report.page.series import MOST_POINTS, column, instants_of

MOST_SYMBOLS = 4
_CLOSES = ("bar.close_bt", "bar.close_replay", "close_bt", "close_replay")


def equity_charts(diff: pl.DataFrame) -> Markup:
    """Return the figures, or a sentence where neither log has equity."""
    symbols = diff["symbol"].unique().sort().to_list()
    if not any(name in diff.columns for name in side_columns("equity")):
        return el("p", "Neither log has a column `equity`; record it on both sides to compare the curves.")
    charts = [
        _chart(diff, symbol, number, named=len(symbols) > 1)
        for number, symbol in enumerate(symbols[:MOST_SYMBOLS])
    ]
    rest = len(symbols) - MOST_SYMBOLS
    return join((*charts, el("p", f"Not drawn: {counted(rest, 'more symbol')}.") if rest > 0 else None))


def thinned_rows(diff: pl.DataFrame, symbol: str) -> Int64Array:
    """Return the diff's rows of a symbol, at most MOST_POINTS evenly chosen, the last always among them."""
    rows = np.flatnonzero((diff["symbol"] == symbol).to_numpy())
    if len(rows) <= MOST_POINTS:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MOST_POINTS).astype(np.int64)]


def curves_of(diff: pl.DataFrame, rows: Int64Array) -> dict[str, Float64Array]:
    """Return the curves by name, NaN where unknown: `backtest`, `replay`, `buy and hold` as far as they exist."""
    found = {}
    for name, side in zip(("backtest", "replay"), side_columns("equity"), strict=True):
        values = column(diff, side)
        if values is not None and np.isfinite(values[rows]).any():
            found[name] = values[rows]
    held = _held(diff, rows, found)
    return found if held is None else found | {"buy and hold": held}


def _held(diff: pl.DataFrame, rows: Int64Array, found: dict[str, Float64Array]) -> Float64Array | None:
    closes = next((values for name in _CLOSES if (values := column(diff, name)) is not None), None)
    if closes is None or not found:
        return None
    close, equity = closes[rows], next(iter(found.values()))
    both = np.flatnonzero(np.isfinite(close) & np.isfinite(equity) & (close > 0.0))
    if not len(both):
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        held: Float64Array = close / close[both[0]] * equity[both[0]]
    return held


def _chart(diff: pl.DataFrame, symbol: str, number: int, *, named: bool) -> Markup:
    rows = thinned_rows(diff, symbol)
    curves = curves_of(diff, rows)
    heading = el("h3", clipped(symbol)) if named else None
    if not curves:
        return el("figure", el("figcaption", heading, el("p", "No bar has a value.")), class_="chart")
    scale = linear([value for values in curves.values() for value in values.tolist()])
    ticks = scale.ticks()
    order = [name for name in ("buy and hold", "backtest", "replay") if name in curves]
    styles = {"buy and hold": "hold", "backtest": "bt", "replay": "replay"}
    drawing = [_line(curves[name], scale, styles[name]) for name in order]
    keys = [Key(f"line {styles[name]}", _named(name, curves[name])) for name in reversed(order)]
    gaps = _difference(curves)
    return el(
        "figure",
        el("figcaption", heading, el("p", _equity_sentence(curves))),
        legend((*keys, Key("line apart", "replay − backtest")) if gaps is not None else keys),
        panel(
            drawing,
            label=f"Equity of {clipped(symbol)} over time.",
            y=ticks,
            lines=[t.at for t in ticks],
            style="tall",
        ),
        None if gaps is None else _apart(gaps),
        time_axis(time_ticks(instants_of(diff, rows))),
        class_="chart",
        id=f"chart-equity-{number}",
        data_chart=f"equity-{number}",
    )


def _difference(curves: dict[str, Float64Array]) -> Float64Array | None:
    if "backtest" not in curves or "replay" not in curves:
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        gaps: Float64Array = curves["replay"] - curves["backtest"]
    finite = gaps[np.isfinite(gaps)]
    return gaps if len(finite) and np.abs(finite).max() > 0.0 else None


def _apart(gaps: Float64Array) -> Markup:
    scale = linear([*gaps.tolist(), 0.0])
    ticks = scale.ticks(2)
    drawing = [_line(gaps, scale, "apart")]
    return panel(
        drawing, label="Replay equity less backtest equity.", y=ticks, lines=[scale.at(0.0)], style="strip"
    )


def _line(values: Float64Array, scale: Linear, style: str) -> Markup | None:
    step = EXTENT / max(1, len(values) - 1)
    finite = np.isfinite(values).tolist()
    points = zip(values.tolist(), finite, strict=True)
    return curve(
        ((n * step, scale.at(value)) if has else None for n, (value, has) in enumerate(points)), style
    )


def _named(name: str, values: Float64Array) -> str:
    finite = values[np.isfinite(values)]
    change = finite[-1] / finite[0] - 1.0 if finite[0] else None
    return f"{name} {percent(change)}"


def _equity_sentence(curves: dict[str, Float64Array]) -> str:
    missing = [name for name in ("backtest", "replay") if name not in curves]
    if missing:
        return f"Only one side has equity; {missing[0]} has none."
    bt, replay = curves["backtest"], curves["replay"]
    both = np.isfinite(bt) & np.isfinite(replay)
    if not both.any():
        return "No bar has equity on both sides."
    largest = float(np.abs(bt[both] - replay[both]).max())
    end = f"they end at {bt[both][-1]:,.2f} and {replay[both][-1]:,.2f}"
    return f"The curves are equal; {end}." if largest == 0.0 else f"They part by up to {largest:,.2f}; {end}."
