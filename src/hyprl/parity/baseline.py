"""The ratchet: a file of the worst values that a team accepts for now, which a comparison may only improve on.

A broken gate whose value is no worse than the accepted one counts as kept, and says so. Only measured gaps can be
accepted: never a gate about coverage, presence or emptiness, never a value that is NaN, infinite, missing or
uncertain. `tightened` lowers accepted values and forgets those that the stage's own limit now keeps; nothing raises
or adds one. Loosening takes an edit of the file that a reviewer sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite

from hyprl.errors import ConfigError
from hyprl.parity.verdict import Compared, Gate, verdict_of

# The gaps that a team may work off step by step; everything else a stage asks for is not negotiable.
ACCEPTABLE = (
    "combined_gap",
    "bt_only_share",
    "replay_only_share",
    "decisions_identical",
    "max_abs_diff_probability_up",
    "mean_abs_diff_probability_up",
    "max_abs_diff_position_size",
    "max_abs_diff_risk_amount",
    "unequal_values",
    "unequal_hashes",
)
_MORE_IS_BETTER = (">=", ">")
_FEWEST_BARS = 0.5  # of those that the baseline was measured on: less cannot tighten it


@dataclass(frozen=True, slots=True)
class Baseline:
    """Accepted values by metric (with its window, as gates name it), and what they were measured on."""

    stage: str
    symbols: tuple[str, ...]
    bars: int
    accepted: Mapping[str, float]


def baseline_from(result: Compared) -> Baseline:
    """Return a first baseline: the value of every broken gate that may be accepted.

    Raises ConfigError when `beyond_any_baseline` names a gate.
    """
    _require_comparable(result)
    accepted = {
        gate.metric: gate.value for gate in result.gates if gate.kept is False and gate.value is not None
    }
    return Baseline(result.stage, _symbols(result), result.main.statistics.rows, accepted)


def apply_baseline(result: Compared, baseline: Baseline, where: str) -> Compared:
    """Return the result with the gates that the baseline excuses kept, and the verdict drawn again.

    Raises ConfigError naming `where` for a baseline of another stage, symbol or set of gates.
    """
    require_fit(result, baseline, where)
    gates = tuple(_excused(gate, baseline.accepted.get(gate.metric)) for gate in result.gates)
    return replace(result, gates=gates, verdict=verdict_of(gates))


def beyond_any_baseline(result: Compared) -> tuple[str, ...]:
    """Return the gates that do not hold and that no baseline can excuse: such a comparison measures no gap."""
    return tuple(gate.metric for gate in result.gates if gate.kept is not True and not _is_acceptable(gate))


def tightened(result: Compared, baseline: Baseline, where: str) -> Baseline:
    """Return the baseline with each accepted value lowered to what was measured; never raised, never added to.

    Raises ConfigError as `apply_baseline` and `baseline_from` do, and when the result has far fewer bars.
    """
    require_fit(result, baseline, where)
    _require_comparable(result)
    rows = result.main.statistics.rows
    if rows < _FEWEST_BARS * baseline.bars:
        raise ConfigError(
            f"was measured on {baseline.bars:,} bars, this comparison has {rows:,}",
            where=where,
            remedy="Tighten it with a comparison of at least half as many bars.",
        )
    kept = {}
    for gate in result.gates:
        accepted = baseline.accepted.get(gate.metric)
        if accepted is None or _holds_by_itself(gate):
            continue
        kept[gate.metric] = _better(gate, accepted)
    return replace(baseline, accepted=kept, bars=max(rows, baseline.bars))


def require_fit(result: Compared, baseline: Baseline, where: str) -> None:
    """Raise ConfigError unless the baseline is of this stage, these symbols and these gates."""
    pairs = (("stage", baseline.stage, result.stage), ("symbols", baseline.symbols, _symbols(result)))
    for name, theirs, ours in pairs:
        if theirs != ours:
            raise ConfigError(
                f"is of {name} {_spelled(theirs)}, this comparison is of {_spelled(ours)}",
                where=where,
                remedy="Keep one baseline file for each comparison.",
            )
    unknown = sorted(set(baseline.accepted) - {gate.metric for gate in result.gates})
    if unknown:
        raise ConfigError(
            f"accepts {', '.join(unknown)}, which this comparison does not measure",
            where=where,
            remedy="A baseline of `check` does not fit `diff`; keep one file for each.",
        )


def is_acceptable_metric(metric: str) -> bool:
    """Tell whether a metric, with or without its window, is a gap that a baseline may accept."""
    return metric.rpartition(": ")[2] in ACCEPTABLE


def _require_comparable(result: Compared) -> None:
    beyond = beyond_any_baseline(result)
    if beyond:
        raise ConfigError(
            f"no baseline can accept {', '.join(beyond)}",
            where="--update-baseline",
            remedy="Mend these first: they say that the logs cannot be compared, not how far apart they are.",
        )


def _excused(gate: Gate, accepted: float | None) -> Gate:
    if accepted is None or gate.kept is not False or not _is_acceptable(gate) or gate.value is None:
        return gate
    if not _no_worse(gate.comparison, gate.value, accepted):
        return gate
    return replace(gate, kept=True, accepted=accepted)


def _is_acceptable(gate: Gate) -> bool:
    measured = gate.value is not None and isfinite(gate.value) and gate.certain
    return measured and is_acceptable_metric(gate.metric)


def _holds_by_itself(gate: Gate) -> bool:
    return gate.kept is True and gate.accepted is None


def _better(gate: Gate, accepted: float) -> float:
    if gate.value is None or not _is_acceptable(gate):
        return accepted
    return gate.value if _no_worse(gate.comparison, gate.value, accepted) else accepted


def _no_worse(comparison: str, value: float, accepted: float) -> bool:
    return value >= accepted if comparison in _MORE_IS_BETTER else value <= accepted


def _symbols(result: Compared) -> tuple[str, ...]:
    return result.main.symbols


def _spelled(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(value[:5]) + (f" and {len(value) - 5} more" if len(value) > 5 else "") or "none"
