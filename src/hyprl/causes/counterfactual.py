"""How much of the gap each cause explains: decide again with some factors swapped, and share the gap out exactly.

Three gaps are shared out by Shapley values over the factors in which the sides differ: the combined gap, the mean
|Δp| and the largest |Δsize|. A share is a fraction of the gap between the two logs as recorded, so the shares and
what remains unexplained make one. Factors of one cause are added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
import polars as pl

from hyprl.causes.cause import Cause
from hyprl.causes.factor import CAUSE_OF, Factor
from hyprl.causes.facts.swap import Gap, OpenedGap, SwapFacts
from hyprl.causes.findings import FactorFacts, Finding, Redecide, Redecision
from hyprl.causes.shapley import MOST_PLAYERS, shapley_values, subsets
from hyprl.logs.log import LogPair
from hyprl.logs.vocabulary import KEYS
from hyprl.parity.diff import BOTH, diff_logs, diff_same_bars

_COMPARED = ("decision", "direction", "probability_up", "position_size", "expected_pnl")
# A cause whose input differs for certain and whose swap changes the run is certain; how far decides the ranking.
# A difference that may come from what was estimated, and that changes next to nothing, is not stated.
_CERTAIN, _SLIGHT, _DOUBTFUL = 0.97, 0.75, 0.6
_INHERITED = 0.5
_SLIGHT_SHARE = 1e-4
_NOTHING = 1e-12
# An account that does not follow from its own decisions is a difference by itself, whatever it has led to so far.
_ALWAYS_A_CAUSE = frozenset({Factor.STATE})


@dataclass(frozen=True, slots=True)
class Measures:
    """What two logs differ by: the three gaps, and whether they differ in any compared value at all."""

    gaps: Mapping[Gap, float]
    differing_rows: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """The gaps as recorded, Shapley values by gap and factor, and how far the whole is from the right log.

    `alone[factor]` are the gaps that the factor opens by itself in the left run; `without[factor]` those that are left
    when every factor but it is taken from the right side. `unreproduced` is the share of a recorded gap, the
    largest of the three, that remains between this log and the right one when every factor is taken from it.
    """

    recorded: Measures
    values: Mapping[Gap, Mapping[str, float]]
    alone: Mapping[str, Measures]
    without: Mapping[str, Measures]
    whole: Measures
    unreproduced: float

    def share(self, gap: Gap, factors: Iterable[str]) -> float | None:
        """Return the factors' share of a recorded gap, None where there is no such gap."""
        whole = self.recorded.gaps[gap]
        return sum(self.values[gap][factor] for factor in factors) / whole if whole > 0.0 else None

    def residual(self, gap: Gap) -> float | None:
        """Return the share of a recorded gap that no factor explains (negative: the factors explain more)."""
        share = self.share(gap, self.values[gap])
        return None if share is None else 1.0 - share


def attribute(
    pair: LogPair, diff: pl.DataFrame, redecide: Redecide, factors: Iterable[str] | None = None
) -> tuple[Finding, ...]:
    """Return one finding per cause that changes the run: stated ones first, then by what they explain.

    `diff` is the pair's. `factors` are those to swap; by default those in which a Redecision's sides differ, else all.
    Logs without a difference give no finding. Raises ValueError for more than 12 factors.
    """
    facts = redecide.facts if isinstance(redecide, Redecision) else {}
    players = _players(redecide, factors)
    done = share_out(pair, diff, redecide, players)
    if done is None:
        return ()
    by_cause: dict[Cause, list[str]] = {}
    for factor in players:
        if _changes_anything(done, factor) or factor in _ALWAYS_A_CAUSE & set(facts):
            cause = facts[factor].cause if factor in facts else CAUSE_OF[Factor(factor)]
            by_cause.setdefault(cause, []).append(factor)
    found = [_finding(cause, group, done, facts) for cause, group in by_cause.items()]
    return tuple(sorted(found, key=_rank, reverse=True))


def share_out(
    pair: LogPair, diff: pl.DataFrame, redecide: Redecide, factors: Iterable[str]
) -> Attribution | None:
    """Measure every subset of the factors and share each gap out; None where the logs do not differ."""
    recorded = measure(diff)
    if not recorded.differing_rows:
        return None
    players = tuple(factors)
    if len(players) > MOST_PLAYERS:
        raise ValueError(f"{len(players)} factors are too many to share a gap out exactly")
    logs = {subset: redecide(subset) for subset in subsets(players)}
    measured = {subset: measure(_joined(pair.left.frame, log)) for subset, log in logs.items()}
    everything = frozenset(players)
    values = {
        gap: shapley_values(players, lambda subset, gap=gap: measured[subset].gaps[gap])  # type: ignore[misc]
        for gap in Gap
    }
    rest = measure(_beside(pair.right.frame, logs[everything]))
    return Attribution(
        recorded,
        values,
        {factor: measured[frozenset((factor,))] for factor in players},
        {factor: measured[everything - {factor}] for factor in players},
        measured[everything],
        _unreproduced(recorded, rest),
    )


def _unreproduced(recorded: Measures, rest: Measures) -> float:
    # Of each recorded gap, what is left between the right log and the left one with every factor of the right side.
    left = (rest.gaps[gap] / recorded.gaps[gap] for gap in recorded.gaps if recorded.gaps[gap] > _NOTHING)
    return min(max(left, default=0.0), 1.0)


def measure(diff: pl.DataFrame) -> Measures:
    """Measure what two logs differ by; a bar that one side lacks counts in the combined gap if emitted."""
    paired = diff.filter(pl.col("_merge") == BOTH)
    flags = sum(int(flag.sum()) for flag in (diff["bt_only"], diff["replay_only"], ~paired["decision_match"]))
    rows = diff.height
    probability, size = _gaps(paired, "probability_up"), _gaps(paired, "position_size")
    differs = (diff["_merge"] != BOTH) | diff["bt_only"] | diff["replay_only"]
    differs |= (~diff["decision_match"]).fill_null(True)
    for name in ("probability_up", "position_size", "expected_pnl"):
        if f"abs_diff_{name}" in diff.columns:
            differs |= _unequal(diff, name)
    gaps = {
        Gap.COMBINED: flags / rows if rows else 0.0,
        Gap.PROBABILITY: float(np.mean(probability)) if len(probability) else 0.0,
        Gap.SIZE: float(size.max()) if len(size) else 0.0,
    }
    return Measures(gaps, int(differs.sum()))


def _joined(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    return diff_logs(_compared(left), _compared(right))


def _beside(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    # With every factor exchanged the bars are the right log's own, so that nothing has to be joined.
    left, right = (_compared(log).sort(KEYS) for log in (left, right))
    same_bars = left.select(KEYS).equals(right.select(KEYS))
    return diff_same_bars(left, right) if same_bars else diff_logs(left, right)


def _compared(log: pl.DataFrame) -> pl.DataFrame:
    return log.select("timestamp", "symbol", *(name for name in _COMPARED if name in log.columns))


def _gaps(paired: pl.DataFrame, name: str) -> np.ndarray:
    if f"abs_diff_{name}" not in paired.columns:
        return np.zeros(0)
    gaps = paired[f"abs_diff_{name}"].fill_null(np.nan).to_numpy()
    finite: np.ndarray = gaps[np.isfinite(gaps)]
    return finite


def _unequal(diff: pl.DataFrame, name: str) -> pl.Series:
    bt, replay = diff[f"{name}_bt"], diff[f"{name}_replay"]
    return ~(bt.eq_missing(replay))


def _players(redecide: Redecide, factors: Iterable[str] | None) -> tuple[str, ...]:
    if factors is not None:
        return tuple(dict.fromkeys(factors))
    return tuple(redecide.facts) if isinstance(redecide, Redecision) else tuple(Factor)


def _changes_anything(done: Attribution, factor: str) -> bool:
    changed = done.alone[factor].differing_rows > 0
    return changed or any(abs(values[factor]) > _NOTHING for values in done.values.values())


def _finding(
    cause: Cause, factors: list[str], done: Attribution, facts: Mapping[str, FactorFacts]
) -> Finding:
    shares = {gap: done.share(gap, factors) for gap in Gap}
    largest = max((abs(share) for share in shares.values() if share is not None), default=0.0)
    read = [facts[factor] for factor in factors if factor in facts]
    fidelity = 1.0 - done.unreproduced
    slight = _SLIGHT if all(item.certain for item in read) else _DOUBTFUL
    confidence = (_CERTAIN if largest >= _SLIGHT_SHARE else slight) * fidelity
    if read and all(item.is_inherited for item in read):
        confidence = min(confidence, _INHERITED)
    firsts = [item.first_bar for item in read if item.first_bar is not None]
    return Finding(
        cause,
        confidence,
        swap=_swap_facts(factors, done, shares, read),
        share_of_gap=shares[Gap.COMBINED],
        share_of_probability=shares[Gap.PROBABILITY],
        first_bar=min(firsts) if firsts else None,
        columns=tuple(dict.fromkeys(column for item in read for column in item.columns)),
    )


def _swap_facts(
    factors: list[str], done: Attribution, shares: Mapping[Gap, float | None], read: list[FactorFacts]
) -> SwapFacts:
    return SwapFacts(
        factors=tuple(factors),
        differences=tuple(item.difference for item in read),
        share_of_size=shares[Gap.SIZE],
        alone={factor: dict(done.alone[factor].gaps) for factor in factors},
        closes={gap: _closure(factors, done, gap) for gap in Gap},
        recorded=dict(done.recorded.gaps),
        residual={gap: done.residual(gap) for gap in Gap},
        unreproduced=done.unreproduced,
        most=_most_opened(factors, done, shares),
    )


def _most_opened(
    factors: list[str], done: Attribution, shares: Mapping[Gap, float | None]
) -> OpenedGap | None:
    sizes = {gap: abs(share) for gap, share in shares.items() if share is not None}
    if not sizes:
        return None
    gap = max(sizes, key=sizes.__getitem__)  # the first of equals: the combined gap before the others
    opens = max(done.alone[factor].gaps[gap] for factor in factors) / done.recorded.gaps[gap]
    return OpenedGap(gap, opens, _closure(factors, done, gap))


def _closure(factors: list[str], done: Attribution, gap: Gap) -> float:
    # What giving the right run the left side's factor closes, of what all factors open.
    whole = done.whole.gaps[gap]
    return max(whole - done.without[factor].gaps[gap] for factor in factors) / whole if whole > 0.0 else 0.0


def _rank(finding: Finding) -> tuple[bool, float, float, float]:
    shares = (finding.share_of_gap, finding.share_of_probability, finding.share_of_size)
    gap, probability, sizes = (abs(s) if s is not None and isfinite(s) else 0.0 for s in shares)
    return finding.confident, gap, probability, sizes
