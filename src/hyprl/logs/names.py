"""Say which column of a log is which field: by its own name, by a sure spelling, or by a likely one whose values fit.

A field's own name wins; of several other spellings the first in `tables.spellings` does, and the rest keep their
names. No column that bears the name of one field is taken for another. A likely spelling is taken only where its
values are what the field holds, so that no guess makes a log unreadable; for a direction where no decision says it.

Only fields that statistics, gates and reports read by name are looked for. What a trace nests (`bar.close`) is only
compared: `beside` gives it one name where two logs call it differently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import polars as pl

from hyprl.logs.cells import (
    are_directions,
    holds_text,
    lies_outside_unit,
    numbers_or_null,
    speaks_of_direction,
)
from hyprl.logs.plan import LogBatches, summary_of_column
from hyprl.tables.spellings import FEATURE_PREFIX, LOG_FIELDS, spelling

_PLURAL = "indicators."
FIELDS_BY_NAME = tuple(field for field in LOG_FIELDS if "." not in field)


def names_of(
    log: LogBatches, fields: Collection[str] = FIELDS_BY_NAME, taken: Collection[str] = ()
) -> dict[str, str]:
    """Return our name of each column, by the log's; a column that is no known field keeps its name.

    Only `fields` are looked for under other names, and none that is `taken`.
    """
    names = _trimmed_names(log.schema)
    raw_by_spelling: dict[str, list[str]] = {}
    for raw, name in names.items():
        if name not in LOG_FIELDS:
            raw_by_spelling.setdefault(spelling(name), []).append(raw)
    present = {*names.values(), *taken}
    for field in LOG_FIELDS:
        if field not in fields or field in present:
            continue
        for raw, is_sure in _candidates(field, raw_by_spelling, names):
            if names[raw] not in LOG_FIELDS and (is_sure or could_be(field, raw, log, names)):
                names[raw] = field
                break
    return names


def could_be(field: str, raw: str, log: LogBatches, names: Mapping[str, str]) -> bool:
    """Tell whether every value of a raw column is what the field holds; `names` says which column is the decision."""
    kind = log.schema[raw]
    if field == "direction":
        decision = next((own for own, name in names.items() if name == "decision"), None)
        return decision is not None and all(
            are_directions(batch[raw]) and not speaks_of_direction(batch[decision])
            for batch in log.batches([raw, decision])
        )
    if not (kind.is_numeric() or kind == pl.Null or _says_numbers(log, raw)):
        return False
    return field != "probability_up" or not _mostly_outside_unit(log, raw)


def _trimmed_names(raw_names: Collection[str]) -> dict[str, str]:
    """Return each column's name without blanks around it and with one word before indicators; a name is given once."""
    given = set(raw_names)
    names = {}
    for raw in raw_names:
        better = raw.strip()
        if better.startswith(_PLURAL):
            better = FEATURE_PREFIX + better.removeprefix(_PLURAL)
        names[raw] = raw if better in given else better
        given.add(better)
    return names


def _candidates(
    field: str, raw_by_spelling: Mapping[str, list[str]], names: Mapping[str, str]
) -> Iterator[tuple[str, bool]]:
    """Yield the columns that may be the field, the best first, and whether each surely is."""
    own = raw_by_spelling.get(spelling(field), [])
    for raw in sorted(own, key=lambda raw: names[raw].lower() != field):
        yield raw, True
    for is_sure, spellings in ((True, LOG_FIELDS[field].sure), (False, LOG_FIELDS[field].likely)):
        for word in spellings:
            for raw in raw_by_spelling.get(word, []):
                yield raw, is_sure


def _says_numbers(log: LogBatches, raw: str) -> bool:
    return holds_text(log.schema[raw]) and summary_of_column(log, raw, raw).real


def _mostly_outside_unit(log: LogBatches, raw: str) -> bool:
    outside = finite = 0
    for batch in log.batches([raw]):
        values = numbers_or_null(batch[raw])
        outside += int(lies_outside_unit(values).sum())
        finite += int(values.is_finite().sum())
    return 2 * outside > finite
