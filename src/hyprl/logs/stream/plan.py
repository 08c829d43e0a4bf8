"""What each column of a large log becomes, so that every batch is typed as `normalise` types the whole log.

`normalise` decides some things by looking at a whole column: whether text holds numbers, whether a column is all
missing, whether the decisions ever speak of a direction. They are settled here, before the first batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from hyprl.logs import vocabulary as words
from hyprl.logs.normalise import alike, cleaned, renamed
from hyprl.logs.stream.declined import NotStreamable
from hyprl.logs.stream.row_groups import largest_row_group
from hyprl.logs.stream.text import TextKind

_TINY_ROWS = 60_000
_PART_ROWS = 131_072
_SLICE_ROWS = 2 * _PART_ROWS
# Polars decodes several row groups at once, each as a whole; above this size slices of them take less memory.
_LARGE_GROUP = 400_000
_WHOLE_ONLY = (pl.Struct, pl.List, pl.Array, pl.Object, pl.Binary)
_TEXT = (pl.String, pl.Categorical, pl.Enum)


@dataclass(frozen=True, slots=True)
class LogPlan:
    """One Parquet log: `names` maps raw column names to canonical ones, `types` the canonical ones to their type.

    `missing` are the columns without a value. `silent`: there is no direction column, and no decision word speaks
    of a direction.
    """

    path: Path
    names: Mapping[str, str]
    types: Mapping[str, pl.DataType]
    silent: bool
    rows: int
    missing: frozenset[str] = frozenset()

    def batches(
        self, batch_rows: int | None = None, columns: list[str] | None = None
    ) -> Iterator[pl.DataFrame]:
        """Yield the raw columns that are compared, renamed, in the file's order.

        Without `batch_rows` the batches are as the file's pages give them, but not many small ones.
        """
        scan = pl.scan_parquet(self.path, use_statistics=False, glob=False)
        wanted = [raw for raw, name in self.names.items() if columns is None or name in columns]
        for batch in self._raw(scan.select(wanted), batch_rows):
            batch.columns = [self.names[raw] for raw in wanted]
            yield batch

    def _raw(self, scan: pl.LazyFrame, batch_rows: int | None) -> Iterator[pl.DataFrame]:
        if batch_rows is not None:
            return _sliced(scan, self.rows, batch_rows)
        largest = largest_row_group(self.path)
        if largest is None or largest > _LARGE_GROUP or not hasattr(pl.LazyFrame, "collect_batches"):
            return _sliced(scan, self.rows, _SLICE_ROWS)
        return _not_tiny(scan.collect_batches(maintain_order=True))

    def span(self) -> tuple[int, int]:
        """Return the first and the last timestamp, µs UTC."""
        ends = [
            (batch["timestamp"].min(), batch["timestamp"].max())
            for batch in self.batches(columns=["timestamp"])
        ]
        stamps = pl.Series([stamp for pair in ends for stamp in pair if stamp is not None]).dt.epoch("us")
        return int(stamps.min()), int(stamps.max())  # type: ignore[arg-type]


def _sliced(scan: pl.LazyFrame, rows: int, slice_rows: int) -> Iterator[pl.DataFrame]:
    """Yield slices, the next one read while one is used: memory holds them, not the row groups that they lie in."""
    starts = range(0, rows, slice_rows)
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(scan.slice(0, slice_rows).collect)
        for start in starts:
            frame = coming.result()
            if start + slice_rows < rows:
                coming = ahead.submit(scan.slice(start + slice_rows, slice_rows).collect)
            for row in range(0, frame.height, _PART_ROWS):
                yield frame.slice(row, _PART_ROWS)


def _not_tiny(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    held: list[pl.DataFrame] = []
    for batch in batches:
        held.append(batch)
        if sum(frame.height for frame in held) >= _TINY_ROWS:
            yield pl.concat(held) if len(held) > 1 else held[0]
            held = []
    if held:
        yield pl.concat(held)


def count_rows(path: Path) -> int | None:
    """Return the rows of a Parquet file from its footer, None for anything else."""
    try:
        if not path.is_file():  # reading a pipe would empty it
            return None
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return None
        return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def plan_pair(left: Path, right: Path) -> tuple[LogPlan, LogPlan]:
    """Plan both logs, with one type for each column that can be compared. Raises NotStreamable."""
    plans = [_plan(path) for path in (left, right)]
    shared = plans[0].types.keys() & plans[1].types.keys()
    for name in shared:
        if not _comparable(plans[0].types[name], plans[1].types[name]):
            plans = [_null_if_empty(plan, name) for plan in plans]
    frames = [pl.DataFrame(schema=dict(plan.types)) for plan in plans]
    return _typed_like(plans[0], frames[0], frames[1]), _typed_like(plans[1], frames[1], frames[0])


def _typed_like(plan: LogPlan, mine: pl.DataFrame, theirs: pl.DataFrame) -> LogPlan:
    missing = frozenset(name for name, kind in plan.types.items() if kind == pl.Null)
    return replace(plan, types=dict(alike(mine, theirs).schema), missing=missing)


def _comparable(left: pl.DataType, right: pl.DataType) -> bool:
    number = [kind.is_numeric() or kind == pl.Boolean for kind in (left, right)]
    return left == right or all(number)


def _plan(path: Path) -> LogPlan:
    where = str(path)
    rows = count_rows(path)
    if not rows:
        raise NotStreamable(where, "is no Parquet file with rows")
    schema = pl.scan_parquet(path, glob=False).collect_schema()
    raw = pl.DataFrame(schema=schema)
    for name, kind in schema.items():
        if isinstance(kind, _WHOLE_ONLY):
            raise NotStreamable(where, f"has the nested column {name}")
    names = dict(zip(raw.columns, renamed(raw).columns, strict=True))
    _require_keys(where, {names[name]: kind for name, kind in schema.items()})
    kept = {old: new for old, new in names.items() if new not in words.NOT_COMPARED}
    plan = LogPlan(path, kept, {}, silent=False, rows=rows)
    types = {
        new: _type_of(plan, new, schema[old])
        for old, new in kept.items()
        if new not in (*words.REQUIRED, "direction")
    }
    silent = "direction" not in kept.values() and _is_silent(plan)
    head = {"timestamp": pl.Datetime("us", "UTC"), "symbol": pl.String(), "decision": pl.String()}
    speaks = {} if silent else {"direction": pl.String()}
    return replace(plan, types={**head, **speaks, **types}, silent=silent)


def _require_keys(where: str, types: Mapping[str, pl.DataType]) -> None:
    absent = [name for name in words.REQUIRED if name not in types]
    if absent:
        raise NotStreamable(where, f"lacks the column {', '.join(absent)}")
    stamps = types["timestamp"]
    if not isinstance(stamps, pl.Datetime) or stamps.time_zone is None:
        raise NotStreamable(where, f"has timestamps of type {stamps}, not datetimes with a zone")


def _type_of(plan: LogPlan, name: str, kind: pl.DataType) -> pl.DataType:
    if name in words.NUMERIC:
        return pl.Float64()
    if isinstance(kind, _TEXT):
        return _type_of_text(plan, name)
    if kind.is_numeric():
        return pl.Int64() if kind.is_integer() and kind != pl.UInt64 else pl.Float64()
    return kind


def _type_of_text(plan: LogPlan, name: str) -> pl.DataType:
    kind = TextKind()
    for batch in plan.batches(columns=[name]):
        kind = kind.and_of(batch[name].cast(pl.String))
        if kind.is_text_for_good:
            break
    return kind.dtype


def _is_silent(plan: LogPlan) -> bool:
    for batch in plan.batches(columns=["decision"]):
        text = batch["decision"].cast(pl.String)
        if not ((text == "emit") | (text == "reject")).all():
            spoken = text.str.strip_chars().str.to_lowercase()
            known = (*words.WORDS_WITHOUT_DIRECTION, *words.UNDECIDED_WORDS)
            if not spoken.is_in(known).all():
                return False
    return True


def _null_if_empty(plan: LogPlan, name: str) -> LogPlan:
    if name in (*words.REQUIRED, "direction", *words.NUMERIC):
        return plan
    missing = all(_is_missing(batch[name], plan.types[name]) for batch in plan.batches(columns=[name]))
    return replace(plan, types={**plan.types, name: pl.Null()}) if missing else plan


def _is_missing(series: pl.Series, becomes: pl.DataType) -> bool:
    if isinstance(series.dtype, _TEXT) and becomes != pl.String:
        series = cleaned(series.cast(pl.String))
    return series.null_count() == len(series)
