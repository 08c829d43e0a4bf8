"""Run the fault lab: every fault at every level, every control and pair, on each symbol; keep score."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hyprl.errors import ConfigError, HyprLError
from hyprl.jit.kernel import Announce
from hyprl.lab.board import Scoreboard
from hyprl.lab.catalogue import FAULTS, find_fault, held_out_levels
from hyprl.lab.controls import CONTROLS, Control
from hyprl.lab.judge import CONTROL, FAULT, PAIR, CaseResult, Expectation, expectation, judge
from hyprl.lab.lab import Lab
from hyprl.lab.pairs import PAIRS
from hyprl.lab.plants import combined, plant
from hyprl.usecases.drive import Tick, no_tick
from hyprl.usecases.requests import RunRequest, prepare

SHORT_PAIRS = 8


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to run: the label of a fault, a control, or the two labels of a pair."""

    kind: str
    name: str
    labels: tuple[str, ...] = ()
    control: Control | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """What to run: one request per symbol; `short` takes the usual level of each fault and a few pairs.

    `held_out` takes levels between and beside the usual ones, and no pairs. `only` keeps the cases of this name,
    fault, kind or cause.
    """

    requests: tuple[RunRequest, ...]
    keep_models_in: Path
    short: bool = False
    held_out: bool = False
    only: str | None = None

    def cases(self) -> tuple[Case, ...]:
        """Return the cases of one symbol. Raises ConfigError when nothing is left."""
        everything = _held_out_cases() if self.held_out else _all_cases(self.short)
        chosen = tuple(case for case in everything if self.only is None or _is(case, self.only))
        if not chosen:
            raise ConfigError(
                f"no case is called `{self.only}`",
                where="--only",
                remedy="`hyprl faults list` shows all names.",
            )
        return chosen


def run_campaign(campaign: Campaign, announce: Announce, tick: Tick = no_tick) -> Scoreboard:
    """Run every case on every symbol. Raises HyprLError children for bars or settings that cannot be run at all."""
    cases = campaign.cases()
    total, results = len(cases) * len(campaign.requests), []
    for request in campaign.requests:
        lab = Lab(prepare(request, campaign.keep_models_in, announce), announce)
        for result in run_cases(lab, cases):
            results.append(result)
            tick(len(results), total)
    return Scoreboard(tuple(results))


def run_cases(lab: Lab, cases: Sequence[Case]) -> Iterator[CaseResult]:
    """Yield the result of each case."""
    for case in cases:
        started = time.perf_counter()
        result = _planted(lab, case) if case.control is None else _controlled(lab, case.control)
        yield replace(result, seconds=time.perf_counter() - started)


def _planted(lab: Lab, case: Case) -> CaseResult:
    causes = tuple(find_fault(label)[0].cause for label in case.labels)
    try:
        planted = [plant(label, lab.ground) for label in case.labels]
        overrides = combined([p.overrides for p in planted])
    except HyprLError as error:  # this run has nothing to plant it in
        return CaseResult(
            lab.symbol,
            Expectation(case.kind, case.name, causes, without_effect=case.labels),
            error=str(error),
        )
    try:
        right = lab.replayed(overrides)
    except HyprLError as error:  # a fault that stops the live engine is a result too
        return CaseResult(lab.symbol, Expectation(case.kind, case.name, causes), error=str(error))
    return judge(lab.symbol, expectation(case.kind, case.name, planted), lab.left, right)


def _controlled(lab: Lab, control: Control) -> CaseResult:
    with TemporaryDirectory() as folder:
        left, right = control.make(lab, Path(folder))
    return judge(lab.symbol, Expectation(CONTROL, control.name), left, right)


def _all_cases(short: bool) -> Iterator[Case]:
    for fault in FAULTS:
        for label in fault.labels[:1] if short else fault.labels:
            yield Case(FAULT, label, (label,))
    for a, b in PAIRS[:: len(PAIRS) // SHORT_PAIRS] if short else PAIRS:
        yield Case(PAIR, f"{a} + {b}", (a, b))
    for control in CONTROLS:
        yield Case(CONTROL, control.name, control=control)


def _held_out_cases() -> Iterator[Case]:
    for fault in FAULTS:
        for level in held_out_levels(fault):
            yield Case(FAULT, f"{fault.name}:{level}", (f"{fault.name}:{level}",))
    for control in CONTROLS:
        yield Case(CONTROL, control.name, control=control)


def _is(case: Case, wanted: str) -> bool:
    names = {case.kind, case.name, *case.labels, *(label.partition(":")[0] for label in case.labels)}
    causes = {find_fault(label)[0].cause for label in case.labels if case.kind == FAULT}
    return wanted in names | causes
