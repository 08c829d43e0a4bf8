"""Read settings, recorded or implied by decisions and sizes: thresholds, multiples and gates that are set differently.

A recorded setting that differs says so itself. A threshold that is not recorded follows, for each side alone, from the
probabilities just above and below it; a reward multiple from expected P&L; a stop multiple from a constant ratio of
stop distances. A gate that decides otherwise on equal inputs is set otherwise.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.settings import (
    LeverageCaps,
    OtherConfigHash,
    OtherGate,
    RecordedSetting,
    RecordedSettings,
    RewardMultiples,
    RiskFractions,
    StopRatio,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures import thresholds
from hyprl.causes.signatures.pair import Column, Floats, Pair, first_true
from hyprl.causes.signatures.risk_and_stops import Money
from hyprl.causes.steps import CONFIG_HASH

_SETTINGS = (
    "threshold_long",
    "threshold_short",
    "risk_inputs.risk_fraction",
    "risk_inputs.atr_multiplier",
    "risk_inputs.reward_multiple",
)
# The gates in the order in which HyprL tries them, with the inputs that each reads.
_GATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("data", ("data_flaws",)),
    ("position_open", ("account.position_open",)),
    ("threshold", ("threshold_long", "threshold_short")),
    ("trend", ()),
    ("sentiment", ("sentiment_score",)),
    ("ev", ("expected_pnl", "risk_amount")),
    ("size", ("position_size",)),
    (
        "risk",
        (
            "position_size",
            "equity",
            "account.trades_today",
            "account.bars_since_entry",
            "account.session_start_equity",
        ),
    ),
)
_FEW = 3
_SPREAD = 1e-3


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report settings that differ, recorded or inferred; the config hash alone only where nothing else does."""
    found = _recorded(pair)
    if found:
        return found
    inferred = (
        thresholds.inferred(pair),
        _multiples(money, pair),
        _stop_multiple(pair, money),
        _fraction(pair),
        _cap(pair),
        _gate(pair),
    )
    return [finding for finding in inferred if finding is not None][:2] or _by_hash(pair)


def _recorded(pair: Pair) -> list[Finding]:
    differing = [
        column for name in _SETTINGS if (column := pair.column(name)) is not None and column.differs.any()
    ]
    if not differing:
        return []
    settings = tuple(
        RecordedSetting(column.name, _first(column.left, column), _first(column.right, column))
        for column in differing
    )
    first = min(first_true(column.differs, pair.rows) for column in differing)
    return [
        Finding(
            Cause.CONFIGURATION,
            0.97,
            (RecordedSettings(settings),),
            first_bar=pair.bar(first),
            columns=tuple(column.name for column in differing),
        )
    ]


def _first(side: Floats, column: Column) -> float:
    return float(side[first_true(column.differs, 0)])


def _multiples(money: Money | None, pair: Pair) -> Finding | None:
    if money is None or None in money.multiples:
        return None
    left, right = money.multiples
    assert left is not None and right is not None  # noqa: S101
    if abs(left - right) < _SPREAD:
        return None
    return Finding(
        Cause.CONFIGURATION,
        0.93,
        (RewardMultiples(left, right),),
        first_bar=pair.bar(0),
        columns=("expected_pnl",),
    )


def _stop_multiple(pair: Pair, money: Money | None) -> Finding | None:
    if money is None:
        return None
    ratio = _per_atr(pair, money)
    finite = np.isfinite(ratio)
    if int(finite.sum()) < _FEW:
        return None
    value = float(np.median(ratio[finite]))
    slack = max(20.0 * money.tolerance, 1e-9)
    if abs(value - 1.0) < 4.0 * slack or float((np.abs(ratio[finite] - value) < slack * value).mean()) < 0.97:
        return None
    recorded = pair.column("risk_inputs.atr_multiplier")
    return Finding(
        Cause.CONFIGURATION,
        0.93 if pair.column("risk_inputs.atr") is not None or not _probability_parts(pair) else 0.75,
        (StopRatio(value, recorded_equal=recorded is not None),),
        first_bar=pair.bar(first_true(finite, 0)),
        columns=("position_size",),
    )


def _fraction(pair: Pair) -> Finding | None:
    """Return the fraction of the recorded equity that each side risks as a rule, where they are not one."""
    used, risk = pair.column("risk_inputs.equity"), pair.column("risk_amount")
    if used is None or risk is None:
        return None
    usual = [_usual_share(*side) for side in ((risk.left, used.left), (risk.right, used.right))]
    left, right = usual
    if left is None or right is None or abs(left - right) <= _SPREAD * left:
        return None
    return Finding(
        Cause.CONFIGURATION,
        0.93,
        (RiskFractions(left, right),),
        first_bar=pair.bar(first_true(risk.differs, 0)),
        columns=("position_size", "risk_amount"),
    )


def _usual_share(risk: Floats, equity: Floats) -> float | None:
    usable = np.isfinite(risk) & np.isfinite(equity) & (equity > 0.0) & (risk > 0.0)
    shares = risk[usable] / equity[usable]
    if len(shares) < 4 * _FEW:
        return None
    top = float(np.median(shares[shares >= 0.99 * shares.max()]))
    return top if float((np.abs(shares - top) < 1e-6 * top).mean()) > 0.3 else None


def _per_atr(pair: Pair, money: Money) -> Floats:
    ratio, atr = money.stop_ratio, pair.column("risk_inputs.atr")
    if atr is None:
        return ratio
    usable = atr.both & (atr.left > 0.0) & (atr.right > 0.0)
    return np.where(
        usable, ratio * np.divide(atr.left, atr.right, out=np.ones_like(atr.left), where=usable), np.nan
    )


def _probability_parts(pair: Pair) -> bool:
    return pair.probability is not None and bool(pair.probability.differs.any())


def _cap(pair: Pair) -> Finding | None:
    used, price = pair.column("risk_inputs.equity"), pair.column("risk_inputs.price")
    size = pair.column("position_size")
    if used is None or price is None or size is None:
        return None
    sides = ((size.left, price.left, used.left), (size.right, price.right, used.right))
    leverages = [_leverage(*side) for side in sides]
    caps = [_cap_of(leverage) for leverage in leverages]
    if not _caps_differ(caps, leverages):
        return None
    return Finding(
        Cause.CONFIGURATION,
        0.9,
        (LeverageCaps(caps[0], caps[1]),),
        first_bar=pair.bar(first_true(size.differs, 0)),
        columns=("position_size",),
    )


def _caps_differ(caps: list[float | None], used: list[Floats]) -> bool:
    left, right = caps
    if left is not None and right is not None:
        return abs(left - right) > 1e-5
    cap, free = (left, used[1]) if right is None else (right, used[0])
    return cap is not None and int((free > cap * (1.0 + 1e-6)).sum()) >= _FEW


def _leverage(size: Floats, price: Floats, equity: Floats) -> Floats:
    usable = np.isfinite(size) & np.isfinite(price) & np.isfinite(equity) & (equity > 0.0) & (size > 0.0)
    leverage: Floats = size[usable] * price[usable] / equity[usable]
    return leverage


def _cap_of(leverage: Floats) -> float | None:
    if len(leverage) < 4 * _FEW:
        return None
    top = float(leverage.max())
    return round(top, 6) if int((leverage > top * (1.0 - 1e-6)).sum()) >= 2 * _FEW else None


def _gate(pair: Pair) -> Finding | None:
    """Return the gate that first decides otherwise although all that it reads is equal."""
    reasons = pair.words("reason")
    if reasons is None or not (pair.knows_features or _all_equal(pair.probability)):
        return None
    differs = reasons[0] != reasons[1]
    inputs_of = dict(_GATES)
    for row in np.flatnonzero(differs & ~pair.features_part & ~pair.bars_part)[:400].tolist():
        given = (reasons[0][row], reasons[1][row])
        gate = next((gate for gate in inputs_of if gate in given), None)
        if gate is None or gate == "position_open":
            continue
        if not _equal_at(pair, row, (*inputs_of[gate], "probability_up")):
            continue
        same = differs & ((reasons[0] == gate) | (reasons[1] == gate))
        counts_unrecorded = gate == "risk" and not any(name.startswith("account.") for name in pair.names)
        return _gate_finding(
            pair, row, OtherGate(gate, pair.bar(row), given, int(same.sum()), counts_unrecorded)
        )
    return None


def _equal_at(pair: Pair, row: int, names: tuple[str, ...]) -> bool:
    columns = [column for name in names if (column := pair.column(name)) is not None]
    return bool(columns) and not any(column.differs[row] for column in columns)


def _by_hash(pair: Pair) -> list[Finding]:
    hashes = pair.words(CONFIG_HASH)
    if hashes is None or not (hashes[0] != hashes[1]).any():
        return []
    upstream = pair.features_part.any() or pair.bars_part.any() or pair.has_holes or _probability_parts(pair)
    return [
        Finding(
            Cause.CONFIGURATION,
            0.4 if upstream else 0.8,
            (OtherConfigHash(),),
            first_bar=pair.bar(first_true(hashes[0] != hashes[1], 0)),
            columns=(CONFIG_HASH,),
        )
    ]


def _gate_finding(pair: Pair, row: int, facts: OtherGate) -> Finding:
    confidence = 0.9 if pair.knows_features else 0.8
    return Finding(
        Cause.CONFIGURATION,
        0.5 if facts.counts_unrecorded else confidence,
        (facts,),
        first_bar=pair.bar(row),
        columns=("reason",),
    )


def _all_equal(column: Column | None) -> bool:
    return column is not None and not column.differs.any()
