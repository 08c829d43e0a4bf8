"""Configuration: thresholds, multiples and gates that are set differently.

A recorded setting that differs says so itself. A threshold that is not recorded follows, for each side alone, from the
probabilities just above and below it; a reward multiple from expected P&L; a stop multiple from a constant ratio of
stop distances. A gate that decides otherwise on equal inputs is set otherwise.
"""

from __future__ import annotations

import numpy as np

from hyprl.causes.findings import CONFIGURATION, SIGNATURE, Finding
from hyprl.causes.signatures import thresholds
from hyprl.causes.signatures.money import Money
from hyprl.causes.signatures.pair import Column, Floats, Pair, first_true
from hyprl.causes.signatures.thresholds import ADVICE
from hyprl.causes.steps import CONFIG_HASH

_SETTINGS = (
    "threshold_long",
    "threshold_short",
    "risk_inputs.risk_fraction",
    "risk_inputs.atr_multiplier",
    "risk_inputs.reward_multiple",
)
# The gates in the order in which HyprL tries them, with the inputs that each reads and the keys that set it.
_GATES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("data", ("data_flaws",), "the bar policies"),
    ("position_open", ("account.position_open",), "the position cap"),
    ("threshold", ("threshold_long", "threshold_short"), "the thresholds"),
    ("trend", (), "trend_long_min, trend_short_min or trend_window_bars"),
    ("sentiment", ("sentiment_score",), "the sentiment band or regime"),
    ("ev", ("expected_pnl", "risk_amount"), "min_ev_multiple"),
    ("size", ("position_size",), "min_size"),
    (
        "risk",
        (
            "position_size",
            "equity",
            "account.trades_today",
            "account.bars_since_entry",
            "account.session_start_equity",
        ),
        "the risk caps (daily loss, notional, exposure, trades a day, bars between entries)",
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
    shown = [
        f"{column.name.removeprefix('risk_inputs.')} {_first(column.left, column)} left, "
        f"{_first(column.right, column)} right"
        for column in differing
    ]
    first = min(first_true(column.differs, pair.rows) for column in differing)
    return [
        Finding(
            CONFIGURATION,
            SIGNATURE,
            0.97,
            f"recorded settings differ: {'; '.join(shown)}",
            ADVICE,
            first_bar=pair.bar(first),
            columns=tuple(column.name for column in differing),
        )
    ]


def _first(side: Floats, column: Column) -> str:
    return f"{side[first_true(column.differs, 0)]:.6g}"


def _multiples(money: Money | None, pair: Pair) -> Finding | None:
    if money is None or None in money.multiples:
        return None
    left, right = money.multiples
    assert left is not None and right is not None  # noqa: S101
    if abs(left - right) < _SPREAD:
        return None
    return Finding(
        CONFIGURATION,
        SIGNATURE,
        0.93,
        f"expected P&L follows from probability and risk with a reward multiple of {left:g} left and {right:g} right",
        ADVICE,
        first_bar=pair.bar(0),
        columns=("expected_pnl",),
        details={"left": left, "right": right},
    )


def _stop_multiple(pair: Pair, money: Money | None) -> Finding | None:
    if money is None:
        return None
    ratio = _per_atr(pair, money)
    told = np.isfinite(ratio)
    if int(told.sum()) < _FEW:
        return None
    value = float(np.median(ratio[told]))
    slack = max(20.0 * money.tolerance, 1e-9)
    if abs(value - 1.0) < 4.0 * slack or float((np.abs(ratio[told] - value) < slack * value).mean()) < 0.97:
        return None
    recorded = pair.column("risk_inputs.atr_multiplier")
    under = ", while both record the same multiplier" if recorded is not None else ""
    return Finding(
        CONFIGURATION,
        SIGNATURE,
        0.93 if pair.column("risk_inputs.atr") is not None or not _probability_parts(pair) else 0.75,
        f"the right side's stop stands {value:.6g} times as far as the left's on every bar{under}: "
        f"another stop multiple",
        ADVICE,
        first_bar=pair.bar(first_true(told, 0)),
        columns=("position_size",),
        details={"ratio": value},
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
        CONFIGURATION,
        SIGNATURE,
        0.93,
        f"sizes risk {left:.6g} of the equity they were taken of left, {right:.6g} right",
        ADVICE,
        first_bar=pair.bar(first_true(risk.differs, 0)),
        columns=("position_size", "risk_amount"),
        details={"left": left, "right": right},
    )


def _usual_share(risk: Floats, equity: Floats) -> float | None:
    told = np.isfinite(risk) & np.isfinite(equity) & (equity > 0.0) & (risk > 0.0)
    shares = risk[told] / equity[told]
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
    shown = [f"{cap:.4g}" if cap is not None else "none in use" for cap in caps]
    return Finding(
        CONFIGURATION,
        SIGNATURE,
        0.9,
        f"sizes stop at {shown[0]} times equity left, {shown[1]} right: another leverage limit",
        ADVICE,
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
    told = np.isfinite(size) & np.isfinite(price) & np.isfinite(equity) & (equity > 0.0) & (size > 0.0)
    leverage: Floats = size[told] * price[told] / equity[told]
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
    known = {gate: (place, inputs, keys) for place, (gate, inputs, keys) in enumerate(_GATES)}
    for row in np.flatnonzero(differs & ~pair.features_part & ~pair.bars_part)[:400].tolist():
        parted = sorted(
            (known[word][0], word) for word in (reasons[0][row], reasons[1][row]) if word in known
        )
        if not parted:
            continue
        _, gate = parted[0]
        _, inputs, keys = known[gate]
        if gate == "position_open" or not _alike(pair, row, (*inputs, "probability_up")):
            continue
        same = differs & ((reasons[0] == gate) | (reasons[1] == gate))
        said = (
            f"at {pair.bar(row)} the gate `{gate}` decides otherwise on equal inputs ({reasons[0][row]} left, "
            f"{reasons[1][row]} right), on {int(same.sum()):,} bars in all: {keys}"
        )
        return _gate_finding(pair, row, gate, said)
    return None


def _alike(pair: Pair, row: int, names: tuple[str, ...]) -> bool:
    columns = [column for name in names if (column := pair.column(name)) is not None]
    return bool(columns) and not any(column.differs[row] for column in columns)


def _by_hash(pair: Pair) -> list[Finding]:
    hashes = pair.words(CONFIG_HASH)
    if hashes is None or not (hashes[0] != hashes[1]).any():
        return []
    upstream = pair.features_part.any() or pair.bars_part.any() or pair.has_holes or _probability_parts(pair)
    return [
        Finding(
            CONFIGURATION,
            SIGNATURE,
            0.4 if upstream else 0.8,
            "the two sides recorded another config_hash",
            "Compare the two files key by key.",
            first_bar=pair.bar(first_true(hashes[0] != hashes[1], 0)),
            columns=(CONFIG_HASH,),
        )
    ]


def _gate_finding(pair: Pair, row: int, gate: str, said: str) -> Finding:
    counted = gate == "risk" and not any(name.startswith("account.") for name in pair.names)
    if counted:
        said += "; or the day's counts and losses, which were not recorded"
    sure = 0.9 if pair.knows_features else 0.8
    return Finding(
        CONFIGURATION,
        SIGNATURE,
        0.5 if counted else sure,
        said,
        ADVICE,
        first_bar=pair.bar(row),
        columns=("reason",),
        details={"gate": gate},
    )


def _all_equal(column: Column | None) -> bool:
    return column is not None and not column.differs.any()
