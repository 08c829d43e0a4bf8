"""What happened to the right side's features, taken apart into layers that can be put onto any other features.

right = rounded(held(lagged(plain + faded + other))), where `plain` is what the left side's plan gives on the right
side's bars. Each layer is empty where the data do not show it; with all of them the recorded values come back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf

import numpy as np

from hyprl.causes.factor import Factor
from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.features.plan import FeaturePlan
from hyprl.redecide.deviations import (
    Rounding,
    fades,
    frozen_rows,
    is_noise,
    lags_of,
    rounding_of,
    same_values,
    shifted,
)
from hyprl.redecide.memories import UNKNOWN_MEMORY, Memory, families_of, memory_of
from hyprl.redecide.sequences import NOWHERE

_LAYERED = (Factor.FEATURES, Factor.COLD_START, Factor.PRECISION, Factor.RESTART)
_LENGTHS_TO_COMPARE = 3
_CLEAN_BEFORE_RESTART = 3


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """The layers of one right side: arrays of its rows and columns, and which columns each layer touches.

    `gap` is added in unlagged rows, column by column as `owner` says; NaN in it makes NaN. `narrowed` names the format
    of columns that the left side has narrower.
    """

    plain: Float64Array
    recorded: Float64Array
    columns: tuple[str, ...]
    lags: dict[int, int] = field(default_factory=dict)
    roundings: dict[int, tuple[str, Rounding]] = field(default_factory=dict)
    gap: Float64Array = field(default_factory=lambda: np.zeros((0, 0)))
    filled: Float64Array = field(default_factory=lambda: np.zeros((0, 0)))
    owner: dict[int, Factor] = field(default_factory=dict)
    frozen: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    narrowed: dict[int, str] = field(default_factory=dict)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return the factors that have a layer."""
        found = set(self.owner.values())
        found |= ({Factor.FEATURES} if self.lags else set()) | (
            {Factor.PRECISION} if self.roundings else set()
        )
        found |= {Factor.RESTART} if self.frozen.any() else set()
        return tuple(
            name
            for name in (Factor.FEATURES, Factor.COLD_START, Factor.PRECISION, Factor.RESTART)
            if name in found
        )

    def columns_of(self, factor: Factor) -> tuple[str, ...]:
        """Return the columns that a factor touches."""
        places = {place for place, owner in self.owner.items() if owner == factor}
        places |= set(self.lags) if factor == Factor.FEATURES else set()
        places |= set(self.roundings) if factor == Factor.PRECISION else set()
        places |= set(range(len(self.columns))) if factor == Factor.RESTART and self.frozen.any() else set()
        return tuple(self.columns[place] for place in sorted(places))

    def without_cold_start(self) -> Layers:
        """Return the layers with a late start counted as part of `plain` (the history was other, as the bars are)."""
        owner = dict(item for item in self.owner.items() if item[1] is not Factor.COLD_START)
        plain = self.plain.copy()
        for place in set(self.owner) - set(owner):
            moved = plain[:, place] + self.gap[:, place]
            plain[:, place] = np.where(np.isfinite(moved), moved, plain[:, place])
        return replace(self, plain=plain, owner=owner)

    def onto(self, values: Float64Array, right_row: Int64Array, chosen: frozenset[str]) -> Float64Array:
        """Return features (rows, columns) with the chosen layers put on; rows map to right rows by `right_row`."""
        wanted = chosen & set(self.factors)
        if not wanted:
            return values
        there = right_row != NOWHERE
        pick = np.where(there, right_row, 0)
        if wanted == set(self.factors):
            recorded = there[:, None] & same_values(values, self.plain[pick])
            return np.where(recorded, self.recorded[pick], self._built(values, pick, there, wanted))
        return self._built(values, pick, there, wanted)

    def _built(
        self, values: Float64Array, pick: Int64Array, there: np.ndarray, wanted: set[str] | frozenset[str]
    ) -> Float64Array:
        built = values.copy()
        for place, owner in self.owner.items():
            if owner in wanted:
                moved = built[:, place] + self.gap[pick, place]
                fill = self.filled[pick, place]
                moved = np.where(np.isnan(built[:, place]) & np.isfinite(fill), fill, moved)
                built[:, place] = np.where(there, moved, built[:, place])
        if Factor.FEATURES in wanted:
            for place, lag in self.lags.items():
                edge = np.where(there, self.recorded[pick, place], built[:, place])
                built[:, place] = shifted(built[:, place], lag, edge)
        if Factor.RESTART in wanted and self.frozen.any():
            for row in np.flatnonzero(there & self.frozen[pick]):
                built[row] = built[row - 1] if row else built[row]
        if Factor.PRECISION in wanted:
            for place, (_, rounded) in self.roundings.items():
                built[:, place] = rounded(built[:, place])
        return built


def take_apart(
    plain: Float64Array, recorded: Float64Array, columns: tuple[str, ...], plan: FeaturePlan | None
) -> Layers:
    """Find the layers that lead from `plain` to `recorded`, both (rows, columns) of the right side."""
    differing = np.flatnonzero(~same_values(plain, recorded).all(axis=0))
    if not len(differing):
        return Layers(plain, recorded, columns)
    frozen = frozen_rows(plain, recorded)
    lags = _lags(plain, recorded, differing, frozen)
    roundings = _roundings(plain, recorded, differing)
    # Where it is the other side that has the narrower format, what it lost comes back as a gap.
    other = _roundings(recorded, plain, differing)
    narrowed = {place: name for place, (name, _) in other.items() if place not in roundings}
    gap, filled = _gaps(plain, recorded, lags, roundings, frozen)
    touched = np.flatnonzero((gap != 0.0).any(axis=0) | np.isfinite(filled).any(axis=0)).tolist()
    memories = {place: memory_of(plan, columns[place]) for place in touched}
    owner = _owners(plain, (gap, filled), memories, families_of(plan, columns), set(narrowed))
    if _is_capped_history(owner, plain, gap, plan, columns):
        owner = dict.fromkeys(owner, Factor.COLD_START)
    return Layers(plain, recorded, columns, lags, roundings, gap, filled, owner, frozen, narrowed)


def _lags(
    plain: Float64Array, recorded: Float64Array, differing: Int64Array, frozen: np.ndarray
) -> dict[int, int]:
    rows = ~frozen
    found = {place: lags_of(plain[rows, place], recorded[rows, place]) for place in differing.tolist()}
    best = [lags[0] for lags, _ in found.values() if lags]
    if not best:
        return {}
    usual = max(set(best), key=best.count)
    chosen = {place: usual if usual in lags else lags[0] for place, (lags, _) in found.items() if lags}
    silent = [place for place, (lags, could_tell) in found.items() if not lags and not could_tell]
    return chosen | dict.fromkeys(silent, usual)


def _roundings(
    plain: Float64Array, recorded: Float64Array, differing: Int64Array
) -> dict[int, tuple[str, Rounding]]:
    found = {
        place: rounding
        for place in differing.tolist()
        if (rounding := rounding_of(plain[:, place], recorded[:, place]))
    }
    # A column of few values tells no format of its own, but may have that of another.
    for place in [place for place in differing.tolist() if place not in found]:
        for rounding in {name: (name, rounded) for name, rounded in found.values()}.values():
            if same_values(rounding[1](plain[:, place]), recorded[:, place]).all():
                found[place] = rounding
    return found


def _gaps(
    plain: Float64Array,
    recorded: Float64Array,
    lags: dict[int, int],
    roundings: dict[int, tuple[str, Rounding]],
    frozen: np.ndarray,
) -> tuple[Float64Array, Float64Array]:
    gap, filled = np.zeros(plain.shape), np.full(plain.shape, np.nan)
    for place in range(plain.shape[1]):
        own = plain[:, place]
        unlagged = recorded[:, place]
        if lag := lags.get(place, 0):
            unlagged = shifted(unlagged, -lag, own)
        both_nan = np.isnan(own) & np.isnan(unlagged)
        difference = np.where(both_nan | frozen | (own == unlagged), 0.0, unlagged - own)
        new = np.isnan(own) & np.isfinite(unlagged) & ~frozen
        filled[new, place] = unlagged[new]
        difference[new] = 0.0
        if place in roundings:
            difference[roundings[place][1](own) == unlagged] = 0.0
        gap[:, place] = difference
    return gap, filled


def _whole(late: set[int], families: list[dict[int, int]]) -> set[int]:
    # A late start spares no column of its kind that remembers as long.
    for family in families:
        mine = late & set(family)
        shortest = min((family[place] for place in mine), default=0)
        if mine and any(length >= shortest and place not in late for place, length in family.items()):
            late = late - mine
    return late


def _owners(
    plain: Float64Array,
    gaps: tuple[Float64Array, Float64Array],
    memories: dict[int, Memory],
    families: list[dict[int, int]],
    narrowed: set[int],
) -> dict[int, Factor]:
    gap, filled = gaps
    late = {
        place for place, memory in memories.items() if _is_late_start(gap[:, place], plain[:, place], memory)
    }
    if any(not memories[place].length for place in set(memories) - late):
        # Something else is at work too: a slow column in a short window then proves nothing.
        late = {place for place in late if _could_have_lasted(gap[:, place], memories[place])}
        late = _whole(late, families)
    onset = min((_onset(gap[:, place]) for place in late), default=0)
    start = Factor.COLD_START if onset < _CLEAN_BEFORE_RESTART else Factor.RESTART
    owners = {}
    for place in memories:
        if place in late and not np.isfinite(filled[:, place]).any():
            owners[place] = start
        elif is_noise(gap[:, place], plain[:, place]) or place in narrowed:
            owners[place] = Factor.PRECISION
        else:
            owners[place] = Factor.FEATURES
    return owners


def _is_late_start(gap: Float64Array, plain: Float64Array, memory: Memory) -> bool:
    size = float(np.nanmax(np.abs(plain), initial=0.0))
    return memory != UNKNOWN_MEMORY and fades(gap, memory, size)


def _is_capped_history(
    owner: dict[int, Factor],
    plain: Float64Array,
    gap: Float64Array,
    plan: FeaturePlan | None,
    columns: tuple[str, ...],
) -> bool:
    # Only what never forgets is off, all of it that remembers long enough, and the further the longer it remembers.
    lengths = {place: memory_of(plan, name).length for place, name in enumerate(columns)}
    # A window that the cap is too short for is never full.
    owner = {
        place: cause for place, cause in owner.items() if lengths[place] or not _is_absent(gap[:, place])
    }
    if Factor.FEATURES not in owner.values() or any(not lengths[place] for place in owner):
        return False
    touched = {lengths[place] for place in owner}
    complete = all(place in owner for place, length in lengths.items() if length >= min(touched))
    if len(touched) < _LENGTHS_TO_COMPARE or not complete:
        return False
    off = {place: _typical_gap(gap[:, place], plain[:, place]) for place in owner}
    by_length = [max(off[place] for place in owner if lengths[place] == length) for length in sorted(touched)]
    return all(short <= long for short, long in pairwise(by_length))


def _is_absent(gap: Float64Array) -> bool:
    return bool(np.isnan(gap).all())


def _typical_gap(gap: Float64Array, plain: Float64Array) -> float:
    gaps, values = gap[np.isfinite(gap)], plain[np.isfinite(plain)]
    if not len(gaps) or not len(values) or not np.ptp(values):
        return inf
    return float(np.abs(gaps).mean() / np.std(values))


def _could_have_lasted(gap: Float64Array, memory: Memory) -> bool:
    return not memory.length or len(gap) - _onset(gap) >= 2 * memory.length


def _onset(gap: Float64Array) -> int:
    return int(np.argmax(gap != 0.0))
