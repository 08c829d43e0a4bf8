"""Two sides held against each other: how their rows pair, and whether each factor differs between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from hyprl.causes.facts.differences import FileWeights, HeaderWeights
from hyprl.domain.arrays import Float64Array
from hyprl.domain.bars import BarSeries
from hyprl.errors import TraceError
from hyprl.features.plan import FeaturePlan
from hyprl.redecide.accounts import Events, unshared_events
from hyprl.redecide.constants import Reading, read_constants
from hyprl.redecide.deviations import ROUNDING_NOISE, Rounding, is_rounded, rounding_of, same_values
from hyprl.redecide.equity import same_source
from hyprl.redecide.layers import Layers, take_apart
from hyprl.redecide.probabilities import Candidate, ProbabilityPath, probability_path
from hyprl.redecide.recompute import Recomputed, Recomputer, plan_of
from hyprl.redecide.sequences import (
    NOWHERE,
    Pairing,
    Sequence,
    pair_rows,
    rows_of_other_values,
    sequence_of,
    times_differ,
)
from hyprl.redecide.sides import Side

_HISTORY_ROWS = 24


@dataclass(frozen=True, slots=True)
class ProbabilityPrecision:
    """A side's probabilities are its weights' but for precision: a format, or noise (`rounded` None)."""

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
    precisions: tuple[ProbabilityPrecision | None, ProbabilityPrecision | None] = (None, None)

    @property
    def precision_differs(self) -> bool:
        """Tell whether the sides hand out probabilities in other formats."""
        left, right = (None if item is None else item.name for item in self.precisions)
        return left != right

    @property
    def same_weights(self) -> bool:
        """Tell whether both sides evaluate the same model."""
        a, b = self.paths
        columns = self.left.model.columns == self.right.model.columns
        return a.kind == b.kind and a.weights == b.weights and columns


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
    # Where bars before the log may differ too, its first features tell nothing of how they were warmed up.
    other_start = bool((other_bars < _HISTORY_ROWS).sum() > _HISTORY_ROWS // 2)
    other_start |= other_rows and (left.is_cut or right.is_cut)
    recomputer = None
    if plan is not None and other_rows and len(left):
        recomputer = Recomputer(left, plan, history, is_other_start=other_start)
    compared = Comparison(
        left, right, pairing, readings, paths, plan, recomputer,
        Layers(right.features, right.features, left.columns), other_times, len(other_bars) > 0,
    )  # fmt: skip
    whole = sequence_of(left, right, pairing, right_times=True, right_bars=True)
    layers = take_apart(_right_plain(compared, whole), right.features, left.columns, plan)
    if other_start:
        layers = layers.without_cold_start()
    precisions = (_precision(paths[0], left), _precision(paths[1], right))
    return replace(compared, layers=layers, precisions=precisions)


def _precision(path: ProbabilityPath, side: Side) -> ProbabilityPrecision | None:
    if not path.deviates:
        return None
    plain = path.plain(side.features)
    found = rounding_of(plain, side.probability)
    if found is not None and is_rounded(plain, side.probability, found[1]):
        return ProbabilityPrecision(*found)
    if np.abs(path.deviation).max() <= ROUNDING_NOISE:
        return ProbabilityPrecision("noise", None)
    return None


def _right_plain(compared: Comparison, whole: Sequence) -> Float64Array:
    # Where the left plan over the right bars cannot tell the recorded value from its own, the recorded one is plain.
    computed, recorded = left_features(compared, whole), compared.right.features
    close = np.abs(computed.values - recorded) <= computed.doubt
    close |= np.isnan(computed.values) & np.isinf(computed.doubt)
    return np.where(close, recorded, computed.values)


def left_features(compared: Comparison, sequence: Sequence) -> Recomputed:
    """Return the features that the left side's plan gives over a sequence."""
    if compared.recomputer is not None:
        return compared.recomputer.over(sequence)
    there = sequence.left_row != NOWHERE
    recorded = compared.left.features[np.where(there, sequence.left_row, 0)] if len(compared.left) else None
    other = compared.right.features[np.where(sequence.right_row != NOWHERE, sequence.right_row, 0)]
    values = other if recorded is None else np.where(there[:, None], recorded, other)
    # Without a plan the features of another bar can only be those that were recorded with it.
    same_bar = (
        there & (sequence.bars == compared.left.bars[sequence.left_row]).all(axis=1)
        if recorded is not None
        else there
    )
    doubt = np.where(same_bar[:, None], 0.0, np.inf) * np.ones(values.shape)
    values = np.where(same_bar[:, None] | (sequence.right_row == NOWHERE)[:, None], values, other)
    return Recomputed(values, doubt)


def _paths(left: Side, right: Side, models: tuple[Candidate, ...]) -> tuple[ProbabilityPath, ProbabilityPath]:
    stated = [
        Candidate(HeaderWeights(name), side.model.kind, side.model.weights)
        for name, side in (("left", left), ("right", right))
        if side.model.weights is not None
    ]
    by_hash = [[model for model in models if _is_stated(model, side)] for side in (left, right)]
    left_path = probability_path(left, [*by_hash[0], *stated])
    of_left = [] if left_path is None else [Candidate(left_path.source, left_path.kind, left_path.weights)]
    right_path = probability_path(right, [*by_hash[1], *stated[::-1], *of_left])
    if left_path is None or right_path is None:
        raise _refused("no model weights are in the logs or can be found by their hash")
    return left_path, right_path


def _is_stated(model: Candidate, side: Side) -> bool:
    # A side that recorded no hash may have been decided by any of the files.
    return isinstance(model.source, FileWeights) and model.source.params_hash.endswith(side.model.params_hash)


def _with_columns_of(left: Side, right: Side) -> Side:
    if left.columns == right.columns:
        return right
    absent = [name for name in left.columns if name not in right.columns]
    if absent:
        raise _refused(f"the right log lacks the features {', '.join(absent)}")
    places = [right.columns.index(name) for name in left.columns]
    return replace(right, columns=left.columns, features=np.ascontiguousarray(right.features[:, places]))


def state_differs(compared: Comparison) -> bool:
    """Tell whether the recorded accounts part by more than the sides' own decisions."""
    return any(unshared_of(compared))


def unshared_of(compared: Comparison) -> tuple[Events, Events]:
    """Return each side's events that the other has not."""
    left, right = (reading.account.events for reading in compared.readings)
    return unshared_events(left, right, compared.pairing.left_of)


def model_differs(compared: Comparison) -> bool:
    """Tell whether the sides come from equal features to other probabilities, formats aside."""
    unexplained = [
        path.deviates and precision is None
        for path, precision in zip(compared.paths, compared.precisions, strict=True)
    ]
    if compared.same_weights and all(unexplained):
        return not _agree_on_equal_features(compared)
    return not compared.same_weights or any(unexplained)


def _agree_on_equal_features(compared: Comparison) -> bool:
    # Both deviate from the weights, as with a calibration that no header states: by the same function?
    there = np.flatnonzero(compared.pairing.left_of != NOWHERE)
    mine = compared.pairing.left_of[there]
    equal = same_values(compared.left.features[mine], compared.right.features[there]).all(axis=1)
    a, b = compared.left.probability[mine][equal], compared.right.probability[there][equal]
    return len(a) > 0 and bool(same_values(a, b).all())


def sizing_differs(compared: Comparison) -> bool:
    """Tell whether the sides size from different equities of their own."""
    return not same_source(compared.left, compared.right, compared.pairing.left_of)


def _refused(fact: str) -> TraceError:
    return TraceError(
        fact,
        where="redecide",
        remedy="docs/counterfactuals.md lists what a log must hold to be decided again.",
    )
