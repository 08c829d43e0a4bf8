"""What a fault is, and how it is declared beside the function that plants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyprl.causes.cause import Cause
from hyprl.causes.steps import DecisionStep

if TYPE_CHECKING:
    from hyprl.lab.ground import Planting
    from hyprl.wiring import LiveOverrides

Level = float | int | str
Plant = Callable[["Planting"], "LiveOverrides"]


@dataclass(frozen=True, slots=True)
class Columns:
    """Levels of a fault that can be planted in any column: the usual ones, and others that stand for the unseen."""

    usual: tuple[str, ...]
    held_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: planted at each of `levels`, caused by `cause`, first seen at `step` of the bar's way.

    The first level is the usual one. `other_columns` are held-out levels of a fault that goes into any column.
    """

    name: str
    complaint: str
    cause: Cause
    step: DecisionStep
    levels: tuple[Level, ...]
    other_columns: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Return `name:level` of every level."""
        return tuple(f"{self.name}:{level}" for level in self.levels)

    def as_json_dict(self) -> dict[str, object]:
        """Return JSON values."""
        return {
            "name": self.name,
            "cause": str(self.cause),
            "stage": str(self.step),
            "levels": list(self.levels),
            "complaint": self.complaint,
        }


@dataclass(frozen=True, slots=True)
class Declared:
    """A fault and the function that plants it."""

    fault: Fault
    plant: Plant

    @property
    def module(self) -> str:
        """Return the module that declares it."""
        return self.plant.__module__


# By name, in the order in which modules are imported and functions stand in them; `catalogue` puts them in order.
DECLARED: dict[str, Declared] = {}


def fault(
    name: str, complaint: str, *, cause: Cause, step: DecisionStep, levels: tuple[Level, ...] | Columns
) -> Callable[[Plant], Plant]:
    """Declare the fault that the function below plants: its cause, the step at which it first shows, its levels."""
    usual, others = (levels.usual, levels.held_out) if isinstance(levels, Columns) else (levels, ())

    def declare(plant: Plant) -> Plant:
        if name in DECLARED:
            raise ValueError(f"two faults are called {name}")
        DECLARED[name] = Declared(Fault(name, complaint, cause, step, usual, others), plant)
        return plant

    return declare
