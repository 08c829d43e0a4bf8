"""Reduce a divergence to the fewest bars and columns that still show it, by delta debugging.

The method is ddmin (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002): halves, quarters
and so on are tried, then what is left without each of them. The result is 1-minimal: without any single bar or column
of it the divergence is gone. Where one bar alone shows it, that bar is taken first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import polars as pl

from hyprl.causes.locate import locate
from hyprl.causes.steps import DecisionStep
from hyprl.logs.vocabulary import KEYS, NOT_COMPARED, REQUIRED
from hyprl.parity.diff import BOTH, diff_logs
from hyprl.parity.statistics import compute_statistics
from hyprl.parity.worst import decisions_differ, unequal_masks

T = TypeVar("T")
_MOST_SINGLE_BARS = 200


@dataclass(frozen=True, slots=True)
class Aim:
    """What must survive: the first step and column at which the logs part, and whether decisions differ.

    `step` is None for a column of unknown meaning.
    """

    step: DecisionStep | None
    column: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The reduced logs, normalised, and what they were reduced from."""

    left: pl.DataFrame
    right: pl.DataFrame
    aim: Aim
    bars_before: int
    columns_before: int

    @property
    def bars(self) -> int:
        """Bars in either log."""
        return diff_logs(self.left, self.right).height

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of either log."""
        return tuple(dict.fromkeys((*self.left.columns, *self.right.columns)))


def aim_of(left: pl.DataFrame, right: pl.DataFrame) -> Aim | None:
    """Return where two normalised logs part, None when no compared value differs and both have every bar."""
    diff = diff_logs(left, right)
    location = locate(diff)
    decides = bool(decisions_differ(diff).any())
    if location.step is not None and location.column is not None:
        return Aim(location.step, location.column, decides)
    first = compute_statistics(diff).first_difference
    return None if first is None else Aim(None, first.field, decides)


def still_shows(left: pl.DataFrame, right: pl.DataFrame, aim: Aim) -> bool:
    """Tell whether two normalised logs still part where `aim` says, with differing decisions if it asks for them."""
    found = aim_of(left, right)
    same_place = found is not None and (found.step, found.column) == (aim.step, aim.column)
    return same_place and found is not None and found.decides >= aim.decides


def shrink_logs(left: pl.DataFrame, right: pl.DataFrame) -> Shrunk | None:
    """Return the smallest pair that still parts at the same step and column, None when nothing differs.

    Both logs must be normalised. Raises SignalLogError for columns that cannot be joined.
    """
    left, right = (frame.drop(NOT_COMPARED, strict=False) for frame in (left, right))
    aim = aim_of(left, right)
    if aim is None:
        return None
    bars = _Bars(left, right)
    kept = bars.smallest(aim)
    small = bars.cut(kept)
    before = tuple(dict.fromkeys((*left.columns, *right.columns)))
    optional = [name for name in before if name not in REQUIRED]
    columns = minimise(optional, lambda names: still_shows(*_with_columns(small, names), aim))
    return Shrunk(*_with_columns(small, columns), aim, len(bars), len(before))


def minimise(items: Sequence[T], shows: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Return a 1-minimal part of `items`, in their order, that still shows what all of them show."""
    kept = tuple(items)
    if not kept or shows(()):
        return ()
    pieces = 2
    while len(kept) > 1:
        smaller = _smaller(kept, pieces, shows)
        if smaller is not None:
            kept, pieces = smaller
        elif pieces >= len(kept):
            break
        else:
            pieces = min(2 * pieces, len(kept))
    return kept


def smallest_difference(
    left: Mapping[str, float], right: Mapping[str, float], decide: Callable[[Mapping[str, float]], Hashable]
) -> tuple[str, ...] | None:
    """Return a 1-minimal set of inputs that, taken from the right, make the left decide otherwise.

    None when all of them together do not. Both sides have the same names; NaN equals NaN.
    """
    differing = [name for name in left if repr(left[name]) != repr(right[name])]
    before = decide(left)

    def shows(names: tuple[str, ...]) -> bool:
        return decide({**left, **{name: right[name] for name in names}}) != before

    return minimise(differing, shows) if shows(tuple(differing)) else None


def _smaller(
    kept: tuple[T, ...], pieces: int, shows: Callable[[tuple[T, ...]], bool]
) -> tuple[tuple[T, ...], int] | None:
    edges = [len(kept) * place // pieces for place in range(pieces + 1)]
    spans = list(pairwise(edges))
    for start, end in spans:
        if shows(kept[start:end]):
            return kept[start:end], 2
    for start, end in spans if pieces > 2 else ():
        rest = kept[:start] + kept[end:]
        if shows(rest):
            return rest, max(pieces - 1, 2)
    return None


def _with_columns(
    logs: tuple[pl.DataFrame, pl.DataFrame], names: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    wanted = {*REQUIRED, *names}
    left, right = (frame.select([name for name in frame.columns if name in wanted]) for frame in logs)
    return left, right


class _Bars:
    """Every bar of either log, and its row in each."""

    def __init__(self, left: pl.DataFrame, right: pl.DataFrame) -> None:
        self._logs = (left, right)
        self._diff = diff_logs(left, right)
        keys = self._diff.select(KEYS).with_row_index("bar")
        self._bar_of = [
            frame.select(KEYS).join(keys, on=KEYS, how="left")["bar"].to_numpy() for frame in self._logs
        ]

    def __len__(self) -> int:
        return self._diff.height

    def cut(self, bars: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
        wanted = np.zeros(len(self), dtype=np.bool_)
        wanted[list(bars)] = True
        left, right = (
            frame.filter(pl.Series(wanted[bar_of]))
            for frame, bar_of in zip(self._logs, self._bar_of, strict=True)
        )
        return left, right

    def smallest(self, aim: Aim) -> tuple[int, ...]:
        def shows(bars: tuple[int, ...]) -> bool:
            return still_shows(*self.cut(bars), aim)

        for bar in self._candidates(aim)[:_MOST_SINGLE_BARS]:
            if shows((bar,)):
                return (bar,)
        return minimise(range(len(self)), shows)

    def _candidates(self, aim: Aim) -> list[int]:
        decides = decisions_differ(self._diff)
        if aim.decides:
            return [int(bar) for bar in np.flatnonzero(decides)]
        differs = (self._diff["_merge"] != BOTH).to_numpy()
        for mask in unequal_masks(self._diff).values():
            differs = differs | mask
        return [int(bar) for bar in np.flatnonzero(differs)]
