"""Rename a raw log's columns and words as its map says, so that `normalise` finds what it knows.

What is kept of a column that would collide with a renamed one is called `<name>_in_log`.
"""

from __future__ import annotations

import polars as pl

from hyprl.errors import ConfigError
from hyprl.logs import cells
from hyprl.logs import vocabulary as words
from hyprl.logs.cells import Refusal
from hyprl.logs.logmap import LogMap
from hyprl.logs.names import names_of
from hyprl.logs.normalise import with_one_stamp
from hyprl.logs.plan import OneBatch

ENTER_LONG, ENTER_SHORT = "enter_long", "enter_short"
_FLAG_WORDS = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}
_UNDECIDED = "undecided"
_REMEDY = "Correct the log, or what its map says of the column."
_LONGEST_MESSAGE = 600


def remap(frame: pl.DataFrame, log_map: LogMap, where: str) -> pl.DataFrame:
    """Return the log with our column names and words; `timestamp` is Datetime(µs, UTC) where there is one.

    Raises ConfigError for a map that names a column the log lacks, SignalLogError for a value it cannot read.
    """
    if log_map == LogMap():
        return frame
    refusal = Refusal(where, _REMEDY)
    frame = _named(_renamed(frame, log_map, where), log_map)
    if log_map.decimal == ",":
        frame = _with_decimal_points(frame)
    added = [
        *_constants(frame, log_map),
        *_decisions(frame, log_map, refusal),
        *_sizes(frame, log_map, refusal),
    ]
    frame = frame.with_columns(added).drop(ENTER_LONG, ENTER_SHORT, strict=False)
    if "timestamp" not in frame.columns:
        return frame
    stamps = cells.instants(frame["timestamp"], where, log_map.timezone, log_map.timestamp_format)
    return frame.with_columns(stamps)


def _renamed(frame: pl.DataFrame, log_map: LogMap, where: str) -> pl.DataFrame:
    theirs = {name.strip(): name for name in reversed(frame.columns)}
    columns = {ours: name for ours, name in log_map.columns.items() if ours not in _constant_words(log_map)}
    absent = {ours: name for ours, name in columns.items() if name not in theirs}
    if absent and (frame.width or frame.height):
        listed = ", ".join(f"{name} (our {ours})" for ours, name in absent.items())
        fact = f"lacks the column {listed} that its map names (it has: {', '.join(frame.columns) or 'none'})"
        raise ConfigError(
            fact[:_LONGEST_MESSAGE],
            where=where,
            remedy="Correct [columns] in the map, or pass the map of the program that wrote the log.",
        )
    mapped = pl.DataFrame(
        [frame[theirs[name]].alias(ours) for ours, name in columns.items() if name in theirs]
    )
    used = {theirs[name] for name in columns.values() if name in theirs}
    kept = [] if log_map.others == "drop" else [name for name in frame.columns if name not in used]
    kept = [name for name in kept if name.strip() not in log_map.drop]
    taken = {*mapped.columns, *_constant_words(log_map)}
    rest = [frame[name].alias(f"{name}_in_log" if name in taken else name) for name in kept]
    return pl.DataFrame([*mapped.get_columns(), *rest])


def _named(frame: pl.DataFrame, log_map: LogMap) -> pl.DataFrame:
    """Find the columns that the map speaks of without naming them; `normalise` finds the others."""
    frame = with_one_stamp(frame)
    taken = [*_constant_words(log_map)]
    if _has_flags(log_map):
        taken.append("decision")
    fields = (*words.REQUIRED, "position_size") if log_map.signed_size else words.REQUIRED
    return frame.rename(names_of(OneBatch.of(frame), fields, taken))


def _has_flags(log_map: LogMap) -> bool:
    return ENTER_LONG in log_map.columns or ENTER_SHORT in log_map.columns


def _constant_words(log_map: LogMap) -> dict[str, str]:
    given = {"symbol": log_map.symbol, "decision": log_map.decision}
    return {name: word for name, word in given.items() if word is not None}


def _constants(frame: pl.DataFrame, log_map: LogMap) -> list[pl.Series]:
    return [
        pl.Series(name, [word] * frame.height, dtype=pl.String)
        for name, word in _constant_words(log_map).items()
    ]


def _decisions(frame: pl.DataFrame, log_map: LogMap, refusal: Refusal) -> list[pl.Series]:
    added = []
    if _has_flags(log_map):
        word = _from_flags(frame, refusal)
        added += [word, *_stated_direction(word, frame)]
    elif "decision" in frame.columns and log_map.decision_sign:
        number = _numbers(frame["decision"], refusal)
        word = _signs(number, "decision", "reject")
        added += [word, *_stated_direction(word, frame)]
    elif "decision" in frame.columns and log_map.decision_words:
        added.append(_translated(frame["decision"], dict(log_map.decision_words)))
    for name, meanings in (("direction", log_map.direction_words), ("symbol", log_map.symbols)):
        if name in frame.columns and meanings:
            added.append(_translated(frame[name], dict(meanings)))
    return added


def _stated_direction(word: pl.Series, frame: pl.DataFrame) -> list[pl.Series]:
    # A signal says which way by itself, and 0 that it is none; a direction column of the log's own goes before it.
    if "direction" in frame.columns:
        return []
    ways = {"long": "long", "short": "short", "reject": "none", "flat": "none"}
    return [word.replace_strict(ways, default=None, return_dtype=pl.String).alias("direction")]


def _sizes(frame: pl.DataFrame, log_map: LogMap, refusal: Refusal) -> list[pl.Series]:
    if not log_map.signed_size or "position_size" not in frame.columns:
        return []
    number = _numbers(frame["position_size"], refusal)
    return [number.abs().alias("position_size"), _signs(number, "direction", "none")]


def _from_flags(frame: pl.DataFrame, refusal: Refusal) -> pl.Series:
    blank = pl.Series([False] * frame.height, dtype=pl.Boolean)
    long, short = (
        _flags(frame[name], refusal) if name in frame.columns else blank for name in (ENTER_LONG, ENTER_SHORT)
    )
    both = (long & short).arg_true()
    if len(both):
        raise refusal.error(f"row {int(both[0]) + 1}: enters long and short on one bar")
    word = pl.when(long).then(pl.lit("long")).when(short).then(pl.lit("short")).otherwise(pl.lit("flat"))
    return pl.select(word.alias("decision")).to_series()


def _flags(series: pl.Series, refusal: Refusal) -> pl.Series:
    text = cells.lowered(series)
    blank = text.is_null() | text.is_in(words.UNDECIDED_WORDS)
    refusal.rows(~blank & ~text.is_in(list(_FLAG_WORDS)), series, "is no 0 or 1, true or false")
    return text.replace_strict(_FLAG_WORDS, default=False, return_dtype=pl.Boolean)


def _translated(series: pl.Series, meanings: dict[str, str]) -> pl.Series:
    ours = {word.strip().lower(): "" if our == _UNDECIDED else our for word, our in meanings.items()}
    translated = cells.lowered(series).replace_strict(ours, default=None, return_dtype=pl.String)
    return pl.select(pl.coalesce(translated, cells.text_of(series)).alias(series.name)).to_series()


def _signs(number: pl.Series, name: str, at_zero: str) -> pl.Series:
    signed = pl.when(number > 0).then(pl.lit("long")).when(number < 0).then(pl.lit("short"))
    word = signed.when(number == 0).then(pl.lit(at_zero)).otherwise(None)
    return pl.select(word.alias(name)).to_series()


def _numbers(series: pl.Series, refusal: Refusal) -> pl.Series:
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        return series.cast(pl.Float64).fill_nan(None)
    return cells.numbers(series, refusal, words.UNDECIDED_WORDS).fill_nan(None)


def _with_decimal_points(frame: pl.DataFrame) -> pl.DataFrame:
    number = r"^\s*[+-]?(\d+),(\d+)(?:[eE][+-]?\d+)?\s*$"
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String and name != "timestamp"]
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(number))
        .then(pl.col(name).str.replace(",", ".", literal=True))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )
