"""Bring any signal log's columns to one form: UTC timestamps, emit or reject, long or short, typed numbers.

Out: `timestamp` Datetime(µs, UTC), `symbol`, `decision` (emit, reject, null = undecided), `direction` (long,
short, none, null = not stated; the column is absent when the log never speaks of direction), and every other
column under its name, or under the canonical one for a known synonym.
"""

from __future__ import annotations

import polars as pl

from hyprl.domain.instants import iso_utc, utc_us_of
from hyprl.errors import SignalLogError
from hyprl.logs import vocabulary as words
from hyprl.logs.timestamps import to_utc_us

KEEP_TEXT = r"(?i)(hash|sha256|_id|uuid)$"
TOO_LONG_FOR_A_FLOAT = r"^[+-]?\d{16,}$"


def normalise(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    """Return the log in the module's form, rows in their order; doing it twice changes nothing.

    Raises SignalLogError naming `where` and the row: a required column absent, a naive or unreadable
    timestamp, a blank symbol, an unknown decision or direction word, text in a numeric column, two rows for
    one bar.
    """
    frame = renamed(unnest(frame))
    absent = [name for name in words.REQUIRED if name not in frame.columns]
    if absent:
        found = ", ".join(frame.columns[:12]) or "none"
        raise _bad(where, f"lacks the column {', '.join(absent)} (it has: {found})")
    keys = [to_utc_us(frame["timestamp"], where), symbols(frame["symbol"], where)]
    decided = decisions(frame, where)
    others = [
        typed(frame[name], where) for name in frame.columns if name not in (*words.REQUIRED, "direction")
    ]
    clean = pl.DataFrame([*keys, *decided, *others])
    refuse_repeats(clean, where)
    return clean


def unnest(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with nested members as columns `outer.inner`."""
    while nested := [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]:
        frame = frame.unnest(*nested, separator=".")
    return frame


def renamed(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the columns their canonical names."""
    names = [_canonical(name.strip()) for name in frame.columns]
    known = (*words.REQUIRED, *words.NUMERIC, "direction", "reason")
    for canonical in known:
        spellings = [name for name in names if name.lower() == canonical]
        spellings += [
            name for synonym in words.SYNONYMS.get(canonical, ()) for name in names if name.lower() == synonym
        ]
        if spellings and canonical not in names:
            names[names.index(spellings[0])] = canonical
    return frame.rename(dict(zip(frame.columns, names, strict=True)))


def _canonical(name: str) -> str:
    for prefix, better in words.PREFIX_SYNONYMS.items():
        if name.startswith(prefix):
            return better + name.removeprefix(prefix)
    return name


def text_of(series: pl.Series) -> pl.Series:
    """Return any column as text; what Polars does not spell is spelled as Python does."""
    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError:
        values = [None if value is None else str(value) for value in series.to_list()]
        return pl.Series(series.name, values, pl.String)


def symbols(series: pl.Series, where: str) -> pl.Series:
    """Return the symbols without blanks around them. Raises SignalLogError for a missing one."""
    stripped = text_of(series).str.strip_chars()
    _refuse(stripped.is_null() | (stripped == ""), series, where, "is missing")
    return stripped


def decisions(frame: pl.DataFrame, where: str) -> list[pl.Series]:
    """Return decision, and direction where the log speaks of one, in canonical words. Raises SignalLogError."""
    spoken = _words(frame["decision"])
    meanings: dict[str, tuple[str, str | None]] = words.DECISION_WORDS
    _refuse(
        ~spoken.is_in(list(meanings)) & spoken.is_not_null(), frame["decision"], where, "is no known decision"
    )
    decision = spoken.replace_strict({word: meaning[0] for word, meaning in meanings.items()}, default=None)
    said = spoken.replace_strict({word: meaning[1] for word, meaning in meanings.items()}, default=None)
    said = said.cast(pl.String).alias("direction")
    decision = decision.cast(pl.String).alias("decision")
    if "direction" not in frame.columns:
        silent = spoken.is_in(words.WORDS_WITHOUT_DIRECTION).fill_null(True).all()
        return [decision] if silent else [decision, said]
    stated = _words(frame["direction"])
    known = list(words.DIRECTION_WORDS)
    _refuse(~stated.is_in(known) & stated.is_not_null(), frame["direction"], where, "is no known direction")
    direction = stated.replace_strict(words.DIRECTION_WORDS, default=None).cast(pl.String)
    _refuse(said != direction, frame["direction"], where, "contradicts the decision")
    return [decision, pl.select(pl.coalesce(direction, said).alias("direction")).to_series()]


def _words(series: pl.Series) -> pl.Series:
    text = text_of(series).str.strip_chars().str.to_lowercase()
    return pl.select(pl.when(~text.is_in(words.UNDECIDED_WORDS)).then(text)).to_series()


def typed(series: pl.Series, where: str) -> pl.Series:
    """Return any other column with the type that all its values allow. Raises SignalLogError."""
    name, dtype = series.name, series.dtype
    if isinstance(dtype, (pl.Categorical, pl.Enum)):
        series = series.cast(pl.String)
    elif isinstance(dtype, (pl.List, pl.Array, pl.Object, pl.Binary)):
        series = pl.Series(
            name, [None if value is None else repr(value) for value in series.to_list()], pl.String
        )
    elif dtype.is_numeric():
        series = series.cast(pl.Int64 if dtype.is_integer() and dtype != pl.UInt64 else pl.Float64)
    if series.dtype == pl.String:
        series = _from_text(series)
    if name in words.NUMERIC:
        return _number(series, where)
    return series.cast(pl.Null) if series.null_count() == len(series) > 0 else series


def _number(series: pl.Series, where: str) -> pl.Series:
    if series.dtype == pl.String:
        numbers = cleaned(series).cast(pl.Float64, strict=False)
        _refuse(numbers.is_null() & cleaned(series).is_not_null(), series, where, "is no number")
        return numbers
    if not (series.dtype.is_numeric() or series.dtype == pl.Null):
        raise _bad(where, f"the column {series.name} holds {series.dtype}, not numbers")
    return series.cast(pl.Float64)


def _from_text(series: pl.Series) -> pl.Series:
    if series.name and pl.Series([series.name]).str.contains(KEEP_TEXT).item():
        return series
    text = cleaned(series)
    for dtype in (pl.Int64(), pl.Float64()):
        numbers = text.cast(dtype, strict=False)
        if numbers.null_count() == text.null_count():
            too_long = dtype.is_float() and text.str.contains(TOO_LONG_FOR_A_FLOAT).any()
            return series if too_long else numbers
    lowered = text.str.to_lowercase()
    if lowered.is_in(["true", "false"]).all():
        return lowered == "true"
    return series


def cleaned(series: pl.Series) -> pl.Series:
    """Return text without blanks around it, null for the words that mean missing."""
    text = series.str.strip_chars()
    return pl.select(
        pl.when(~text.str.to_lowercase().is_in(words.MISSING_WORDS)).then(text).alias(series.name)
    ).to_series()


def refuse_repeats(frame: pl.DataFrame, where: str) -> None:
    """Raise SignalLogError for two rows of one bar."""
    repeated = frame.select(words.KEYS).is_duplicated()
    if repeated.any():
        rows = frame.select(words.KEYS).with_row_index("row", offset=1).filter(repeated)
        stamp, symbol = rows["timestamp"][0], rows["symbol"][0]
        same = rows.filter((pl.col("timestamp") == stamp) & (pl.col("symbol") == symbol))["row"].to_list()
        shown = iso_utc(utc_us_of(stamp))
        listed = ", ".join(str(row) for row in same[:4])
        raise _bad(
            where, f"has {len(same)} rows for {symbol} {shown} (rows {listed}); a bar has one decision"
        )


def alike(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Cast columns to the other log's type where the types differ in spelling only: numbers, and all missing."""
    casts = []
    for name in frame.columns:
        mine, theirs = frame.schema[name], other.schema.get(name)
        if name in words.KEYS or theirs is None or mine == theirs:
            continue
        if mine == pl.Null:
            casts.append(pl.col(name).cast(theirs))
        elif _is_number(mine) and _is_number(theirs):
            casts.append(pl.col(name).cast(pl.Float64))
    return frame.with_columns(casts)


def _is_number(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype == pl.Boolean


def _refuse(mask: pl.Series, values: pl.Series, where: str, fact: str) -> None:
    bad = mask.fill_null(False).arg_true()
    if len(bad):
        row = int(bad[0])
        more = f" (and {len(bad) - 1} more rows)" if len(bad) > 1 else ""
        raise _bad(where, f"row {row + 1}: {values.name} {values[row]!r} {fact}{more}")


def _bad(where: str, fact: str) -> SignalLogError:
    remedy = "Name its columns and words in a map (--map; docs/check-my-own-bot.md), or correct the log."
    return SignalLogError(fact, where=where, remedy=remedy)
