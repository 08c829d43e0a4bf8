"""Decide a sequence of rows again, bar after bar, with the kernel's own account and the strategy's own decision."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Rows
from dataclasses import dataclass

import polars as pl

from hyprl.domain.bars import Bar
from hyprl.domain.decisions import DIRECTION_NAMES, EMIT, REASON_NAMES
from hyprl.kernel.account import ExecutionParameters, open_account, place
from hyprl.kernel.step import judge, settle
from hyprl.redecide.accounts import OWN_COLUMNS, StateEvent, impose
from hyprl.redecide.equity import EquitySource
from hyprl.strategy.decide import Observed, StrategyParameters


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """What a run is decided from, row by row: `inputs` are ATR, trend return, regime; events by row."""

    symbol: str
    opens: list[int]
    sessions: list[int]
    flaws: list[int]
    bars: list[list[float]]
    inputs: list[list[float]]
    ready: list[bool]
    scores: list[float]
    probability: list[float]
    rules: Rows[StrategyParameters]
    execution: ExecutionParameters
    equity: EquitySource
    events: Mapping[int, StateEvent]


def decide_again(run: Rehearsal) -> pl.DataFrame:
    """Return the normalised signal log of a run that is decided from its first row to its last."""
    account = open_account(run.equity.initial)
    rows: list[tuple[float, ...]] = []
    for row, values in enumerate(run.bars):
        bar = Bar(*values)
        account = settle(account, bar, run.sessions[row], run.execution)
        if row in run.events:
            account = impose(account, bar, run.events[row])
        sizing = run.equity.at(row, account.equity)
        observed = Observed(
            bar, run.flaws[row], run.inputs[row], run.ready[row], run.probability[row], run.scores[row]
        )
        judged = judge(account, observed, sizing, run.rules[row], OWN_COLUMNS)
        account = place(account, judged.order)
        rows.append((*judged.decision, sizing, account.equity))
    return _frame(run, rows)


def _frame(run: Rehearsal, rows: list[tuple[float, ...]]) -> pl.DataFrame:
    stamps = pl.Series("timestamp", run.opens, pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    columns = list(zip(*rows, strict=True)) if rows else [()] * 10
    probability, direction, reason, _, _, value, size, amount, sizing, equity = columns
    return pl.DataFrame(
        [
            stamps,
            pl.Series("symbol", [run.symbol] * len(rows), pl.String),
            pl.Series("decision", ["emit" if code == EMIT else "reject" for code in reason], pl.String),
            pl.Series("direction", [DIRECTION_NAMES[int(code)] for code in direction], pl.String),
            pl.Series("reason", [REASON_NAMES[int(code)] for code in reason], pl.String),
            pl.Series("probability_up", probability, pl.Float64),
            pl.Series("threshold_long", [rule.threshold_long for rule in run.rules], pl.Float64),
            pl.Series("threshold_short", [rule.threshold_short for rule in run.rules], pl.Float64),
            pl.Series("expected_pnl", value, pl.Float64),
            pl.Series("position_size", size, pl.Float64),
            pl.Series("risk_amount", amount, pl.Float64),
            pl.Series("risk_inputs.equity", sizing, pl.Float64),
            pl.Series("equity", equity, pl.Float64),
        ]
    )
