"""A side's way from features to a probability: its weights, and what its records say beyond them.

The weights are those of the header, of a model file with the recorded params_hash, or of the other side, whichever
gives the recorded probabilities back; failing these, a logistic model is solved for from the recorded pairs, for its
log-odds are linear in the features. What no weights explain is kept per row as a deviation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hyprl.causes.facts.differences import SolvedWeights, WeightSource
from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.model.artifact import PROBABILITY_FUNCTIONS
from hyprl.model.layout import LOGISTIC, pack_logistic
from hyprl.redecide.deviations import same_values
from hyprl.redecide.sequences import NOWHERE
from hyprl.redecide.sides import Side, complete_rows

REPRODUCED = 1e-9
_ROWS_PER_UNKNOWN = 3


@dataclass(frozen=True, slots=True, eq=False)
class ProbabilityPath:
    """Evaluates features of `side.columns`; `deviation` is recorded minus computed, 0 where they agree to the bit."""

    kind: str
    weights: tuple[float, ...]
    places: tuple[int, ...]
    deviation: Float64Array
    recorded: Float64Array
    recorded_features: Float64Array
    source: WeightSource

    @property
    def deviates(self) -> bool:
        """Tell whether the records hold other probabilities than the weights give, beyond how well these are known."""
        return bool((np.abs(self.deviation) > (REPRODUCED if self.is_solved else 0.0)).any())

    @property
    def is_solved(self) -> bool:
        """Tell whether the weights were solved for."""
        return isinstance(self.source, SolvedWeights)

    def plain(self, features: Float64Array) -> Float64Array:
        """Return P(up) of each row by the weights alone; NaN where a feature is not finite."""
        return evaluate(self.kind, self.weights, features[:, self.places], complete_rows(features))

    def deviated(self, probability: Float64Array, features: Float64Array, rows: Int64Array) -> Float64Array:
        """Return probabilities with each row's recorded deviation put on (rows: this side's, or NOWHERE)."""
        there = rows != NOWHERE
        pick = np.where(there, rows, 0)
        moved = np.clip(probability + self.deviation[pick], 0.0, 1.0)
        # A probability that was not computed at all (NaN) stays so.
        moved = np.where(there & (self.deviation[pick] != 0.0), moved, probability)
        return self.recorded_where_same(moved, features, rows) if self.deviation.any() else moved

    def recorded_where_same(
        self, probability: Float64Array, features: Float64Array, rows: Int64Array
    ) -> Float64Array:
        """Return the recorded probability of each row whose features are the recorded ones."""
        pick = np.where(rows != NOWHERE, rows, 0)
        same = (rows != NOWHERE) & same_values(features, self.recorded_features[pick]).all(axis=1)
        return np.where(same, self.recorded[pick], probability)


def evaluate(kind: str, weights: Sequence[float], rows: Float64Array, usable: BoolArray) -> Float64Array:
    """Return the kernel's probability of each usable row, NaN for the others."""
    function = PROBABILITY_FUNCTIONS[kind]
    flat = list(weights)
    result = np.full(len(rows), np.nan)
    for row in np.flatnonzero(usable).tolist():
        result[row] = function(flat, rows[row].tolist())
    return result


@dataclass(frozen=True, slots=True)
class Candidate:
    """Weights that may have decided a side, the kind of model that they are of, and where they come from."""

    source: WeightSource
    kind: str
    weights: tuple[float, ...]


def probability_path(side: Side, candidates: Iterable[Candidate]) -> ProbabilityPath | None:
    """Choose the weights that give the recorded probabilities back; None when there are none at all."""
    if any(name not in side.columns for name in side.model.columns):
        return None
    places = tuple(side.columns.index(name) for name in side.model.columns)
    usable = np.isfinite(side.features).all(axis=1) & np.isfinite(side.probability)
    rows = side.features[:, places]
    paths: list[tuple[float, ProbabilityPath]] = []
    for candidate in candidates:
        weights = candidate.weights
        if candidate.kind not in PROBABILITY_FUNCTIONS or not weights or weights[0] != len(places):
            continue
        path = _path(side, candidate, places)
        paths.append((_error(path.deviation[usable]), path))
        if paths[-1][0] <= REPRODUCED:
            return path
    if (solved := solve_logistic(rows[usable], side.probability[usable])) is not None:
        return _path(side, Candidate(SolvedWeights(), LOGISTIC, solved), places)
    return min(paths, key=lambda item: item[0])[1] if paths else None


def solve_logistic(rows: Float64Array, probability: Float64Array) -> tuple[float, ...] | None:
    """Return logistic weights that give `probability` for `rows` to 1e-9, None if no logistic model does."""
    inside = (probability > 0.0) & (probability < 1.0)
    rows, probability = rows[inside], probability[inside]
    if len(rows) < _ROWS_PER_UNKNOWN * (rows.shape[1] + 1):
        return None
    means, scales = rows.mean(axis=0), rows.std(axis=0)
    scales = np.where(scales > 0.0, scales, 1.0)
    design = np.column_stack([np.ones(len(rows)), (rows - means) / scales])
    solution, *_ = np.linalg.lstsq(design, np.log(probability / (1.0 - probability)), rcond=None)
    weights = pack_logistic(float(solution[0]), means.tolist(), scales.tolist(), solution[1:].tolist())
    given = evaluate(LOGISTIC, weights, rows, np.ones(len(rows), bool))
    return weights if np.abs(given - probability).max() <= REPRODUCED else None


def _path(side: Side, candidate: Candidate, places: tuple[int, ...]) -> ProbabilityPath:
    kind, weights = candidate.kind, candidate.weights
    usable = side.ready
    computed = evaluate(kind, weights, side.features[:, places], usable)
    gap = side.probability - computed
    deviation = np.where((side.probability == computed) | np.isnan(gap), 0.0, gap)
    return ProbabilityPath(
        kind, weights, places, deviation, side.probability, side.features, candidate.source
    )


def _error(deviation: Float64Array) -> float:
    return float(np.abs(deviation).mean()) if len(deviation) else 0.0
