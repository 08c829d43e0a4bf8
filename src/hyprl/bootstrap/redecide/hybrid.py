"""The left run decided again with chosen factors of the right side: what a counterfactual is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from hyprl.bootstrap.redecide.accounts import StateEvent, same_events
from hyprl.bootstrap.redecide.constants import Reading, read_constants
from hyprl.bootstrap.redecide.deviations import ROUNDING_NOISE, Rounding, rounding_of
from hyprl.bootstrap.redecide.equity import equity_source, same_source
from hyprl.bootstrap.redecide.layers import Layers, take_apart
from hyprl.bootstrap.redecide.probabilities import Candidate, ProbabilityPath, probability_path
from hyprl.bootstrap.redecide.recompute import Recomputed, Recomputer, plan_of
from hyprl.bootstrap.redecide.sequences import (
    NOWHERE,
    Pairing,
    Sequence,
    pair_rows,
    rows_of_other_values,
    sequence_of,
    times_differ,
)
from hyprl.bootstrap.redecide.sides import Side, complete_rows
from hyprl.bootstrap.redecide.simulate import Rehearsal, decide_again
from hyprl.domain.bars import BarSeries, Float64Array, Int64Array
from hyprl.errors import TraceError
from hyprl.features.plan import FeaturePlan
from hyprl.parity.findings import (
    BARS,
    EQUITY,
    FEATURES,
    MODEL,
    PARAMETERS,
    PRECISION,
    STATE,
    TIMING,
    FactorFacts,
)

_HISTORY_ROWS = 24


@dataclass(frozen=True, slots=True)
class ProbabilityPrecision:
    """The right side's probabilities are its weights' but for precision: a format, or noise (`rounded` None)."""

    name: str
    rounded: Rounding | None


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Both sides, read: how their rows pair, and what each factor is made of."""

    left: Side
    right: Side
    pairing: Pairing
    readings: tuple[Reading, Reading]
    paths: tuple[ProbabilityPath, ProbabilityPath]
    plan: FeaturePlan | None
    recomputer: Recomputer | None
    layers: Layers
    other_times: bool
    other_bars: bool
    precision: ProbabilityPrecision | None = None

    @property
    def same_weights(self) -> bool:
        """Tell whether both sides evaluate the same model."""
        a, b = self.paths
        columns = self.left.model.columns == self.right.model.columns
        return a.kind == b.kind and a.weights == b.weights and columns


@dataclass(slots=True, eq=False)
class TraceRedecision:
    """Decides the left run again with factors of the right side; features and probabilities are kept between calls."""

    comparison: Comparison
    facts: Mapping[str, FactorFacts]
    _probabilities: dict[tuple[bool, ...], tuple[Sequence, Float64Array, Float64Array]] = field(
        default_factory=dict
    )

    def __call__(self, factors: frozenset[str]) -> pl.DataFrame:
        """Return the left log with these factors taken from the right side."""
        known = self.comparison
        sequence, features, probability = self._inputs(factors)
        rows = (sequence.left_row, sequence.right_row)
        side = {name: int(name in factors) for name in (PARAMETERS, EQUITY, STATE)}
        sides = (known.left, known.right)
        reading = known.readings[side[PARAMETERS]]
        places = [known.left.columns.index(name) for name in reading.side.strategy_columns]
        which = side[EQUITY]
        run = Rehearsal(
            known.left.symbol,
            sequence.opens.tolist(),
            sequence.sessions.tolist(),
            sequence.flaws.tolist(),
            sequence.bars.tolist(),
            features[:, places].tolist(),
            complete_rows(features).tolist(),
            _scores(known, sequence, factors),
            probability.tolist(),
            _rules(reading.side, rows[side[PARAMETERS]]),
            reading.side.execution,
            equity_source(sides[which], rows[which]),
            _events(known.readings[side[STATE]].account.events, rows[side[STATE]]),
        )
        return decide_again(run)

    def _inputs(self, factors: frozenset[str]) -> tuple[Sequence, Float64Array, Float64Array]:
        decisive = (TIMING, BARS, MODEL, PRECISION, *self.comparison.layers.factors)
        key = tuple(name in factors for name in decisive)
        if key not in self._probabilities:
            self._probabilities[key] = self._computed(factors)
        return self._probabilities[key]

    def _computed(self, factors: frozenset[str]) -> tuple[Sequence, Float64Array, Float64Array]:
        known = self.comparison
        # What does not differ goes along with what does: both together are the right side's own rows.
        right_times = TIMING in factors or (BARS in factors and not known.other_times)
        right_bars = BARS in factors or (TIMING in factors and not known.other_bars)
        sequence = sequence_of(
            known.left, known.right, known.pairing, right_times=right_times, right_bars=right_bars
        )
        plain = _plain_features(known, sequence, right_times=right_times, right_bars=right_bars)
        features = known.layers.onto(plain, sequence.right_row, factors)
        left_path, right_path = known.paths
        probability = (right_path if MODEL in factors else left_path).plain(features)
        theirs = (PRECISION if known.precision is not None else MODEL) in factors
        path, rows = (right_path, sequence.right_row) if theirs else (left_path, sequence.left_row)
        if theirs and known.precision is not None and known.precision.rounded is not None:
            probability = known.precision.rounded(probability)
            return sequence, features, path.recorded_where_same(probability, features, rows)
        return sequence, features, path.deviated(probability, features, rows)


def compare_sides(
    left: Side,
    right: Side,
    *,
    history: BarSeries | None = None,
    plan: FeaturePlan | None = None,
    models: Iterable[Candidate] = (),
) -> Comparison:
    """Read both sides. Raises TraceError for two symbols, no common columns, or probabilities without a model."""
    if left.symbol != right.symbol:
        raise _refused(f"one log is of {left.symbol}, the other of {right.symbol}")
    right = _with_columns_of(left, right)
    paths = _paths(left, right, tuple(models))
    pairing = pair_rows(left, right)
    readings = (read_constants(left, right), read_constants(right, left))
    plan = plan or plan_of(left.columns)
    other_bars = rows_of_other_values(left, right, pairing)
    other_times = times_differ(left, right, pairing)
    other_rows = other_times or len(other_bars) > 0
    other_start = bool((other_bars < _HISTORY_ROWS).sum() > _HISTORY_ROWS // 2)
    recomputer = None
    if plan is not None and other_rows and len(left):
        recomputer = Recomputer(left, plan, history, is_other_start=other_start)
    known = Comparison(
        left, right, pairing, readings, paths, plan, recomputer,
        Layers(right.features, right.features, left.columns), other_times, len(other_bars) > 0,
    )  # fmt: skip
    whole = sequence_of(left, right, pairing, right_times=True, right_bars=True)
    layers = take_apart(_right_plain(known, whole), right.features, left.columns, plan)
    if other_start:
        layers = layers.without_cold_start()
    return replace(known, layers=layers, precision=_precision(paths[1], right))


def _precision(path: ProbabilityPath, right: Side) -> ProbabilityPrecision | None:
    if not path.deviates:
        return None
    if found := rounding_of(path.plain(right.features), right.probability):
        return ProbabilityPrecision(*found)
    if np.abs(path.deviation).max() <= ROUNDING_NOISE:
        return ProbabilityPrecision("noise", None)
    return None


def _plain_features(
    known: Comparison, sequence: Sequence, *, right_times: bool, right_bars: bool
) -> Float64Array:
    if right_times and right_bars:
        return known.layers.plain
    return _left_features(known, sequence).values


def _right_plain(known: Comparison, whole: Sequence) -> Float64Array:
    # Where the left plan over the right bars cannot tell the recorded value from its own, the recorded one is plain.
    computed, recorded = _left_features(known, whole), known.right.features
    close = np.abs(computed.values - recorded) <= computed.doubt
    return np.where(close, recorded, computed.values)


def _left_features(known: Comparison, sequence: Sequence) -> Recomputed:
    if known.recomputer is not None:
        return known.recomputer.over(sequence)
    there = sequence.left_row != NOWHERE
    recorded = known.left.features[np.where(there, sequence.left_row, 0)] if len(known.left) else None
    other = known.right.features[np.where(sequence.right_row != NOWHERE, sequence.right_row, 0)]
    values = other if recorded is None else np.where(there[:, None], recorded, other)
    # Without a plan the features of another bar can only be those that were recorded with it.
    same_bar = (
        there & (sequence.bars == known.left.bars[sequence.left_row]).all(axis=1)
        if recorded is not None
        else there
    )
    doubt = np.where(same_bar[:, None], 0.0, np.inf) * np.ones(values.shape)
    values = np.where(same_bar[:, None] | (sequence.right_row == NOWHERE)[:, None], values, other)
    return Recomputed(values, doubt)


def _paths(left: Side, right: Side, models: tuple[Candidate, ...]) -> tuple[ProbabilityPath, ProbabilityPath]:
    stated = [
        (f"header of the {name} log", side.model.kind, side.model.weights)
        for name, side in (("left", left), ("right", right))
        if side.model.weights is not None
    ]
    by_hash = [
        [model for model in models if model[0].endswith(side.model.params_hash)] for side in (left, right)
    ]
    left_path = probability_path(left, [*by_hash[0], *stated])
    of_left = [] if left_path is None else [(left_path.source, left_path.kind, left_path.weights)]
    right_path = probability_path(right, [*by_hash[1], *stated[::-1], *of_left])
    if left_path is None or right_path is None:
        raise _refused("no model weights are in the logs or can be found by their hash")
    return left_path, right_path


def _with_columns_of(left: Side, right: Side) -> Side:
    if left.columns == right.columns:
        return right
    absent = [name for name in left.columns if name not in right.columns]
    if absent:
        raise _refused(f"the right log lacks the features {', '.join(absent)}")
    places = [right.columns.index(name) for name in left.columns]
    return replace(right, columns=left.columns, features=np.ascontiguousarray(right.features[:, places]))


def _rules(side: Side, rows: Int64Array) -> tuple:  # type: ignore[type-arg]
    last = side.rules[0] if side.rules else None
    result = []
    for row in rows.tolist():
        last = side.rules[row] if row != NOWHERE else last
        result.append(last)
    return tuple(result)


def _events(events: Mapping[int, StateEvent], rows: Int64Array) -> dict[int, StateEvent]:
    return {place: events[row] for place, row in enumerate(rows.tolist()) if row in events}


def _scores(known: Comparison, sequence: Sequence, factors: frozenset[str]) -> list[float]:
    sides = [(known.left, sequence.left_row), (known.right, sequence.right_row)]
    if FEATURES in factors:
        sides.reverse()
    (first, own), (second, other) = sides
    scores = np.where(own != NOWHERE, first.score[own], second.score[other])
    return [float(score) for score in scores]


def state_differs(known: Comparison) -> bool:
    """Tell whether the recorded accounts part by more than the sides' own decisions."""
    left, right = (reading.account.events for reading in known.readings)
    return not same_events(left, right, known.pairing.left_of)


def sizing_differs(known: Comparison) -> bool:
    """Tell whether the sides size from different equities of their own."""
    return not same_source(known.left, known.right, known.pairing.left_of)


def _refused(fact: str) -> TraceError:
    return TraceError(
        fact,
        where="redecide",
        remedy="docs/counterfactuals.md lists what a log must hold to be decided again.",
    )
