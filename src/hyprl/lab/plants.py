"""From a fault's name to the parts that bring it about, and from several sets of parts to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from hyprl.errors import ConfigError
from hyprl.lab.catalogue import BY_NAME, FAULTS, find_fault
from hyprl.lab.fault import DECLARED, Fault, Level
from hyprl.lab.ground import Ground, GroundTruth, Planting
from hyprl.wiring import NO_OVERRIDES, LiveOverrides, Run


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault in place: its parts, and the truth that they note as the run goes."""

    fault: Fault
    level: Level
    overrides: LiveOverrides
    truth: GroundTruth


def plant(label: str, ground: Ground) -> Planted:
    """Prepare a fault, `name` or `name:level`. Raises ConfigError for an unknown one or one that does not fit."""
    try:
        fault, level = find_fault(label)
    except KeyError as error:
        examples = ", ".join(BY_NAME.get(label.partition(":")[0], FAULTS[0]).labels)
        raise ConfigError(
            f"there is no fault `{label}`",
            where="faults",
            remedy=f"`hyprl faults list` shows all; for example {examples}.",
        ) from error
    truth = GroundTruth(ground.window_open_utc_us)
    return Planted(fault, level, DECLARED[fault.name].plant(Planting(ground, level, truth)), truth)


def plant_for(label: str) -> Callable[[Run], LiveOverrides]:
    """Return a plant for `hyprl check`, which asks for it once for each window."""
    return lambda run: plant(label, Ground(run)).overrides


def combined(parts: Sequence[LiveOverrides]) -> LiveOverrides:
    """Return overrides that do what all of `parts` do, the first nearest to the healthy component.

    Raises ConfigError when two of them need the broker or the restart for themselves.
    """
    return reduce(_both, parts, NO_OVERRIDES)


def _both(a: LiveOverrides, b: LiveOverrides) -> LiveOverrides:
    if NO_OVERRIDES.broker not in (a.broker, b.broker) or (a.restart is not None and b.restart is not None):
        raise ConfigError(
            "two faults change the account or restart the engine", where="faults", remedy="Plant one of them."
        )
    return replace(
        a,
        config=lambda config: b.config(a.config(config)),
        parameters=lambda parameters: b.parameters(a.parameters(parameters)),
        history=lambda bars: b.history(a.history(bars)),
        source=lambda bars: b.source(a.source(bars)),
        store=lambda store: b.store(a.store(store)),
        model=lambda model: b.model(a.model(model)),
        rules=lambda rules: b.rules(a.rules(rules)),
        equity=lambda equity: b.equity(a.equity(equity)),
        broker=a.broker if b.broker is NO_OVERRIDES.broker else b.broker,
        preroll_bars=a.preroll_bars if b.preroll_bars is None else b.preroll_bars,
        restart=a.restart or b.restart,
    )
