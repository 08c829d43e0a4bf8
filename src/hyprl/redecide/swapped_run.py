"""The left run decided again with chosen factors of the right side: what a counterfactual is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from hyprl.causes.factor import Factor
from hyprl.causes.findings import FactorFacts
from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.redecide.accounts import StateEvent
from hyprl.redecide.comparison import Comparison, left_features
from hyprl.redecide.equity import equity_source
from hyprl.redecide.sequences import (
    NOWHERE,
    Sequence,
    sequence_of,
)
from hyprl.redecide.sides import Side, complete_rows
from hyprl.redecide.simulate import Rehearsal, decide_again
from hyprl.strategy.decide import StrategyParameters


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
        compared = self.comparison
        sequence, features, probability = self._inputs(factors)
        rows = (sequence.left_row, sequence.right_row)
        side = {name: int(name in factors) for name in (Factor.PARAMETERS, Factor.EQUITY, Factor.STATE)}
        sides = (compared.left, compared.right)
        reading = compared.readings[side[Factor.PARAMETERS]]
        places = [compared.left.columns.index(name) for name in reading.side.strategy_columns]
        which = side[Factor.EQUITY]
        run = Rehearsal(
            compared.left.symbol,
            sequence.opens.tolist(),
            sequence.sessions.tolist(),
            sequence.flaws.tolist(),
            sequence.bars.tolist(),
            features[:, places].tolist(),
            complete_rows(features).tolist(),
            _scores(compared, sequence, factors),
            probability.tolist(),
            _rules(reading.side, rows[side[Factor.PARAMETERS]]),
            reading.side.execution,
            equity_source(sides[which], rows[which]),
            _events(compared.readings[side[Factor.STATE]].account.events, rows[side[Factor.STATE]]),
        )
        return decide_again(run)

    def _inputs(self, factors: frozenset[str]) -> tuple[Sequence, Float64Array, Float64Array]:
        decisive = (
            Factor.TIMING,
            Factor.BARS,
            Factor.MODEL,
            Factor.PRECISION,
            *self.comparison.layers.factors,
        )
        key = tuple(name in factors for name in decisive)
        if key not in self._probabilities:
            self._probabilities[key] = self._computed(factors)
        return self._probabilities[key]

    def _computed(self, factors: frozenset[str]) -> tuple[Sequence, Float64Array, Float64Array]:
        compared = self.comparison
        # What does not differ goes along with what does: both together are the right side's own rows.
        right_times = Factor.TIMING in factors or (Factor.BARS in factors and not compared.other_times)
        right_bars = Factor.BARS in factors or (Factor.TIMING in factors and not compared.other_bars)
        sequence = sequence_of(
            compared.left, compared.right, compared.pairing, right_times=right_times, right_bars=right_bars
        )
        plain = _plain_features(compared, sequence, right_times=right_times, right_bars=right_bars)
        features = compared.layers.onto(plain, sequence.right_row, factors)
        left_path, right_path = compared.paths
        probability = (right_path if Factor.MODEL in factors else left_path).plain(features)
        theirs = (Factor.PRECISION if compared.precision_differs else Factor.MODEL) in factors
        path, rows = (right_path, sequence.right_row) if theirs else (left_path, sequence.left_row)
        precision = compared.precisions[int(theirs)]
        if precision is not None and precision.rounded is not None:
            rounded = path.recorded_where_same(precision.rounded(probability), features, rows)
            return sequence, features, rounded
        return sequence, features, path.deviated(probability, features, rows)


def _plain_features(
    compared: Comparison, sequence: Sequence, *, right_times: bool, right_bars: bool
) -> Float64Array:
    if right_times and right_bars:
        return compared.layers.plain
    return left_features(compared, sequence).values


def _rules(side: Side, rows: Int64Array) -> tuple[StrategyParameters, ...]:
    last = side.rules[0]
    result = []
    for row in rows.tolist():
        last = side.rules[row] if row != NOWHERE else last
        result.append(last)
    return tuple(result)


def _events(events: Mapping[int, StateEvent], rows: Int64Array) -> dict[int, StateEvent]:
    return {place: events[row] for place, row in enumerate(rows.tolist()) if row in events}


def _scores(compared: Comparison, sequence: Sequence, factors: frozenset[str]) -> list[float]:
    sides = [(compared.left, sequence.left_row), (compared.right, sequence.right_row)]
    if Factor.FEATURES in factors:
        sides.reverse()
    (first, own), (second, other) = sides
    scores = np.where(own != NOWHERE, first.score[own], second.score[other])
    return [float(score) for score in scores]
