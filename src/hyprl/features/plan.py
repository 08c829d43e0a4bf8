"""A feature plan: the columns of a run, the state machines behind them, and the source of the step that runs them.

The step is generated so that one function, a straight line of calls, serves every driver: the interpreter runs it as
it stands and numba compiles it. Columns of one node share its state and are computed once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from hyprl.features import steps
from hyprl.features.registry import FeatureDefinition, FeatureNode, preset_columns, resolve_feature


@dataclass(frozen=True, slots=True)
class FeaturePlan:
    """`columns` holds the model's columns first (`model_width` of them), then those that only the strategy reads."""

    preset: str
    columns: tuple[FeatureDefinition, ...]
    model_width: int
    nodes: tuple[FeatureNode, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return every column's name, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def model_names(self) -> tuple[str, ...]:
        """Return the model's columns, in order."""
        return self.names[: self.model_width]

    @property
    def bars_needed(self) -> int:
        """Return how many bars make every column a number."""
        return max(column.bars_needed for column in self.columns)

    @property
    def layout_sha256(self) -> str:
        """Hash what a saved state depends on: steps, their parameters and state sizes, in order."""
        layout = [(node.step.__name__, node.parameters, node.state_size) for node in self.nodes]
        return sha256(repr(layout).encode()).hexdigest()

    @property
    def has_foreign_steps(self) -> bool:
        """Tell whether a step is a user's own, which may fail where the built-in ones are total."""
        return any(is_foreign(node) for node in self.nodes)

    def position(self, name: str) -> int:
        """Return the index of a column."""
        return self.names.index(name)

    def source(self) -> str:
        """Return the Python source of `features_step(states, bar, out)`; steps are named step_0, step_1, ..."""
        lines = ["def features_step(states, bar, out):"]
        for index, node in enumerate(self.nodes):
            arguments = ", ".join([f"states[{index}]", "bar", *map(repr, node.parameters)])
            targets = [self._target(node, output) for output in range(node.outputs)]
            call = f"step_{index}({arguments})"
            lines.append(f"    {', '.join(targets)} = {f'float({call})' if is_foreign(node) else call}")
        return "\n".join(lines) + "\n"

    def _target(self, node: FeatureNode, output: int) -> str:
        places = [i for i, c in enumerate(self.columns) if c.node == node and c.output == output]
        return f"out[{places[0]}]" if places else "_"


def is_foreign(node: FeatureNode) -> bool:
    """Tell whether a node's step is a user's own."""
    return node.step.__module__ != steps.__name__


def make_plan(preset: str, add: Iterable[str] = (), auxiliary: Iterable[str] = ()) -> FeaturePlan:
    """Resolve a preset plus `add` (model columns) plus `auxiliary` (for the strategy alone).

    Raises FeatureError for an unknown preset or column.
    """
    added = tuple(name for name in add)
    model_names = tuple(dict.fromkeys((*preset_columns(preset), *added)))
    names = tuple(dict.fromkeys((*model_names, *auxiliary)))
    columns = tuple(resolve_feature(name) for name in names)
    nodes = tuple(dict.fromkeys(column.node for column in columns))
    label = "+".join((preset, *added))
    return FeaturePlan(label, columns, len(model_names), nodes)
