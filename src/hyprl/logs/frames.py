"""Take a frame of any library that narwhals knows (pandas, PyArrow, Modin, cuDF, ...) to Polars, value by value.

Nothing is sent through text or Arrow: numbers and instants go as arrays, the rest as Python values, so that no
optional library is needed beside the frame's own. pandas has one mark for "missing" and "not a number" in its plain
float columns: there NaN stays NaN, the stricter of the two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from hyprl.errors import SignalLogError
from hyprl.tables.values import column_of

_REMEDY = "Pass a path, or a frame of Polars, pandas or PyArrow with the columns timestamp, symbol, decision."


def as_polars(frame: object, where: str) -> pl.DataFrame:
    """Return the frame as a Polars frame; an index that is named, or holds times, becomes a column.

    Raises SignalLogError naming `where` for what is no frame, has two columns of one name, or cannot be collected.
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, pl.LazyFrame):
        try:
            return frame.collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _bad(where, f"cannot be collected ({error})") from error
    return _through_narwhals(frame, where)


def _through_narwhals(frame: Any, where: str) -> pl.DataFrame:
    import narwhals as nw
    from narwhals.exceptions import NarwhalsError

    try:
        known = nw.from_native(_with_index(frame), eager_only=True)
        names = [str(name) for name in known.columns]
        if len(set(names)) < len(names):
            raise ValueError("two columns of one name")
        return pl.DataFrame([_column(known[:, place], name, where) for place, name in enumerate(names)])
    except (NarwhalsError, TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        fact = " ".join(str(error).split()) or type(error).__name__
        raise _bad(where, f"is no table ({type(frame).__name__}): {fact[:160]}") from error


def _column(series: Any, name: str, where: str) -> pl.Series:
    import narwhals as nw

    dtype = series.dtype
    if isinstance(dtype, nw.Datetime) and not series.null_count():
        return _instants(series, name, dtype.time_zone)
    if dtype.is_numeric() and dtype != nw.Decimal:
        if not series.null_count():
            return pl.Series(name, series.to_numpy())
        kind = None if dtype.is_integer() else pl.Float64
        return pl.Series(name, [None if _is_mark(value) else value for value in series.to_list()], kind)
    return column_of(name, [_plain(value) for value in series.to_list()])


def _instants(series: Any, name: str, zone: str | None) -> pl.Series:
    known = pl.Series(name, series.dt.timestamp("ns").to_numpy()).cast(pl.Datetime("ns"))
    return known if zone is None else known.dt.replace_time_zone("UTC")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return None if _is_mark(value) else value.isoformat()
    if _is_mark(value) or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, list | tuple | set | frozenset):
        return repr(value)
    return value.item() if hasattr(value, "item") and getattr(value, "shape", None) == () else value


def _is_mark(value: Any) -> bool:
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _with_index(frame: Any) -> Any:
    index = getattr(frame, "index", None)
    if index is None or not hasattr(frame, "reset_index"):
        return frame
    named = [name for name in getattr(index, "names", ()) if name is not None]
    if named:
        return frame.reset_index()
    holds_times = hasattr(index, "tz") and "timestamp" not in frame.columns
    return frame.rename_axis("timestamp").reset_index() if holds_times else frame


def _bad(where: str, fact: str) -> SignalLogError:
    return SignalLogError(fact, where=where, remedy=_REMEDY)
