"""Plan two large logs that are compared: each as `logs.plan` does, with one name and type where both have a column."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from hyprl.logs import vocabulary as words
from hyprl.logs.cells import NESTED_TYPES
from hyprl.logs.names import are_alike, is_comparable, names_of, namesakes, type_beside
from hyprl.logs.plan import LogPlan, plan_of, with_empty_columns
from hyprl.logs.stream.not_streamable import NotStreamable
from hyprl.logs.stream.parquet_log import ParquetLog, open_log


@dataclass(frozen=True, slots=True)
class PlannedLog:
    """A Parquet log and how each of its batches is read."""

    file: ParquetLog
    plan: LogPlan

    @property
    def where(self) -> str:
        """Its name in errors."""
        return str(self.file.path)

    def span(self) -> tuple[int, int]:
        """Return the first and the last timestamp, µs UTC."""
        return self.file.span(self.plan.head["timestamp"])


def plan_pair(left: Path, right: Path, batch_rows: int | None = None) -> tuple[PlannedLog, PlannedLog]:
    """Plan both logs, with one type for each column that can be compared. Raises NotStreamable."""
    mine, theirs = _with_common_names(_planned(left, batch_rows), _planned(right, batch_rows))
    types = mine.plan.schema, theirs.plan.schema
    shared = types[0].keys() & types[1].keys()
    apart = [name for name in shared if not is_comparable(types[0][name], types[1][name])]
    mine, theirs = _emptied(mine, apart), _emptied(theirs, apart)
    types = mine.plan.schema, theirs.plan.schema
    return _typed_beside(mine, types[1]), _typed_beside(theirs, types[0])


def _planned(path: Path, batch_rows: int | None) -> PlannedLog:
    file = open_log(path, batch_rows)
    for name, kind in file.schema.items():
        if isinstance(kind, (pl.Struct, *NESTED_TYPES)):
            raise NotStreamable(str(path), f"has the nested column {name}")
    names = {raw: name for raw, name in names_of(file).items() if name not in words.NOT_COMPARED}
    _require_keys(str(path), {name: file.schema[raw] for raw, name in names.items()})
    return PlannedLog(file, plan_of(file, names))


def _require_keys(where: str, types: Mapping[str, pl.DataType]) -> None:
    absent = [name for name in words.REQUIRED if name not in types]
    if absent:
        raise NotStreamable(where, f"lacks the column {', '.join(absent)}")
    stamps = types["timestamp"]
    if not isinstance(stamps, pl.Datetime) or stamps.time_zone is None:
        raise NotStreamable(where, f"has timestamps of type {stamps}, not datetimes with a zone")


def _with_common_names(left: PlannedLog, right: PlannedLog) -> tuple[PlannedLog, PlannedLog]:
    found = namesakes(left.plan.schema, right.plan.schema)
    for item in found:
        if not are_alike(left.plan.schema[item.left], right.plan.schema[item.right]):
            left, right = _emptied(left, [item.left]), _emptied(right, [item.right])
    types = left.plan.schema, right.plan.schema
    found = [item for item in found if are_alike(types[0][item.left], types[1][item.right])]
    return (
        _renamed(left, {item.left: item.better for item in found}),
        _renamed(right, {item.right: item.better for item in found}),
    )


def _emptied(log: PlannedLog, names: Collection[str]) -> PlannedLog:
    """Look whether these columns have no value at all: such a column can be compared with any."""
    return replace(log, plan=with_empty_columns(log.plan, log.file, names)) if names else log


def _renamed(log: PlannedLog, changes: Mapping[str, str]) -> PlannedLog:
    columns = tuple(
        replace(column, name=changes.get(column.name, column.name)) for column in log.plan.columns
    )
    return replace(log, plan=replace(log.plan, columns=columns))


def _typed_beside(log: PlannedLog, theirs: Mapping[str, pl.DataType]) -> PlannedLog:
    columns = tuple(
        replace(column, becomes=type_beside(column.becomes, theirs.get(column.name)))
        for column in log.plan.columns
    )
    return replace(log, plan=replace(log.plan, columns=columns))
