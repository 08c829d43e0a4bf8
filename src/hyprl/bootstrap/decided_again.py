"""Decide one bar of two HyprL traces again from their records, and find the inputs that part the two decisions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from hyprl.bootstrap.redecide.sides import ACCOUNT_FIELDS, Side, side_from
from hyprl.domain.bars import PRICE_FLAWS, Bar, is_usable
from hyprl.domain.decisions import EMIT
from hyprl.parity.normalise import normalise
from hyprl.parity.shrink import Shrunk, smallest_difference
from hyprl.parity.stages import iso
from hyprl.strategy.decide import BarContext, Decision, StrategyParameters, decide
from hyprl.trace.frame import records_frame
from hyprl.trace.read import TraceFile

STRATEGY, INPUTS = "strategy.", "inputs."
PROBABILITY = INPUTS + "probability_up"


@dataclass(frozen=True, slots=True)
class Decided:
    """One bar as both sides decided it. `names` are the fewest inputs that, swapped, change the left's decision.

    `left` and `right` hold every input by name: `strategy.<constant>`, `inputs.<BarContext field>` and
    `inputs.probability_up`.
    """

    bar: str
    left: Mapping[str, float]
    right: Mapping[str, float]
    names: tuple[str, ...]


def decide_again(left: TraceFile, right: TraceFile, shrunk: Shrunk) -> Decided | str:
    """Return the first kept bar that both sides can be decided at again, or why there is none.

    Raises TraceError naming what a trace does not hold.
    """
    sides = [_side(trace, name) for trace, name in ((left, "the left trace"), (right, "the right trace"))]
    opens = [set(side.opens.tolist()) for side in sides]
    stamps = pl.concat([shrunk.left["timestamp"], shrunk.right["timestamp"]]).unique().sort().dt.epoch("us")
    shared = [int(stamp) for stamp in stamps if stamp in opens[0] and stamp in opens[1]]
    if not shared:
        return "one side does not have the bar at which they part"
    for stamp in shared:
        found = _at(sides, stamp, shrunk.aim.decides)
        if found is not None:
            return found
    return "the records of the kept bars do not lead to the recorded decisions, or to the same ones"


def _at(sides: list[Side], stamp: int, decides: bool) -> Decided | None:
    rows = [int(np.flatnonzero(side.opens == stamp)[0]) for side in sides]
    left, right = (inputs_at(side, row) for side, row in zip(sides, rows, strict=True))
    if not all(
        _follows(side, row, values) for side, row, values in zip(sides, rows, (left, right), strict=True)
    ):
        return None
    names = smallest_difference(left, right, _words if decides else _everything)
    return None if names is None else Decided(iso(stamp), left, right, names)


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
    found = {STRATEGY + name: float(value) for name, value in side.rules[row]._asdict().items()}
    found |= {INPUTS + name: float(value) for name, value in context._asdict().items()}
    return found | {PROBABILITY: float(side.probability[row])}


def _side(trace: TraceFile, name: str) -> Side:
    return side_from(normalise(records_frame(trace.records), name), trace.header.facts, name)


def _decision(values: Mapping[str, float]) -> Decision:
    known: Any = {name: values[INPUTS + name] for name in BarContext._fields}
    context = BarContext(**known)
    rules = StrategyParameters(*(values[STRATEGY + name] for name in StrategyParameters._fields))
    return decide(values[PROBABILITY], context, rules)


def _follows(side: Side, row: int, values: Mapping[str, float]) -> bool:
    decision = _decision(values)
    return (decision.reason == EMIT) == side.emitted[row] and decision.direction == side.direction[row]


def _words(values: Mapping[str, float]) -> Hashable:
    decision = _decision(values)
    return decision.reason == EMIT, decision.direction


def _everything(values: Mapping[str, float]) -> Hashable:
    return repr(_decision(values))
