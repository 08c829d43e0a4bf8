"""Doubt what the columns of a log are: a field under a mistyped name, numbers that can be no probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from shlex import quote

import polars as pl

from hyprl.domain.instants import iso_utc, utc_us_of
from hyprl.errors import SignalLogError
from hyprl.logs import vocabulary as words
from hyprl.logs.cells import NAME_OR_CORRECT, Refusal, is_within_unit, lies_outside_unit
from hyprl.logs.names import could_be
from hyprl.logs.plan import OneBatch
from hyprl.tables.spellings import CLOSE_TIMES, FEATURE_PREFIX, LOG_FIELDS, spelling

# Letters in common over all letters (difflib's ratio). Where a log is refused anyway a wrong suggestion costs nothing:
# `desicion` has 0.75. A note on a log that is read must not cry wolf: `threshold` for `threshold_long` has 0.82.
_LEAST_RATIO_REQUIRED, _LEAST_RATIO = 0.75, 0.85
_MOST_SHOWN = 12


def doubts(frame: pl.DataFrame, where: str) -> tuple[str, ...]:
    """Return one line for each doubt about a normalised log.

    A probability outside [0, 1] here and there is what a broken engine writes: a difference to be shown, so it is
    noted. Raises SignalLogError when most are outside: then the column holds something else.
    """
    return (*_no_probabilities(frame, where), *(f"{where}: {line}" for line in _mistyped(frame)))


def _no_probabilities(frame: pl.DataFrame, where: str) -> list[str]:
    outside = improbable(frame)
    if outside.is_empty():
        return []
    numbers = int(frame["probability_up"].is_finite().sum())
    row = outside.row(0, named=True)
    stamp = iso_utc(utc_us_of(row["timestamp"]))
    example = f"{row['probability_up']!r} for {row['symbol']} {stamp}"
    if 2 * outside.height > numbers:
        fact = (
            f"{outside.height:,} of {numbers:,} values of probability_up lie outside [0, 1] (first {example})"
        )
        raise SignalLogError(
            f"{fact}: that column holds something else, a price or a percentage",
            where=where,
            remedy="Name the right column, as in --set columns.probability_up=NAME, or correct the log.",
        )
    return [f"{where}: {outside.height:,} probabilities lie outside [0, 1] (first {example})"]


def improbable(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose probability_up is a finite number that no probability can be."""
    if "probability_up" not in frame.columns or is_within_unit(frame["probability_up"]):
        return frame.clear()
    return frame.filter(lies_outside_unit(frame["probability_up"]))


def _mistyped(frame: pl.DataFrame) -> list[str]:
    """Suggest a column for each field that gates or directions need and the log lacks."""
    spare = [name for name in frame.columns if name not in LOG_FIELDS and not name.startswith(FEATURE_PREFIX)]
    log, names = OneBatch.of(frame), {name: name for name in frame.columns}
    lines = []
    for field in (*words.NUMERIC, "direction"):
        near = None if field in frame.columns else resembling(field, spare)
        if near is not None and could_be(field, near, log, names):
            spare.remove(near)
            lines.append(f"{looks_like(field, near)}; until then it is compared as a column of its own")
    return lines


def require_columns(names: Mapping[str, str], where: str) -> None:
    """Raise SignalLogError for a log that lacks a required column, with the columns that may be it."""
    found = set(names.values())
    absent = [name for name in words.REQUIRED if name not in found]
    if not absent:
        return
    spare = [raw for raw, name in names.items() if name not in LOG_FIELDS]
    hints = [f"{looks_like(name, raw)}." for name in absent if (raw := resembling(name, spare)) is not None]
    shown = ", ".join(list(names)[:_MOST_SHOWN]) or "none"
    fact = f"lacks the column {', '.join(absent)} (it has: {shown})"
    raise Refusal(where, " ".join((*hints, NAME_OR_CORRECT))).error(fact)


def resembling(field: str, columns: Iterable[str]) -> str | None:
    """Return the column whose name is most like one of the field's, None where none is like it.

    A field that a log must have is looked for under all its words; any other under its own name, so that the cost of
    a note does not grow with the words times the columns.
    """
    by_spelling: dict[str, str] = {}
    for column in columns:
        by_spelling.setdefault(spelling(column), column)
    required = field in words.REQUIRED
    own = (spelling(field), *LOG_FIELDS[field].sure) if required else (spelling(field),)
    least = _LEAST_RATIO_REQUIRED if required else _LEAST_RATIO
    for word in CLOSE_TIMES if field == "timestamp" else ():
        if word in by_spelling:
            return by_spelling[word]
    for word in own:
        near = get_close_matches(word, by_spelling, n=1, cutoff=least)
        if near:
            return by_spelling[near[0]]
    return None


def looks_like(field: str, column: str) -> str:
    """Return the suggestion to read the column as the field, with the option that does."""
    stamp = " --set stamp=close" if spelling(column) in CLOSE_TIMES else ""
    return f"`{column}` looks like {field}: --set {quote(f'columns.{field}={column}')}{stamp}"
