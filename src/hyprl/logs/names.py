"""Say which column of a log is which field: by its own name, by a sure spelling, or by a likely one whose values fit.

A field's own name wins; of several other spellings the first in `tables.spellings` does, and the rest keep their
names. No column that bears the name of one field is taken for another. A likely spelling is taken only where its
values are what the field holds, so that no guess makes a log unreadable; for a direction where no decision says it.

Only fields that statistics, gates and reports read by name are looked for in one log. What a trace nests
(`bar.close`) is only compared: it gets one name, and one type, where two logs stand beside each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from hyprl.logs import vocabulary as words
from hyprl.logs.cells import (
    are_directions,
    holds_text,
    lies_outside_unit,
    numbers_or_null,
    speaks_of_direction,
)
from hyprl.logs.plan import LogBatches, summary_of_column
from hyprl.tables.spellings import FEATURE_PREFIX, FEATURE_PREFIXES, LOG_FIELDS, spelling

_PLURAL = "indicators."
FIELDS_BY_NAME = tuple(field for field in LOG_FIELDS if "." not in field)
# Words for what is compared as it stands. A decision or a direction under another word may speak another language.
_FIELD_OF = {
    word: field
    for field, others in LOG_FIELDS.items()
    if field not in (*words.REQUIRED, "direction")
    for word in (spelling(field), *others.sure, *others.likely)
}


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


def with_common_columns(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return both logs with columns that can be compared: one name, and one type where the types are alike."""
    found = [
        item
        for item in namesakes(left.schema, right.schema)
        if are_alike(left.schema[item.left], right.schema[item.right])
    ]
    left = left.rename({item.left: item.better for item in found})
    right = right.rename({item.right: item.better for item in found})
    return _typed_beside(left, right), _typed_beside(right, left)


@dataclass(frozen=True, slots=True)
class Namesakes:
    """One field that the left log calls `left` and the right one `right`, and the name that both shall have."""

    left: str
    right: str
    better: str


def namesakes(left: Collection[str], right: Collection[str]) -> list[Namesakes]:
    """Return the fields that two logs call differently, each among the columns that the other log lacks.

    Two columns are one field where both are words for it, or where they differ in case and punctuation only. Its own
    name goes before, then one that says that it is a feature, then the left log's. Two columns of one log that are
    spelled alike keep their names: nothing says which of them is meant.
    """
    mine, theirs = (_by_meaning(names, other) for names, other in ((left, right), (right, left)))
    found = []
    for field, word in sorted(mine.keys() & theirs.keys()):
        pair = mine[field, word], theirs[field, word]
        if pair[0] is None or pair[1] is None:
            continue
        better = field or max(pair[0], pair[1], key=_says_feature)
        if better in pair or (better not in left and better not in right):
            found.append(Namesakes(pair[0], pair[1], better))
    return found


def are_alike(mine: pl.DataType, theirs: pl.DataType) -> bool:
    """Tell whether columns of two names and these types can be one field; a column without values can be any."""
    # A truth value is a number beside numbers of its own name; under another name it is another thing (`open`).
    one_is_truth = (mine == pl.Boolean) != (theirs == pl.Boolean)
    return pl.Null in (mine, theirs) or (is_comparable(mine, theirs) and not one_is_truth)


def type_beside(mine: pl.DataType, theirs: pl.DataType | None) -> pl.DataType:
    """Return the type that lets a column be compared with the other log's: numbers as floats, nothing as anything."""
    if theirs is None or mine == theirs:
        return mine
    if mine == pl.Null:
        return theirs
    return pl.Float64() if is_comparable(mine, theirs) else mine


def is_comparable(mine: pl.DataType, theirs: pl.DataType) -> bool:
    """Tell whether two types are the same, or both of numbers."""
    return mine == theirs or all(kind.is_numeric() or kind == pl.Boolean for kind in (mine, theirs))


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


def _typed_beside(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    types = {
        name: type_beside(kind, other.schema.get(name))
        for name, kind in frame.schema.items()
        if name not in words.KEYS
    }
    return frame.with_columns(
        pl.col(name).cast(kind) for name, kind in types.items() if kind != frame.schema[name]
    )


def _by_meaning(names: Collection[str], others: Collection[str]) -> dict[tuple[str, str], str | None]:
    """Return what `others` lack, by field, or by spelling for what is no known field; None where several are one.

    `indicator.equity` is a feature, whatever `equity` is.
    """
    found: dict[tuple[str, str], str | None] = {}
    for name in names:
        if name in others or name in words.NOT_COMPARED:
            continue
        field = _FIELD_OF.get(spelling(name), "")
        meaning = (field, "") if field else ("", spelling(_without_prefix(name)))
        if any(meaning):
            found[meaning] = None if meaning in found else name
    return found


def _without_prefix(name: str) -> str:
    for prefix in (FEATURE_PREFIX, *FEATURE_PREFIXES):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def _says_feature(name: str) -> int:
    return 2 * name.startswith(FEATURE_PREFIX) + name.startswith(FEATURE_PREFIXES)
