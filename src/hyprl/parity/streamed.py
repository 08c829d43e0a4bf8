"""Compare two large sorted Parquet logs batch by batch: the statistics, gates and verdict of the comparison in memory.

The method is the merge step of a sort-merge join. Memory holds a few batches of each log and an excerpt of the diff:
its first differing bars. A log that cannot be streamed is declined with the reason, before or while it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.logs.stream.chunks import ascending
from hyprl.logs.stream.merge import Stretch, stretches
from hyprl.logs.stream.not_streamable import NotStreamable
from hyprl.logs.stream.pair_plan import PlannedLog, plan_pair
from hyprl.logs.stream.symbols import SymbolTable
from hyprl.parity.diff import diff_logs, pair_rows
from hyprl.parity.rules import Assessment
from hyprl.parity.statistics import Tally
from hyprl.parity.verdict import Compared, Coverage, judge_span, verdict_of
from hyprl.tables.child import Child, ChildDiedError, patience_for, shared_child
from hyprl.tables.parquet_footer import read_footer
from hyprl.tables.table import is_parquet

STREAM_FROM_ROWS = 1_000_000
EXCERPT_ROWS = 10_000
_PILE_ROWS = 100_000
_DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


@dataclass(frozen=True, slots=True)
class Streamed:
    """A finished comparison. The diff of its assessment holds only the first of the `differing` bars."""

    result: Compared
    rows: tuple[int, int]
    differing: int

    @property
    def kept(self) -> int:
        """Rows of the diff that were kept."""
        return self.result.main.diff.height

    def as_json_dict(self) -> dict[str, int]:
        """Return how much of the diff is in its files."""
        return {"differing_rows": self.differing, "rows_in_diff": self.kept}


def is_large(left: Path, right: Path) -> bool:
    """Tell whether both logs are Parquet and one has at least STREAM_FROM_ROWS rows."""
    footers = [read_footer(path) for path in (left, right) if is_parquet(path)]
    rows = [0 if footer is None else footer.rows for footer in footers]
    return len(rows) == 2 and max(rows) >= STREAM_FROM_ROWS


def compare_apart(
    left: Path,
    right: Path,
    stage: str,
    opens_between: Callable[[int, int], Int64Array] | None = None,
    child: Child | None = None,
) -> Streamed | str:
    """Return what `compare_sorted` does, from a child process: a damaged file can end the process that decodes it."""
    try:
        seconds = patience_for(left.stat().st_size + right.stat().st_size)
        return (child or shared_child()).call(
            compare_sorted, left, right, stage, opens_between, seconds=seconds
        )
    except (ChildDiedError, OSError) as error:
        return f"{left} or {right} cannot be read in batches ({error})"


def compare_sorted(
    left: Path,
    right: Path,
    stage: str,
    opens_between: Callable[[int, int], Int64Array] | None = None,
    batch_rows: int | None = None,
) -> Streamed | str:
    """Judge two logs as `verdict.compare` does; return why it is declined when it needs the logs as a whole.

    `opens_between` returns the calendar's bar opens from a first to a last time, µs UTC, both included.
    Declined, among others: rows not sorted by timestamp across batches, two rows for one bar, a decision word that
    is not known, a damaged file. `compare` on the loaded logs then gives the result, or the named error.
    """
    try:
        logs = plan_pair(left, right, batch_rows)
        opens = None if opens_between is None else opens_between(*_span(logs))
        return _compare(logs, stage, opens)
    except NotStreamable as declined:
        return declined.reason
    except _DAMAGED as error:
        return f"{left} or {right} cannot be read in batches ({type(error).__name__})"


def _span(logs: tuple[PlannedLog, PlannedLog]) -> tuple[int, int]:
    ends = [log.span() for log in logs]
    return min(first for first, _ in ends), max(last for _, last in ends)


def _compare(logs: tuple[PlannedLog, PlannedLog], stage: str, expected_opens: Int64Array | None) -> Streamed:
    symbols = SymbolTable()
    left, right = (ascending(log, symbols) for log in logs)
    merge = _Merge(logs, expected_opens)
    for stretch in stretches(left, right, symbols):
        merge.add(stretch)
    assessment = merge.assessment(symbols.names)
    gates = judge_span(stage, assessment)
    result = Compared(stage, verdict_of(gates), gates, {"span": assessment})
    return Streamed(result, (logs[0].file.rows, logs[1].file.rows), merge.differing)


class _Merge:
    def __init__(self, logs: tuple[PlannedLog, PlannedLog], expected_opens: Int64Array | None) -> None:
        self._empty = [pl.DataFrame(schema=log.plan.schema) for log in logs]
        like = diff_logs(*self._empty)
        self._tally = Tally(like)
        self._coverage = Coverage(expected_opens)
        self._alone = _Pile(self._empty)
        self._excerpt = _Pile(self._empty)
        self._rows = self._kept = self.differing = 0

    def add(self, stretch: Stretch) -> None:
        paired = pair_rows(stretch.left, stretch.right)
        differs = self._tally.add_paired(paired)
        self._coverage.add(paired)
        alone = stretch.left_alone.height + stretch.right_alone.height
        if self._alone.add(stretch.left_alone, stretch.right_alone) > _PILE_ROWS:
            self._measure_alone()
        self._rows += paired.height + alone
        count = int(np.count_nonzero(differs))
        self.differing += count + alone
        if self._kept < EXCERPT_ROWS and (alone or count):
            self._keep(stretch, pl.Series(differs))
            self._kept += count + alone

    def _measure_alone(self) -> None:
        self._tally.add(diff_logs(*self._alone.take()))

    def _keep(self, stretch: Stretch, differs: pl.Series) -> None:
        sides = ((stretch.left, stretch.left_alone), (stretch.right, stretch.right_alone))
        room = EXCERPT_ROWS - self._kept
        left, right = (
            pl.concat([both.filter(differs).head(room), alone.head(room)]) for both, alone in sides
        )
        self._excerpt.add(left, right)

    def assessment(self, symbols: tuple[str, ...]) -> Assessment:
        self._measure_alone()
        excerpt = diff_logs(*self._excerpt.take()).head(EXCERPT_ROWS)
        coverage = self._coverage.share(self._rows, len(symbols))
        return Assessment(excerpt, self._tally.statistics(), coverage, symbols)


class _Pile:
    """Rows of both logs, gathered until they are worth a diff of their own."""

    def __init__(self, empty: list[pl.DataFrame]) -> None:
        self._empty = empty
        self._sides: list[list[pl.DataFrame]] = [[], []]
        self._rows = 0

    def add(self, left: pl.DataFrame, right: pl.DataFrame) -> int:
        for side, frame in zip(self._sides, (left, right), strict=True):
            if frame.height:
                side.append(frame)
                self._rows += frame.height
        return self._rows

    def take(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        left, right = (
            pl.concat(side) if side else none for side, none in zip(self._sides, self._empty, strict=True)
        )
        self._sides, self._rows = [[], []], 0
        return left, right
