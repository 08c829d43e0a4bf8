"""The constants that a side decided by, where its records contradict those that it states.

With a bar's probability, inputs and account recorded, its decision is a function of the constants alone. A side whose
records contradict its header is asked which single key, read otherwise (ignored, as the other side has it, or as the
records themselves imply), makes its records follow; up to three are taken, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf, isclose, isnan

import numpy as np

from hyprl.domain.decisions import EMIT, LONG, REASON_NAMES, SHORT, BarContext
from hyprl.kernel.account import ExecutionParameters
from hyprl.redecide.accounts import WalkedAccount, walk_account
from hyprl.redecide.sides import Side
from hyprl.strategy.decide import StrategyParameters, decide

# What a key is worth where it is ignored.
IGNORED: dict[str, float] = {
    "trend_long_min": -inf,
    "trend_short_min": inf,
    "score_min": -inf,
    "score_max": inf,
    "regime": 0.0,
    "min_ev_multiple": -inf,
    "max_leverage": inf,
    "min_size": 0.0,
    "max_daily_loss_fraction": inf,
    "max_trade_notional_fraction": inf,
    "max_gross_exposure_fraction": inf,
    "max_trades_per_day": inf,
    "min_bars_between_entries": -inf,
}
IGNORED_EXECUTION: dict[str, float] = {
    "slippage": 0.0,
    "stop_slippage": 0.0,
    "commission": 0.0,
    "commission_per_share": 0.0,
    "trailing_activation_r": 0.0,
}
MOST_KEYS = 3
Amounts = tuple[float, float, float]
_CODES: dict[str | None, int] = {name: code for code, name in enumerate(REASON_NAMES)}
_MUST_MEND = 0.5  # a key is taken when it mends at least half of the contradictions
_MUST_MEND_ACCOUNT = 0.9
_FEWEST_EVENTS = 3  # wrong costs show at every trade, a lost state once or twice
_SIZE_TOLERANCE = 2e-6


@dataclass(frozen=True, slots=True)
class Reading:
    """A side with the constants that its records follow from, and which keys differ from what it states."""

    side: Side
    account: WalkedAccount
    read_otherwise: dict[str, tuple[float, float]]
    contradicted: tuple[int, ...]


def read_constants(side: Side, other: Side) -> Reading:
    """Find the constants that a side's records follow from."""
    found: dict[str, tuple[float, float]] = {}
    account = walk_account(side)
    if len(account.events) >= _FEWEST_EVENTS:
        side, account = _mended_execution(side, other, account, found)
    wrong = contradictions(side, account.contexts)
    while wrong and len(found) < MOST_KEYS:
        best = min(
            (
                (len(contradictions(changed, account.contexts)), name, changed)
                for name, changed in _readings(side, other)
            ),
            key=lambda item: item[0],
            default=None,
        )
        if best is None or best[0] > (1.0 - _MUST_MEND) * len(wrong):
            break
        _, name, changed = best
        found[name] = (getattr(side.rules[0], name), getattr(changed.rules[0], name))
        side, account = changed, walk_account(changed)
        wrong = contradictions(side, account.contexts)
    return Reading(side, account, found, tuple(wrong))


def contradictions(side: Side, contexts: list[BarContext]) -> list[int]:
    """Return the rows whose recorded decision, direction, reason or amounts do not follow from the constants."""
    amounts = zip(side.size.tolist(), side.risk_amount.tolist(), side.expected_pnl.tolist(), strict=True)
    rows = zip(contexts, side.probability.tolist(), amounts, strict=True)
    return [row for row, recorded in enumerate(rows) if not _follows(side, row, *recorded)]


def _follows(side: Side, row: int, context: BarContext, probability: float, amounts: Amounts) -> bool:
    if context.features_ready and isnan(probability):
        return not side.emitted[row]
    decision = decide(probability, context, side.rules[row])
    if (decision.reason == EMIT) != side.emitted[row] or decision.direction != side.direction[row]:
        return False
    stated = side.reason[row]
    if stated in _CODES and decision.reason != _CODES[stated]:
        return False
    computed = (decision.position_size, decision.risk_amount, decision.expected_pnl)
    return computed == amounts or all(map(_is_near, computed, amounts))


def _is_near(mine: float, theirs: float) -> bool:
    return isnan(theirs) or isnan(mine) or isclose(mine, theirs, rel_tol=1e-9, abs_tol=_SIZE_TOLERANCE)


def _readings(side: Side, other: Side) -> Iterator[tuple[str, Side]]:
    first = side.rules[0]
    values: list[tuple[str, float]] = list(IGNORED.items())
    if other.rules:
        values += list(other.rules[0]._asdict().items())
    values += list(_implied(side))
    for name, value in values:
        if value == value and value != getattr(first, name):
            yield name, replace(side, rules=_with(side.rules, name, value))


def _with(rules: tuple[StrategyParameters, ...], name: str, value: float) -> tuple[StrategyParameters, ...]:
    made: dict[StrategyParameters, StrategyParameters] = {}
    return tuple(made.setdefault(rule, rule._replace(**{name: value})) for rule in rules)


def _implied(side: Side) -> Iterator[tuple[str, float]]:
    direction, p = np.array(side.direction), side.probability
    for name, code, edge in (("threshold_long", LONG, np.nanmin), ("threshold_short", SHORT, np.nanmax)):
        taken = p[(direction == code) & np.isfinite(p)]
        if len(taken):
            yield name, float(edge(taken))
    atr = side.features[:, side.columns.index(side.strategy_columns[0])]
    p_win = np.where(direction == SHORT, 1.0 - p, p)
    directed = direction != 0
    with np.errstate(all="ignore"):
        multiplier = side.risk_amount / (side.size * atr)
        fraction = side.size * atr * side.rules[0].atr_multiplier / side.sizing_equity
        reward = (side.expected_pnl / side.risk_amount + 1.0 - p_win) / p_win
    yield "atr_multiplier", _typical(multiplier)
    yield "risk_fraction", _typical(fraction)
    yield "reward_multiple", _typical(np.where(directed, reward, np.nan))


def _typical(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(f"{np.median(finite):.6g}") if len(finite) else float("nan")


def _mended_execution(
    side: Side, other: Side, account: WalkedAccount, found: dict[str, tuple[float, float]]
) -> tuple[Side, WalkedAccount]:
    values = [*IGNORED_EXECUTION.items(), *other.execution._asdict().items()]
    best: tuple[int, str, Side, WalkedAccount] | None = None
    for name, value in values:
        if value == getattr(side.execution, name):
            continue
        execution: ExecutionParameters = side.execution._replace(**{name: value})
        changed = replace(side, execution=execution)
        walked = walk_account(changed)
        if best is None or len(walked.events) < best[0]:
            best = len(walked.events), name, changed, walked
    if best is None or best[0] > (1.0 - _MUST_MEND_ACCOUNT) * len(account.events):
        return side, account
    _, name, changed, walked = best
    found[f"execution {name}"] = (getattr(side.execution, name), getattr(changed.execution, name))
    return changed, walked
