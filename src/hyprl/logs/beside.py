"""Bring two normalised logs to one name and one type for each column that both have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from hyprl.logs import vocabulary as words
from hyprl.tables.spellings import FEATURE_PREFIX, FEATURE_PREFIXES, LOG_FIELDS, spelling

# Words for what is compared as it stands. A decision or a direction under another word may speak another language.
_FIELD_OF = {
    word: field
    for field, others in LOG_FIELDS.items()
    if field not in (*words.REQUIRED, "direction")
    for word in (spelling(field), *others.sure, *others.likely)
}


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
    for meaning in sorted(mine.keys() & theirs.keys()):
        pair = mine[meaning], theirs[meaning]
        if pair[0] is None or pair[1] is None:
            continue
        better = meaning if meaning in LOG_FIELDS else max(pair[0], pair[1], key=_says_feature)
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


def _typed_beside(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    types = {
        name: type_beside(kind, other.schema.get(name))
        for name, kind in frame.schema.items()
        if name not in words.KEYS
    }
    return frame.with_columns(
        pl.col(name).cast(kind) for name, kind in types.items() if kind != frame.schema[name]
    )


def _by_meaning(names: Collection[str], others: Collection[str]) -> dict[str, str | None]:
    """Return what `others` lack, by the field or spelling that it stands for; None where several columns do."""
    found: dict[str, str | None] = {}
    for name in names:
        if name in others or name in words.NOT_COMPARED:
            continue
        meaning = _FIELD_OF.get(spelling(name)) or spelling(_without_prefix(name))
        if meaning:
            found[meaning] = None if meaning in found else name
    return found


def _without_prefix(name: str) -> str:
    for prefix in (FEATURE_PREFIX, *FEATURE_PREFIXES):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def _says_feature(name: str) -> int:
    return 2 * name.startswith(FEATURE_PREFIX) + name.startswith(FEATURE_PREFIXES)
