"""How far off a cold start is: measured, by starting cold at many bars and comparing with the whole history."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hyprl.domain.arrays import Float64Array, Int64Array
from hyprl.domain.decisions import Decision
from hyprl.errors import DataError
from hyprl.jit.kernel import COMPILED, Announce, Kernel
from hyprl.kernel.account import open_account
from hyprl.report.warmup import DECISION, Needed, WarmupReport
from hyprl.strategy.decide import Judged, Observed
from hyprl.usecases.drive import Tick, no_tick
from hyprl.usecases.requests import BUILT_IN, MODELS, RunRequest, prepare
from hyprl.wiring import Run, kernel_for, parameters_for

TOLERANCES = (1e-6, 1e-12)
GRID_RATIO = 1.15
PROBABILITY = "probability_up"


@dataclass(frozen=True, slots=True)
class WarmupRequest:
    """What to run, and at how many bars of it at most a cold start is tried."""

    run: RunRequest = BUILT_IN
    most_anchors: int = 150
    models: Path = MODELS


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, in a few words, and the bars of history that each value needs."""

    subject: str
    report: WarmupReport


def warmup(request: WarmupRequest, announce: Announce, tick: Tick = no_tick) -> Measured:
    """Measure how much history a cold start needs. Raises HyprLError children."""
    prepared = prepare(request.run, request.models, announce)
    run = prepared.run(prepared.start, prepared.end)
    report = measure_warmup(run, announce, most_anchors=request.most_anchors, tick=tick)
    return Measured(prepared.subject, report)


class ColdStarts:
    """Measures cold starts of a given length at the anchors, each length once."""

    def __init__(self, run: Run, kernel: Kernel, anchors: Int64Array) -> None:
        self._run = run
        self._kernel = kernel
        self._anchors = anchors
        self._judge = Judge(run, kernel)
        self._whole = kernel.feature_frame(run.window.series)[anchors]
        self._reference = self._judge.outcomes(self._whole, anchors)
        self._errors: dict[int, dict[str, float]] = {}

    def errors(self, history: int) -> dict[str, float]:
        """Return the largest error of every column, of the probability, and the flipped decisions."""
        if history not in self._errors:
            self._errors[history] = self._measure(history)
        return self._errors[history]

    def _measure(self, history: int) -> dict[str, float]:
        rows = np.empty_like(self._whole)
        for place, anchor in enumerate(self._anchors.tolist()):
            cold = self._run.window.series.slice(anchor + 1 - history, anchor + 1)
            rows[place] = self._kernel.feature_frame(cold)[-1]
        errors = {
            name: relative_error(rows[:, i], self._whole[:, i]) for i, name in enumerate(self._run.plan.names)
        }
        probability, decision = self._judge.outcomes(rows, self._anchors)
        errors[PROBABILITY] = absolute_error(probability, self._reference[0])
        errors[DECISION] = float((decision != self._reference[1]).sum())
        return errors


class Judge:
    """Turns feature rows into probabilities and decisions of a flat account with the initial equity."""

    def __init__(self, run: Run, kernel: Kernel) -> None:
        self._run = run
        self._kernel = kernel
        self._parameters = parameters_for(run.config, run.plan)
        self._weights = kernel.vector(run.model.weights)
        self._account = open_account(run.config.risk.initial_equity)

    def outcomes(self, rows: Float64Array, anchors: Int64Array) -> tuple[Float64Array, Int64Array]:
        """Return the probability and a code of direction and reason, one per row."""
        decisions = [self._decide(row, anchor) for row, anchor in zip(rows, anchors.tolist(), strict=True)]
        codes = [100 * int(decision.direction) + int(decision.reason) for decision in decisions]
        return np.array([decision.probability_up for decision in decisions]), np.array(codes)

    def _decide(self, row: Float64Array, anchor: int) -> Decision:
        kernel, parameters = self._kernel, self._parameters
        closed = self._run.window.series.bar(anchor)
        features = kernel.vector(row.tolist())
        ready = bool(np.isfinite(row).all())
        equity = self._run.config.risk.initial_equity
        probability = kernel.probability_of(features, self._weights, ready)
        observed = Observed(closed.bar, closed.flaws, features, ready, probability, np.nan)
        judged: Judged = kernel.judge(
            self._account, observed, equity, parameters.strategy, parameters.columns
        )
        return judged.decision


def measure_warmup(run: Run, announce: Announce, *, most_anchors: int = 150, tick: Tick) -> WarmupReport:
    """Measure on the window's bars (at most `most_anchors` of them, evenly spaced).

    The longest history tried is what lies before the first of them. Raises DataError without enough history.
    """
    kernel = kernel_for(run, COMPILED, announce)
    start, longest = run.window.start, run.window.start + 1
    needed = run.plan.bars_needed
    if longest <= needed:
        raise DataError(
            f"only {start} bars lie before the window, one decision needs {needed}",
            where=run.symbol,
            remedy="Give more history, or a later --start.",
        )
    count = min(most_anchors, run.window.length)
    anchors = np.unique(np.linspace(start, len(run.window.series) - 1, count).astype(np.int64))
    starts = ColdStarts(run, kernel, anchors)
    grid = history_grid(needed, longest)
    for done, history in enumerate(grid, start=1):
        starts.errors(history)
        tick(done, len(grid))
    names = (*run.plan.names, PROBABILITY, DECISION)
    first = {column.name: column.bars_needed for column in run.plan.columns}
    rows = tuple(_needed(name, first.get(name, needed), starts, grid) for name in names)
    return WarmupReport(rows, len(anchors), longest)


def history_grid(shortest: int, longest: int) -> list[int]:
    """Return lengths from `shortest` to `longest`, each about 15 % above the one before."""
    grid = [shortest]
    while grid[-1] < longest:
        grid.append(min(longest, max(grid[-1] + 1, int(grid[-1] * GRID_RATIO))))
    return grid


def relative_error(cold: Float64Array, whole: Float64Array) -> float:
    """Return the largest |cold - whole| / |whole|, absolute where the whole history gives 0; NaN counts as infinite."""
    scale = np.where(whole == 0.0, 1.0, np.abs(whole))
    return _largest(np.abs(cold - whole) / scale)


def absolute_error(cold: Float64Array, whole: Float64Array) -> float:
    """Return the largest |cold - whole|; NaN counts as infinite."""
    return _largest(np.abs(cold - whole))


def _largest(errors: Float64Array) -> float:
    return float(np.max(np.where(np.isnan(errors), np.inf, errors), initial=0.0))


def _needed(name: str, first: int, starts: ColdStarts, grid: list[int]) -> Needed:
    within = {t: _shortest(name, t, starts, grid, first) for t in TOLERANCES}
    return Needed(name, first, within, _shortest(name, 0.0, starts, grid, first))


def _shortest(name: str, tolerance: float, starts: ColdStarts, grid: list[int], first: int) -> int | None:
    good = [starts.errors(history)[name] <= tolerance for history in grid]
    if not good[-1]:
        return None
    place = len(good) - 1
    while place > 0 and good[place - 1]:
        place -= 1
    if place == 0:
        return first if name != PROBABILITY and name != DECISION else grid[0]
    low, high = grid[place - 1], grid[place]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if starts.errors(middle)[name] <= tolerance else (middle, high)
    return high
