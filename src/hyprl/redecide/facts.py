"""What is known of each factor in which two sides differ: its cause, the evidence in numbers, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hyprl.causes import findings as names
from hyprl.causes.findings import FactorFacts
from hyprl.domain.bars import PRICE_COLUMNS, Float64Array
from hyprl.domain.instants import iso_utc
from hyprl.redecide.account_facts import equity_facts, state_facts
from hyprl.redecide.advice import ADVICE
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
from hyprl.redecide.layers import Layers
from hyprl.redecide.parameters import parameter_facts
from hyprl.redecide.sequences import NOWHERE, rows_of_other_values, times_differ

_PARTIAL_SHARE = 0.9
_SHOWN = 4


def factor_facts(known: Comparison) -> dict[str, FactorFacts]:
    """Return the facts of every factor in which the sides differ, in the order of FACTORS."""
    found = dict(_all(known))
    return {name: found[name] for name in names.FACTORS if name in found}


def _all(known: Comparison) -> Iterator[tuple[str, FactorFacts]]:
    if times_differ(known.left, known.right, known.pairing):
        yield names.TIMING, _timing(known)
    rows = rows_of_other_values(known.left, known.right, known.pairing)
    if len(rows):
        yield names.BARS, _bars(known, rows)
    yield from _features(known)
    if model_differs(known):
        yield names.MODEL, _model(known)
    if parameters := parameter_facts(known):
        yield names.PARAMETERS, parameters
    if sizing_differs(known):
        yield names.EQUITY, equity_facts(known)
    if state_differs(known):
        yield names.STATE, state_facts(known)


def _timing(known: Comparison) -> FactorFacts:
    left_of, left, right = known.pairing.left_of, known.left, known.right
    there = left_of != NOWHERE
    moved = np.flatnonzero(there & (left.opens[np.where(there, left_of, 0)] != right.opens))
    lacking = int((known.pairing.right_of == NOWHERE).sum())
    extra = int((~there).sum())
    parts = []
    rows = [*np.flatnonzero(known.pairing.right_of == NOWHERE)[:1]]
    first = int(left.opens[rows[0]]) if rows else None
    if len(moved):
        minutes = (right.opens[moved] - left.opens[left_of[moved]]) / 60_000_000
        parts.append(f"{len(moved)} bars carry another time (usually {np.median(minutes):+.0f} min)")
        start = int(min(right.opens[moved[0]], left.opens[left_of[moved[0]]]))
        first = start if first is None else min(first, start)
    if lacking:
        parts.append(f"the right side lacks {lacking} of {len(left)} bars")
    if extra:
        parts.append(f"the right side has {extra} bars that the left has not")
        start = int(right.opens[np.flatnonzero(~there)[0]])
        first = start if first is None else min(first, start)
    return FactorFacts(names.BAR_TIMING, "; ".join(parts), ADVICE[names.TIMING], _iso(first))


def _bars(known: Comparison, rows: np.ndarray) -> FactorFacts:
    left, right = known.left.bars[known.pairing.left_of[rows]], known.right.bars[rows]
    columns = tuple(
        f"bar.{name}" for place, name in enumerate(PRICE_COLUMNS) if (left[:, place] != right[:, place]).any()
    )
    first = _iso(int(known.right.opens[rows[0]]))
    share = f"{len(rows)} of {len(known.right)} paired bars have other values"
    for name, other, own in (("right", left, right), ("left", right, left)):
        if formats := _formats(other, own):
            evidence = f"{share}; the {name} side's have {formats}"
            return FactorFacts(names.FLOATING_POINT, evidence, ADVICE[names.PRECISION], first, columns)
        if _is_unfinished(other, own) and len(rows) >= _PARTIAL_SHARE * len(known.right):
            evidence = (
                f"{share}: the {name} side's lie inside the others and lack volume, as unclosed bars do"
            )
            return FactorFacts(names.BAR_TIMING, evidence, ADVICE[names.TIMING], first, columns)
    with np.errstate(all="ignore"):
        ratio = np.nanmedian(right[:, 3] / left[:, 3])
    evidence = f"{share} ({', '.join(columns)}); median close ratio {ratio:.6g}"
    return FactorFacts(names.DATA_REVISION, evidence, ADVICE[names.BARS], first, columns)


def _formats(left: Float64Array, right: Float64Array) -> str | None:
    found = set()
    for place in range(left.shape[1]):
        if (left[:, place] == right[:, place]).all():
            continue
        rounding = rounding_of(left[:, place], right[:, place])
        if rounding is None or not is_rounded(left[:, place], right[:, place], rounding[1]):
            return None  # not the same numbers, rounded
        found.add(rounding[0])
    return " and ".join(sorted(found)) or None


def _is_unfinished(left: Float64Array, right: Float64Array) -> bool:
    opened = np.isclose(left[:, 0], right[:, 0], rtol=1e-9).mean() >= _PARTIAL_SHARE
    nested = ((right[:, 1] <= left[:, 1]) & (right[:, 2] >= left[:, 2])).mean() >= _PARTIAL_SHARE
    thinner = (right[:, 4] < left[:, 4]).mean() >= _PARTIAL_SHARE
    closes = (right[:, 3] != left[:, 3]).mean() >= _PARTIAL_SHARE
    return bool(opened and nested and thinner and closes)


def _features(known: Comparison) -> Iterator[tuple[str, FactorFacts]]:
    layers = known.layers
    for factor in layers.factors:
        columns = layers.columns_of(factor)
        yield (
            factor,
            FactorFacts(
                _CAUSES[factor],
                _feature_evidence(known, factor, columns),
                ADVICE[factor],
                _first_feature(known, columns),
                _prefixed(columns),
                known.recomputer is None or (factor == names.PRECISION and bool(layers.roundings)),
            ),
        )
    if known.precision_differs and names.PRECISION not in layers.factors:
        yield names.PRECISION, _probability_precision(known)
    if names.FEATURES not in layers.factors and _scores_differ(known):
        evidence = "the sides have other sentiment scores on the same bars"
        yield (
            names.FEATURES,
            FactorFacts(
                names.FEATURE_MISALIGNMENT, evidence, ADVICE[names.FEATURES], None, ("sentiment_score",)
            ),
        )


def _probability_precision(known: Comparison) -> FactorFacts:
    which = 1 if known.precisions[1] is not None else 0
    name, side, path = ("left", "right")[which], (known.left, known.right)[which], known.paths[which]
    precision, rows = known.precisions[which], np.flatnonzero(path.deviation)
    form = "" if precision is None else precision.name
    largest = np.abs(path.deviation).max()
    return FactorFacts(
        names.FLOATING_POINT,
        f"the {name} side's probabilities have {form}, |difference| up to {largest:.2g}",
        ADVICE[names.PRECISION],
        _iso(int(side.opens[rows[0]])),
        ("probability_up",),
    )


_CAUSES = {
    names.FEATURES: names.FEATURE_MISALIGNMENT,
    names.COLD_START: names.WARMUP,
    names.PRECISION: names.FLOATING_POINT,
    names.RESTART: names.STATE_LOST,
}


def _feature_evidence(known: Comparison, factor: str, columns: tuple[str, ...]) -> str:
    layers, listed = known.layers, _listed(columns)
    if factor == names.PRECISION:
        return f"{_formats_told(layers)} ({listed})"
    if factor == names.RESTART:
        held = int(layers.frozen.sum())
        if held:
            return f"all columns repeat the row before on {held} bars while the market moved"
        return f"{_counted(columns)} in mid-run off as after a cold start, and fading back ({listed})"
    if factor == names.COLD_START:
        return f"{_counted(columns)} off as after too little history, longest memory most ({listed})"
    if layers.lags:
        lags = sorted(set(layers.lags.values()))
        shown = ", ".join(f"{lag:+d}" for lag in lags)
        whole = "all columns" if len(layers.lags) == len(layers.columns) else listed
        return f"{whole}: the right side has the left side's values of another bar (lag {shown})"
    return f"{_counted(columns)} of other values on the same bars ({listed})"


def _counted(columns: tuple[str, ...]) -> str:
    return "1 column" if len(columns) == 1 else f"{len(columns)} columns"


def _formats_told(layers: Layers) -> str:
    right = sorted({name for name, _ in layers.roundings.values()})
    left = sorted(set(layers.narrowed.values()))
    told = [
        f"the {side} side holds {' and '.join(found)} where the other has float64"
        for side, found in (("right", right), ("left", left))
        if found
    ]
    return "; ".join(told) or "last places alone differ, as by another order of sums"


def _first_feature(known: Comparison, columns: tuple[str, ...]) -> str | None:
    layers = known.layers
    places = [layers.columns.index(name) for name in columns]
    same = same_values(layers.plain[:, places], layers.recorded[:, places])
    rows = np.flatnonzero(~same.all(axis=1))
    return _iso(int(known.right.opens[rows[0]])) if len(rows) else None


def _scores_differ(known: Comparison) -> bool:
    there = known.pairing.left_of != NOWHERE
    a, b = known.left.score[known.pairing.left_of[there]], known.right.score[there]
    return not np.array_equal(a, b, equal_nan=True)


def _model(known: Comparison) -> FactorFacts:
    left, right = known.paths
    if known.same_weights:
        rows = np.flatnonzero(right.deviation if right.deviates else left.deviation)
        side = "right" if right.deviates else "left"
        evidence = (
            f"on {len(rows)} bars the {side} side's probability is not what its model gives for its features"
        )
        opens = (known.right if right.deviates else known.left).opens
        return FactorFacts(
            names.MODEL_PATH, evidence, ADVICE[names.MODEL], _iso(int(opens[rows[0]])), ("probability_up",)
        )
    first = _iso(int(known.right.opens[0])) if len(known.right) else None
    if len(left.weights) != len(right.weights) or left.kind != right.kind:
        return FactorFacts(
            names.MODEL_PATH, "the sides evaluate models of other shapes", ADVICE[names.MODEL], first
        )
    a, b = np.array(left.weights), np.array(right.weights)
    changed = int((a != b).sum())
    largest = float(np.max(np.abs(a - b) / np.maximum(np.abs(a), 1e-300)))
    evidence = (
        f"{changed} of {len(a)} model weights differ, by up to {largest:.2g} of their size ({right.source})"
    )
    narrowed = np.array_equal(to_float32(a), b) or np.array_equal(to_float32(b), a)
    if narrowed and largest <= ROUNDING_NOISE:
        return FactorFacts(names.FLOATING_POINT, f"{evidence}: float32", ADVICE[names.PRECISION], first)
    return FactorFacts(names.MODEL_PATH, evidence, ADVICE[names.MODEL], first)


def _listed(columns: tuple[str, ...]) -> str:
    more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    return ", ".join(columns[:_SHOWN]) + more


def _prefixed(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"indicator.{name}" for name in columns)


def _iso(utc_us: int | None) -> str | None:
    return None if utc_us is None else iso_utc(utc_us)
