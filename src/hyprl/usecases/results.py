"""Finished runs, measured and made ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hyprl.backtest.metrics import measure
from hyprl.backtest.run import BacktestRun
from hyprl.domain.arrays import Float64Array
from hyprl.domain.instants import iso_utc
from hyprl.report.runs import RunView
from hyprl.usecases.drive import Outcome
from hyprl.usecases.requests import Prepared
from hyprl.wiring import Run


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run as it is shown, where its trace lies, and after how many bars it was resumed."""

    view: RunView
    trace: Path | None
    resumed_after: int = 0


def backtest_view(prepared: Prepared, run: Run, outcome: Outcome, done: BacktestRun) -> RunView:
    """Measure a backtest."""
    return _view(prepared, run, outcome, done.equity, "backtest")


def replay_view(prepared: Prepared, run: Run, outcome: Outcome, trace: Path) -> RunView:
    """Measure a replay; its equity curve is read back from its trace, which may span several resumed processes."""
    from hyprl.trace.read import read_trace

    equity = np.array([record.equity for record in read_trace(trace).records])
    return _view(prepared, run, outcome, equity, "replay")


def _view(prepared: Prepared, run: Run, outcome: Outcome, equity: Float64Array, source: str) -> RunView:
    bars = run.window.evaluated
    opens = bars.open_utc_us.tolist()
    ends = (run.config.risk.initial_equity, outcome.final_equity)
    performance = measure(bars, equity, outcome.trades, outcome.exposed_bars, ends)
    notes = (prepared.chosen.note, f"equity: {run.equity_source}", *prepared.notes)
    title = (
        f"{source} {run.symbol} ({bars.source}) {iso_utc(opens[0])} … {iso_utc(opens[-1])}, run {run.run_id}"
    )
    facts = {
        "source": source,
        "symbol": run.symbol,
        "bars_source": bars.source,
        "run_id": run.run_id,
        "config_hash": run.config.sha256(),
        "model_sha256": run.model.sha256,
        "equity_source": run.equity_source,
        "initial_equity": ends[0],
        "final_equity": ends[1],
    }
    trades = outcome.trades
    return RunView(
        title, facts, notes, run.in_sample, performance, trades, opens, bars.close.tolist(), equity.tolist()
    )
