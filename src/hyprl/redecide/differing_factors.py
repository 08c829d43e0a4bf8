"""What is known of each factor in which two sides differ: its cause, the first bar, and the difference in numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.factor import CAUSE_OF, Factor
from hyprl.causes.facts.differences import (
    ColdColumns,
    Difference,
    HeldRows,
    LaggedColumns,
    OtherBarValues,
    OtherColumnValues,
    OtherModelShape,
    OtherScores,
    OtherStamps,
    OtherWeights,
    ProbabilityBesideModel,
    RestartedColumns,
    RoundedBars,
    RoundedColumns,
    RoundedProbability,
    UnclosedBars,
)
from hyprl.causes.findings import FactorFacts
from hyprl.domain.arrays import Float64Array
from hyprl.domain.bars import PRICE_COLUMNS
from hyprl.domain.instants import iso_utc
from hyprl.redecide.comparison import (
    Comparison,
    model_differs,
    sizing_differs,
    state_differs,
)
from hyprl.redecide.deviations import (
    ROUNDING_NOISE,
    is_rounded,
    rounding_of,
    same_values,
    to_float32,
)
from hyprl.redecide.differing_accounts import equity_facts, state_facts
from hyprl.redecide.differing_parameters import parameter_facts
from hyprl.redecide.layers import Layers
from hyprl.redecide.sequences import NOWHERE, rows_of_other_values, times_differ

_PARTIAL_SHARE = 0.9


def factor_facts(compared: Comparison) -> dict[str, FactorFacts]:
    """Return the facts of every factor in which the sides differ, in the order of Factor."""
    found = dict(_all(compared))
    return {factor: found[factor] for factor in Factor if factor in found}


def _all(compared: Comparison) -> Iterator[tuple[Factor, FactorFacts]]:
    if times_differ(compared.left, compared.right, compared.pairing):
        yield Factor.TIMING, _timing(compared)
    rows = rows_of_other_values(compared.left, compared.right, compared.pairing)
    if len(rows):
        yield Factor.BARS, _bars(compared, rows)
    yield from _features(compared)
    if model_differs(compared):
        yield Factor.MODEL, _model(compared)
    if parameters := parameter_facts(compared):
        yield Factor.PARAMETERS, parameters
    if sizing_differs(compared):
        yield Factor.EQUITY, equity_facts(compared)
    if state_differs(compared):
        yield Factor.STATE, state_facts(compared)


def _timing(compared: Comparison) -> FactorFacts:
    left_of, left, right = compared.pairing.left_of, compared.left, compared.right
    there = left_of != NOWHERE
    moved = np.flatnonzero(there & (left.opens[np.where(there, left_of, 0)] != right.opens))
    lacking = np.flatnonzero(compared.pairing.right_of == NOWHERE)
    extra = np.flatnonzero(~there)
    starts = [int(left.opens[row]) for row in lacking[:1]] + [int(right.opens[row]) for row in extra[:1]]
    usual = None
    if len(moved):
        usual = float(np.median((right.opens[moved] - left.opens[left_of[moved]]) / 60_000_000))
        starts.append(int(min(right.opens[moved[0]], left.opens[left_of[moved[0]]])))
    stamps = OtherStamps(len(moved), usual, len(lacking), len(left), len(extra))
    return FactorFacts(Cause.BAR_TIMING, stamps, _iso(min(starts, default=None)))


def _bars(compared: Comparison, rows: np.ndarray) -> FactorFacts:
    left, right = compared.left.bars[compared.pairing.left_of[rows]], compared.right.bars[rows]
    columns = tuple(
        f"bar.{name}" for place, name in enumerate(PRICE_COLUMNS) if (left[:, place] != right[:, place]).any()
    )
    first = _iso(int(compared.right.opens[rows[0]]))
    paired = len(compared.right)
    for side, other, own in (("right", left, right), ("left", right, left)):
        if formats := _formats(other, own):
            rounded = RoundedBars(len(rows), paired, side, formats)
            return FactorFacts(Cause.FLOATING_POINT, rounded, first, columns)
        if _is_unfinished(other, own) and len(rows) >= _PARTIAL_SHARE * paired:
            return FactorFacts(Cause.BAR_TIMING, UnclosedBars(len(rows), paired, side), first, columns)
    with np.errstate(all="ignore"):
        ratio = float(np.nanmedian(right[:, 3] / left[:, 3]))
    return FactorFacts(Cause.DATA_REVISION, OtherBarValues(len(rows), paired, columns, ratio), first, columns)


def _formats(left: Float64Array, right: Float64Array) -> tuple[str, ...]:
    """Return the narrower formats that the right values have, none where they are not the left ones rounded."""
    found = set()
    for place in range(left.shape[1]):
        if (left[:, place] == right[:, place]).all():
            continue
        rounding = rounding_of(left[:, place], right[:, place])
        if rounding is None or not is_rounded(left[:, place], right[:, place], rounding[1]):
            return ()
        found.add(rounding[0])
    return tuple(sorted(found))


def _is_unfinished(left: Float64Array, right: Float64Array) -> bool:
    opened = np.isclose(left[:, 0], right[:, 0], rtol=1e-9).mean() >= _PARTIAL_SHARE
    nested = ((right[:, 1] <= left[:, 1]) & (right[:, 2] >= left[:, 2])).mean() >= _PARTIAL_SHARE
    thinner = (right[:, 4] < left[:, 4]).mean() >= _PARTIAL_SHARE
    closes = (right[:, 3] != left[:, 3]).mean() >= _PARTIAL_SHARE
    return bool(opened and nested and thinner and closes)


def _features(compared: Comparison) -> Iterator[tuple[Factor, FactorFacts]]:
    layers = compared.layers
    for factor in layers.factors:
        columns = layers.columns_of(factor)
        yield (
            factor,
            FactorFacts(
                CAUSE_OF[factor],
                _column_difference(layers, factor, columns),
                _first_feature(compared, columns),
                _prefixed(columns),
                compared.recomputer is None or (factor is Factor.PRECISION and bool(layers.roundings)),
            ),
        )
    if compared.precision_differs and Factor.PRECISION not in layers.factors:
        yield Factor.PRECISION, _probability_precision(compared)
    if Factor.FEATURES not in layers.factors and _scores_differ(compared):
        other = FactorFacts(Cause.FEATURE_MISALIGNMENT, OtherScores(), None, ("sentiment_score",))
        yield Factor.FEATURES, other


def _probability_precision(compared: Comparison) -> FactorFacts:
    which = 1 if compared.precisions[1] is not None else 0
    name, side = ("left", "right")[which], (compared.left, compared.right)[which]
    path, precision = compared.paths[which], compared.precisions[which]
    rows = np.flatnonzero(path.deviation)
    form = "" if precision is None else precision.name
    rounded = RoundedProbability(name, form, float(np.abs(path.deviation).max()))
    return FactorFacts(Cause.FLOATING_POINT, rounded, _iso(int(side.opens[rows[0]])), ("probability_up",))


def _column_difference(layers: Layers, factor: Factor, columns: tuple[str, ...]) -> Difference:
    if factor is Factor.PRECISION:
        left = tuple(sorted(set(layers.narrowed.values())))
        right = tuple(sorted({name for name, _ in layers.roundings.values()}))
        return RoundedColumns(columns, left, right)
    if factor is Factor.RESTART:
        held = int(layers.frozen.sum())
        return HeldRows(held) if held else RestartedColumns(columns)
    if factor is Factor.COLD_START:
        return ColdColumns(columns)
    if layers.lags:
        lags = tuple(sorted(set(layers.lags.values())))
        return LaggedColumns(columns, lags, len(layers.lags) == len(layers.columns))
    return OtherColumnValues(columns)


def _first_feature(compared: Comparison, columns: tuple[str, ...]) -> str | None:
    layers = compared.layers
    places = [layers.columns.index(name) for name in columns]
    same = same_values(layers.plain[:, places], layers.recorded[:, places])
    rows = np.flatnonzero(~same.all(axis=1))
    return _iso(int(compared.right.opens[rows[0]])) if len(rows) else None


def _scores_differ(compared: Comparison) -> bool:
    there = compared.pairing.left_of != NOWHERE
    a, b = compared.left.score[compared.pairing.left_of[there]], compared.right.score[there]
    return not np.array_equal(a, b, equal_nan=True)


def _model(compared: Comparison) -> FactorFacts:
    left, right = compared.paths
    if compared.same_weights:
        path, name, side = (
            (right, "right", compared.right) if right.deviates else (left, "left", compared.left)
        )
        rows = np.flatnonzero(path.deviation)
        beside = ProbabilityBesideModel(len(rows), name)
        return FactorFacts(Cause.MODEL_PATH, beside, _iso(int(side.opens[rows[0]])), ("probability_up",))
    first = _iso(int(compared.right.opens[0])) if len(compared.right) else None
    if len(left.weights) != len(right.weights) or left.kind != right.kind:
        return FactorFacts(Cause.MODEL_PATH, OtherModelShape(), first)
    a, b = np.array(left.weights), np.array(right.weights)
    changed = int((a != b).sum())
    largest = float(np.max(np.abs(a - b) / np.maximum(np.abs(a), 1e-300)))
    narrowed = np.array_equal(to_float32(a), b) or np.array_equal(to_float32(b), a)
    is_float32 = bool(narrowed and largest <= ROUNDING_NOISE)
    cause = Cause.FLOATING_POINT if is_float32 else Cause.MODEL_PATH
    return FactorFacts(cause, OtherWeights(changed, len(a), largest, right.source, is_float32), first)


def _prefixed(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"indicator.{name}" for name in columns)


def _iso(utc_us: int | None) -> str | None:
    return None if utc_us is None else iso_utc(utc_us)
