"""How a feature column forgets the bars before a point: altogether after its window, or by a share each bar."""

from __future__ import annotations

from dataclasses import dataclass

from hyprl.features.plan import FeaturePlan
from hyprl.features.steps import atr_step, rsi_step

_WILDER = (atr_step, rsi_step)


@dataclass(frozen=True, slots=True)
class Memory:
    """How a column forgets: after `bars_needed` bars altogether, or by (1 - 1/length) a bar (`length` not 0)."""

    bars_needed: int
    length: int


UNKNOWN_MEMORY = Memory(0, 0)


def memory_of(plan: FeaturePlan | None, column: str) -> Memory:
    """Return how a column forgets; a user's own step is taken to forget after the bars that it needs."""
    if plan is None:
        return UNKNOWN_MEMORY
    definition = plan.columns[plan.position(column)]
    length = int(definition.node.parameters[0]) if definition.node.step in _WILDER else 0
    return Memory(definition.bars_needed, length)


def families_of(plan: FeaturePlan | None, columns: tuple[str, ...]) -> list[dict[int, int]]:
    """Return the columns that never forget, together with those of the same step: place to length."""
    found: dict[object, dict[int, int]] = {}
    for place, name in enumerate(columns):
        if (length := memory_of(plan, name).length) and plan is not None:
            found.setdefault(plan.columns[plan.position(name)].node.step, {})[place] = length
    return list(found.values())
