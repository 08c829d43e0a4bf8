"""Say which column of a log may be the field that it lacks, and the option that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from shlex import quote

from hyprl.logs import vocabulary as words
from hyprl.logs.refusals import NAME_OR_CORRECT, Refusal
from hyprl.tables.spellings import CLOSE_TIMES, LOG_FIELDS, spelling

# Letters in common over all letters (difflib's ratio). Where a log is refused anyway a wrong suggestion costs nothing:
# `desicion` has 0.75. A note on a log that is read must not cry wolf: `threshold` for `threshold_long` has 0.82.
_LEAST_RATIO_REQUIRED, _LEAST_RATIO = 0.75, 0.85
_MOST_SHOWN = 12


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
