"""Which step computes which column: the built-in families and the features that a user registers.

`register_feature` and `register_preset` are all it takes to add one: batch, live, warm-up and the conformance tests
read from here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from numbers import Integral, Real
from types import FunctionType

from hyprl.errors import FeatureError
from hyprl.features import steps

# A step takes (state, bar, *parameters) and returns one float, or a tuple with one float per output.
Step = Callable[..., object]


@dataclass(frozen=True, slots=True)
class FeatureNode:
    """One state machine: its step, its constants, and how many float64 of state it owns."""

    step: Step
    parameters: tuple[int | float, ...]
    state_size: int
    outputs: int


@dataclass(frozen=True, slots=True)
class FeatureDefinition:
    """One named column: the output of a node, and the bars it needs before it is a number."""

    name: str
    node: FeatureNode
    output: int
    bars_needed: int


Builder = Callable[[str, tuple[int, ...]], FeatureDefinition]


def _return(name: str, numbers: tuple[int, ...]) -> FeatureDefinition:
    (lag,) = numbers
    return FeatureDefinition(name, FeatureNode(steps.return_step, (lag,), 2 + lag, 1), 0, lag + 1)


def _atr(output: int) -> Builder:
    def build(name: str, numbers: tuple[int, ...]) -> FeatureDefinition:
        (length,) = numbers
        return FeatureDefinition(name, FeatureNode(steps.atr_step, (length,), 3, 2), output, length + 1)

    return build


def _rsi(name: str, numbers: tuple[int, ...]) -> FeatureDefinition:
    (length,) = numbers
    return FeatureDefinition(name, FeatureNode(steps.rsi_step, (length,), 4, 1), 0, length + 1)


def _volatility(name: str, numbers: tuple[int, ...]) -> FeatureDefinition:
    short, long = numbers if numbers else (10, 30)
    if not 2 <= short <= long:
        raise FeatureError(
            f"`{name}` needs 2 <= first window <= second window",
            where="features",
            remedy="For example vol_ratio_10_30.",
        )
    node = FeatureNode(steps.volatility_ratio_step, (short, long), 3 + 2 * long, 2)
    return FeatureDefinition(name, node, 0 if numbers else 1, long + 1)


def _volume(output: int) -> Builder:
    def build(name: str, numbers: tuple[int, ...]) -> FeatureDefinition:
        length = numbers[0] if numbers else 24
        node = FeatureNode(steps.volume_step, (length,), 2 + 2 * length, 2)
        return FeatureDefinition(name, node, output, length)

    return build


def _range(output: int) -> Builder:
    def build(name: str, _numbers: tuple[int, ...]) -> FeatureDefinition:
        return FeatureDefinition(name, FeatureNode(steps.range_step, (), 2, 2), output, 1 + output)

    return build


def _shape(output: int) -> Builder:
    def build(name: str, numbers: tuple[int, ...]) -> FeatureDefinition:
        (length,) = numbers
        node = FeatureNode(steps.return_shape_step, (length,), 3 + 2 * length, 2)
        return FeatureDefinition(name, node, output, length + 1)

    return build


_FAMILIES: tuple[tuple[str, Builder], ...] = (
    (r"ret_([1-9]\d{0,3})h", _return),
    (r"atr_([1-9]\d{0,3})", _atr(0)),
    (r"atr_([1-9]\d{0,3})_norm", _atr(1)),
    (r"rsi_([1-9]\d{0,3})", _rsi),
    (r"vol_ratio_([1-9]\d{0,3})_([1-9]\d{0,3})", _volatility),
    (r"vol_regime_high", _volatility),
    (r"volume_zscore_([1-9]\d{0,3})", _volume(0)),
    (r"volume_surge", _volume(1)),
    (r"range_pct", _range(0)),
    (r"true_range", _range(1)),
    (r"ret_skew_([1-9]\d{0,3})", _shape(0)),
    (r"ret_kurt_([1-9]\d{0,3})", _shape(1)),
)

NVDA_V2 = (
    "ret_1h",
    "ret_3h",
    "ret_6h",
    "ret_24h",
    "atr_14",
    "atr_72",
    "atr_14_norm",
    "atr_72_norm",
    "rsi_7",
    "rsi_14",
    "rsi_21",
    "vol_ratio_10_30",
    "vol_regime_high",
    "volume_zscore_24",
    "volume_surge",
    "range_pct",
    "true_range",
    "ret_skew_20",
    "ret_kurt_20",
)

_registered: dict[str, FeatureDefinition] = {}
_presets: dict[str, tuple[str, ...]] = {"nvda_v2": NVDA_V2}


def register_feature(
    name: str, step: Step, *, state_size: int, bars_needed: int, parameters: tuple[int | float, ...] = ()
) -> None:
    """Make `name` a column that presets and `features.add` can use.

    `step(state, bar, *parameters) -> float` must be a plain Python function that numba can compile, without I/O, and
    NaN until `bars_needed` bars were seen. `state` starts as `state_size` zeros and must never hold NaN.
    Registering the same again changes nothing. Raises FeatureError for a name that is taken or is not an identifier,
    or for a step that cannot be called so.
    """
    if not name.isidentifier() or _family(name) is not None or state_size < 0 or bars_needed < 1:
        raise FeatureError(
            f"`{name}` cannot be registered",
            where="register_feature",
            remedy="Use a free Python identifier, state_size >= 0 and bars_needed >= 1.",
        )
    node = FeatureNode(step, _plain_numbers(name, parameters), state_size, 1)
    _require_callable(name, node)
    definition = FeatureDefinition(name, node, 0, bars_needed)
    known = _registered.setdefault(name, definition)
    if known is not definition and not _is_same(known, definition):
        raise FeatureError(
            f"`{name}` is registered already", where="register_feature", remedy="Choose another name."
        )


def _plain_numbers(name: str, parameters: tuple[int | float, ...]) -> tuple[int | float, ...]:
    if not all(isinstance(number, Real) and math.isfinite(number) for number in parameters):
        raise FeatureError(
            f"`{name}` has parameters that are not finite numbers",
            where="register_feature",
            remedy="Pass ints and floats.",
        )
    return tuple(int(n) if isinstance(n, Integral) else float(n) for n in parameters)


def _require_callable(name: str, node: FeatureNode) -> None:
    problem = "is not a plain Python function"
    if isinstance(node.step, FunctionType):
        try:
            signature(node.step).bind(None, None, *node.parameters)
            return
        except TypeError as error:
            problem = f"cannot be called as step(state, bar{', ...' if node.parameters else ''}): {error}"
    raise FeatureError(
        f"the step of `{name}` {problem}",
        where="register_feature",
        remedy="Define `def step(state, bar)`, with one argument more for each of `parameters`, and pass that.",
    )


def _is_same(known: FeatureDefinition, other: FeatureDefinition) -> bool:
    # A module that is imported twice registers new function objects with the same code.
    def facts(definition: FeatureDefinition) -> tuple[object, ...]:
        node = definition.node
        closed_over = [cell.cell_contents for cell in getattr(node.step, "__closure__", None) or ()]
        return node.step.__code__, closed_over, node.parameters, node.state_size, definition.bars_needed

    return facts(known) == facts(other)


def register_preset(name: str, columns: tuple[str, ...]) -> None:
    """Name a list of columns, in the model's order. Raises FeatureError for unknown or repeated columns."""
    if len(set(columns)) != len(columns) or not columns:
        raise FeatureError(
            f"preset `{name}` is empty or repeats a column",
            where="register_preset",
            remedy="Name each column once.",
        )
    for column in columns:
        resolve_feature(column)
    if _presets.setdefault(name, columns) != columns:
        raise FeatureError(
            f"preset `{name}` exists with other columns",
            where="register_preset",
            remedy="Choose another name.",
        )


def preset_columns(name: str) -> tuple[str, ...]:
    """Return a preset's columns in order. Raises FeatureError for an unknown one."""
    if name not in _presets:
        raise FeatureError(
            f"unknown preset `{name}`",
            where="features.preset",
            remedy=f"Known: {', '.join(sorted(_presets))}.",
        )
    return _presets[name]


def resolve_feature(name: str) -> FeatureDefinition:
    """Find the definition of a column. Raises FeatureError for an unknown name."""
    found = _registered.get(name) or _family(name)
    if found is None:
        raise FeatureError(
            f"unknown feature `{name}`",
            where="features",
            remedy="Register it (docs/add-a-feature.md) or use a built-in one such as ret_6h, atr_14, rsi_21.",
        )
    return found


def _family(name: str) -> FeatureDefinition | None:
    for pattern, build in _FAMILIES:
        match = re.fullmatch(pattern, name)
        if match:
            return build(name, tuple(int(number) for number in match.groups()))
    return None
