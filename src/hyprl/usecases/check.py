"""The main job: both engines over the year and the microscope, traces and diff written, gates applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hyprl.bars.calendar import day_of, session_hours
from hyprl.bars.windows import require_trading_day, trading_days
from hyprl.config import HyprLConfig
from hyprl.domain.arrays import Int64Array
from hyprl.jit.kernel import COMPILED, Announce
from hyprl.logs.load import log_of_records
from hyprl.logs.log import LogPair, TraceLog
from hyprl.model.artifact import ProbabilityModel
from hyprl.parity.diff_files import write_diff
from hyprl.parity.inputs import input_log, write_input_log
from hyprl.parity.rules import MICROSCOPE, YEAR, Assessment
from hyprl.parity.verdict import KEPT, Compared, assess, compare_windows
from hyprl.report.check import CheckView, EngineView, WindowView
from hyprl.trace.encode import TraceHeader
from hyprl.trace.signal import SignalTrace
from hyprl.trace.writer import write_trace
from hyprl.usecases.compare import Comparison
from hyprl.usecases.drive import Outcome, Tick, no_tick, replay_in_memory
from hyprl.usecases.requests import MICROSCOPE_KEYS, Prepared, RunRequest, Scope, prepare_scope, scope_of
from hyprl.usecases.traces import backtest_records, trace_header, trace_path
from hyprl.wiring import NO_OVERRIDES, LiveOverrides, Run, backtest, kernel_for

if TYPE_CHECKING:
    from hyprl.report.worded import WordedExplanation

MICROSCOPE_SESSIONS = 5
EXACT = "exact"
Plant = Callable[[Run], LiveOverrides]


def nothing_planted(_run: Run) -> LiveOverrides:
    """Leave the live side as it is."""
    return NO_OVERRIDES


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to check, at which stage, and where results go. `plant` puts a fault into the live side."""

    run: RunRequest
    stage: str
    out: Path
    plant: Plant = nothing_planted


@dataclass(frozen=True, slots=True)
class CheckedWindow:
    """One window's runs, how each ended, and the files written."""

    name: str
    run: Run
    backtest: Outcome
    replay: Outcome
    pair: LogPair
    assessment: Assessment
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """The finished check."""

    prepared: Prepared
    windows: tuple[CheckedWindow, ...]
    result: Compared


def check(request: CheckRequest, announce: Announce, tick: Tick = no_tick) -> CheckOutcome:
    """Run both engines over each window, write traces and diffs below `out`, judge by the stage.

    The batch side is compiled; the live side is interpreted, one bar at a time, with its own model load, feature store
    and risk manager. Raises HyprLError children for whatever cannot be run.
    """
    scope = scope_of(request.run)
    _require_microscope(scope)
    prepared = prepare_scope(scope, request.out / "models", announce)
    checked = tuple(
        _check_window(prepared, window, request, announce, tick) for window in windows_of(prepared).items()
    )
    by_name = {window.name: window.assessment for window in checked}
    year = by_name.get(YEAR) or by_name[MICROSCOPE]
    microscope = by_name.get(MICROSCOPE) or year
    return CheckOutcome(prepared, checked, compare_windows(request.stage, year, microscope))


def windows_of(prepared: Prepared) -> dict[str, tuple[date, date]]:
    """Return the windows to check: the whole span, and the microscope inside it.

    A span of at most five sessions is its own microscope. Where the configured microscope lies outside the span, its
    first three sessions are taken.
    """
    span = (prepared.start, prepared.end)
    sessions = sorted(set(session_hours(*span).session.tolist()))
    if len(sessions) <= MICROSCOPE_SESSIONS:
        return {MICROSCOPE: span}
    microscope = _configured_microscope(prepared.config, span)
    if microscope is not None:
        return {YEAR: span, MICROSCOPE: microscope}
    bars = prepared.run(*span).window.evaluated.session
    present = sorted(set(bars.tolist()))[:3]
    return {YEAR: span, MICROSCOPE: (day_of(present[0]), day_of(present[-1]))}


def _require_microscope(scope: Scope) -> None:
    # Before bars are read: it would be noticed only after the whole year has run.
    span = (scope.start, scope.end)
    sessions, microscope = trading_days(*span), _configured_microscope(scope.config, span)
    if microscope is not None and (sessions is None or sessions > MICROSCOPE_SESSIONS):
        require_trading_day(*microscope, MICROSCOPE_KEYS)


def _configured_microscope(config: HyprLConfig, span: tuple[date, date]) -> tuple[date, date] | None:
    parity = config.parity
    inside = span[0] <= parity.microscope_start and parity.microscope_end <= span[1]
    return (parity.microscope_start, parity.microscope_end) if inside else None


def _check_window(
    prepared: Prepared,
    window: tuple[str, tuple[date, date]],
    request: CheckRequest,
    announce: Announce,
    tick: Tick,
) -> CheckedWindow:
    name, span = window
    run = prepared.run(*span)
    done = backtest(run, kernel_for(run, COMPILED, announce), record=True)
    batch_outcome = Outcome(done.trades, done.final_equity, done.exposed_bars)
    live_run = replace(run, model=ProbabilityModel.load_artifact(prepared.chosen.path))
    overrides = request.plant(live_run)
    live_outcome, live_records = replay_in_memory(live_run, announce, overrides=overrides, tick=tick)
    folder = request.out / "parity_traces"
    pair = LogPair(
        _kept(run, trace_header(run, "backtest"), backtest_records(run, done), folder),
        _kept(run, trace_header(live_run, "replay", overrides), live_records, folder),
    )
    assessment = assess(pair, _expected_opens(span, run))
    files = (pair.left.path, pair.right.path, *_write_diff(run, name, request.out, assessment))
    return CheckedWindow(name, run, batch_outcome, live_outcome, pair, assessment, files)


def _expected_opens(span: tuple[date, date], run: Run) -> Int64Array:
    # A half day's tail that the bars themselves lack is the vendor's gap, which validation has reported: no engine can
    # have decided it, and of a half day alone it is a quarter.
    grid = session_hours(*span)
    absent = ~np.isin(grid.open_utc_us, run.window.evaluated.open_utc_us)
    return grid.open_utc_us[~(grid.half_day_tails & absent)]


def explain_check(outcome: CheckOutcome) -> WordedExplanation | None:
    """Explain what the longest window's two engines differ in; None where they do not."""
    from hyprl.usecases.explain import explain_for_page

    result = outcome.result
    if result.stage == EXACT and result.verdict == KEPT and all(g.accepted is None for g in result.gates):
        return None
    return explain_for_page(Comparison(outcome.windows[0].pair, result))


def check_view(outcome: CheckOutcome, explanation: WordedExplanation | None) -> CheckView:
    """Return a check as it is shown."""
    prepared = outcome.prepared
    return CheckView(
        symbol=prepared.symbol,
        bars_source=prepared.series.source,
        start=prepared.start,
        end=prepared.end,
        config_hash=prepared.config.sha256(),
        model_path=prepared.chosen.path,
        model_sha256=prepared.chosen.model.sha256,
        model_note=prepared.chosen.note,
        bar_notes=prepared.notes,
        windows=tuple(map(_window_view, outcome.windows)),
        result=outcome.result,
        explanation=explanation,
    )


def _window_view(window: CheckedWindow) -> WindowView:
    return WindowView(
        name=window.name,
        run_id=window.run.run_id,
        bars=window.run.window.length,
        in_sample=window.run.in_sample,
        equity_source=window.run.equity_source,
        backtest=EngineView(len(window.backtest.trades), window.backtest.final_equity),
        replay=EngineView(len(window.replay.trades), window.replay.final_equity),
        trades_equal=window.backtest.trades == window.replay.trades,
        files=window.files,
    )


def _kept(run: Run, header: TraceHeader, records: list[SignalTrace], folder: Path) -> TraceLog:
    path = trace_path(run, str(header.facts["source"]), folder)
    write_trace(path, header, records)
    return log_of_records(records, header.facts, path)


def _write_diff(run: Run, name: str, out: Path, assessment: Assessment) -> tuple[Path, ...]:
    files: list[Path] = []
    suffix = "_MICRO" if name == MICROSCOPE else ""
    stem = run.symbol.lower()
    files.extend(write_diff(assessment.diff, out / "signals", f"{stem}_signal_diff{suffix}"))
    if name == MICROSCOPE:
        files.append(out / "signals" / f"{stem}_input_log{suffix}.csv")
        write_input_log(input_log(assessment.diff), files[-1])
    return tuple(files)
