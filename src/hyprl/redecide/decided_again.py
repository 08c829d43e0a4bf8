"""Decide one bar of two HyprL traces again from their records, and find the inputs that part the two decisions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from math import isfinite, nan
from typing import Any

import numpy as np
import polars as pl

from hyprl.causes.shrink import Shrunk, smallest_difference
from hyprl.domain.bars import PRICE_FLAWS, Bar, is_usable
from hyprl.domain.decisions import EMIT, BarContext, Decision
from hyprl.domain.instants import iso_utc
from hyprl.logs.log import TraceLog
from hyprl.model.artifact import PROBABILITY_FUNCTIONS
from hyprl.redecide.sides import ACCOUNT_FIELDS, Side, side_from
from hyprl.strategy.decide import StrategyParameters, decide

_CONSTANT, _INPUT, _FEATURE, _WEIGHT = "strategy.", "inputs.", "features.", "model."
_PROBABILITY = _INPUT + "probability_up"


class Undecided(Enum):
    """Why no kept bar can be decided again with a part exchanged."""

    NO_SHARED_BAR = auto()
    NOT_FOLLOWING = auto()  # the recorded decisions do not follow from the records
    NO_EFFECT = auto()  # no differing input changes the decision


@dataclass(frozen=True, slots=True)
class ModelShape:
    """How the probability follows from the inputs: the model's kind, its features in order, how many weights."""

    kind: str
    features: tuple[str, ...]
    weights: int

    def probability(self, values: Mapping[str, float]) -> float:
        """Return P(up) of the inputs `features.<name>` by the weights `model.<place>`, NaN while in warm-up."""
        row = [values[_FEATURE + name] for name in self.features]
        if not all(map(isfinite, row)):
            return nan
        weights = [values[f"{_WEIGHT}{place}"] for place in range(self.weights)]
        return float(PROBABILITY_FUNCTIONS[self.kind](weights, row))


@dataclass(frozen=True, slots=True)
class Decided:
    """One bar as both sides decided it. `names` are the fewest inputs that, swapped, change the left's decision.

    `left` and `right` hold every input by name: `strategy.<constant>`, `inputs.<BarContext field>`, and either
    `inputs.probability_up` or, where both headers state models that give the recorded probability to the bit, that
    model's `features.<name>` and `model.<place of a weight>`, with its `shape`.
    """

    bar: str
    shape: ModelShape | None
    left: Mapping[str, float]
    right: Mapping[str, float]
    names: tuple[str, ...]


def decide_again(left: TraceLog, right: TraceLog, shrunk: Shrunk) -> Decided | Undecided:
    """Return the first kept bar that both sides can be decided at again, or why there is none.

    Raises TraceError naming what a trace does not hold.
    """
    named = ((left, "the left trace"), (right, "the right trace"))
    sides = [side_from(log.frame, log.facts, name) for log, name in named]
    opens = [set(side.opens.tolist()) for side in sides]
    stamps = pl.concat([shrunk.left["timestamp"], shrunk.right["timestamp"]]).unique().sort().dt.epoch("us")
    shared = [int(stamp) for stamp in stamps if stamp in opens[0] and stamp in opens[1]]
    if not shared:
        return Undecided.NO_SHARED_BAR
    reason = Undecided.NOT_FOLLOWING
    for stamp in shared:
        found = _at(sides, stamp, shrunk.aim.decides)
        if isinstance(found, Decided):
            return found
        reason = found
    return reason


def _at(sides: list[Side], stamp: int, decides: bool) -> Decided | Undecided:
    rows = [int(np.flatnonzero(side.opens == stamp)[0]) for side in sides]
    left, right = (inputs_at(side, row) for side, row in zip(sides, rows, strict=True))
    if not all(
        _follows(side, row, values) for side, row, values in zip(sides, rows, (left, right), strict=True)
    ):
        return Undecided.NOT_FOLLOWING
    shape = _shape(sides, rows)
    if shape is not None:
        left, right = (
            _from_features(values, side, row)
            for values, side, row in zip((left, right), sides, rows, strict=True)
        )
    names = smallest_difference(left, right, lambda values: _outcome(values, shape, decides))
    return Undecided.NO_EFFECT if names is None else Decided(iso_utc(stamp), shape, left, right, names)


def _shape(sides: list[Side], rows: list[int]) -> ModelShape | None:
    """Return the shape of both sides' models where they give the recorded probabilities back to the bit."""
    shapes = [_stated_shape(side, row) for side, row in zip(sides, rows, strict=True)]
    return shapes[0] if shapes[0] == shapes[1] else None


def _stated_shape(side: Side, row: int) -> ModelShape | None:
    model = side.model
    usable = model.kind in PROBABILITY_FUNCTIONS and set(model.columns) <= set(side.columns)
    if not usable or not model.weights or model.weights[0] != len(model.columns):
        return None
    shape = ModelShape(model.kind, model.columns, len(model.weights))
    try:
        found = shape.probability(_model_inputs(side, row))
    except (IndexError, ValueError, OverflowError):  # weights that are no model's
        return None
    return shape if repr(found) == repr(float(side.probability[row])) else None


def _model_inputs(side: Side, row: int) -> dict[str, float]:
    found = {
        _FEATURE + name: float(side.features[row, place])
        for place, name in enumerate(side.columns)
        if name in side.model.columns
    }
    return found | {f"{_WEIGHT}{place}": weight for place, weight in enumerate(side.model.weights or ())}


def _from_features(values: dict[str, float], side: Side, row: int) -> dict[str, float]:
    return {name: value for name, value in values.items() if name != _PROBABILITY} | _model_inputs(side, row)


def inputs_at(side: Side, row: int) -> dict[str, float]:
    """Return everything that the decision of a row read, by name; truth values as 0 and 1."""
    account = dict(zip(ACCOUNT_FIELDS, side.account[row].tolist(), strict=True))
    atr, trend, regime = (
        float(side.features[row, side.columns.index(name)]) for name in side.strategy_columns
    )
    bar = Bar(*side.bars[row].tolist())
    context = BarContext(
        features_ready=bool(side.ready[row]),
        data_ok=(int(side.flaws[row]) & PRICE_FLAWS) == 0 and is_usable(bar),
        position_open=account["account.position_open"] > 0.0,
        price=bar.close,
        atr=atr,
        trend_return=trend,
        regime_high=regime,
        sentiment_score=float(side.score[row]),
        equity=float(side.sizing_equity[row]),
        account_equity=account["equity"],
        session_start_equity=account["account.session_start_equity"],
        gross_exposure=account["account.gross_exposure"],
        trades_today=account["account.trades_today"],
        bars_since_entry=account["account.bars_since_entry"],
    )
    found = {_CONSTANT + name: float(value) for name, value in side.rules[row]._asdict().items()}
    found |= {_INPUT + name: float(value) for name, value in context._asdict().items()}
    return found | {_PROBABILITY: float(side.probability[row])}


def _decision(values: Mapping[str, float], shape: ModelShape | None) -> Decision:
    inputs: Any = {name: values[_INPUT + name] for name in BarContext._fields}
    context = BarContext(**inputs)
    rules = StrategyParameters(*(values[_CONSTANT + name] for name in StrategyParameters._fields))
    return decide(values[_PROBABILITY] if shape is None else shape.probability(values), context, rules)


def _follows(side: Side, row: int, values: Mapping[str, float]) -> bool:
    decision = _decision(values, None)
    return (decision.reason == EMIT) == side.emitted[row] and decision.direction == side.direction[row]


def _outcome(values: Mapping[str, float], shape: ModelShape | None, decides: bool) -> Hashable:
    decision = _decision(values, shape)
    return (decision.reason == EMIT, decision.direction) if decides else repr(decision)
