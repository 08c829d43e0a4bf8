"""The left run decided again with chosen factors of the right side: what a counterfactual is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from hyprl.causes.findings import (
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
from hyprl.domain.bars import Float64Array, Int64Array
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
        theirs = (PRECISION if known.precision_differs else MODEL) in factors
        path, rows = (right_path, sequence.right_row) if theirs else (left_path, sequence.left_row)
        precision = known.precisions[int(theirs)]
        if precision is not None and precision.rounded is not None:
            rounded = path.recorded_where_same(precision.rounded(probability), features, rows)
            return sequence, features, rounded
        return sequence, features, path.deviated(probability, features, rows)


def _plain_features(
    known: Comparison, sequence: Sequence, *, right_times: bool, right_bars: bool
) -> Float64Array:
    if right_times and right_bars:
        return known.layers.plain
    return left_features(known, sequence).values


def _rules(side: Side, rows: Int64Array) -> tuple[StrategyParameters, ...]:
    last = side.rules[0]
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
