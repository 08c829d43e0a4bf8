"""Which stage of a decision each column of a log belongs to, and in which order columns are blamed.

Bars → features → model → probability → gates → decision → size → EV (`findings.STAGES`). Inside a stage the
columns that bear a cause come before those that show its consequence; a hash is blamed where no value differs.
"""

from __future__ import annotations

from hyprl.logs.vocabulary import KEYS, NOT_COMPARED

BARS, FEATURES, MODEL, PROBABILITY = "bars", "features", "model", "probability"
GATES, DECISION, SIZE, EV = "gates", "decision", "size", "ev"

INDICATOR, BAR, ACCOUNT, RISK_INPUTS = "indicator.", "bar.", "account.", "risk_inputs."
PRICES = ("open", "high", "low", "close", "volume")
CONFIG_HASH = "config_hash"

_ORDER: dict[str, tuple[str, ...]] = {
    BARS: (*PRICES, "vwap", *(BAR + name for name in PRICES), "data_flaws", "risk_inputs.price", "bar_hash"),
    FEATURES: ("feature_hash",),
    MODEL: ("model_params_hash", "model_sha256", "model_hash"),
    PROBABILITY: ("probability_up",),
    GATES: (
        "threshold_long",
        "threshold_short",
        "account.position_open",
        "account.trades_today",
        "account.bars_since_entry",
        "sentiment_score",
        "sentiment",
        "trend_ok",
        "sentiment_ok",
        "reason",
    ),
    DECISION: ("decision", "direction"),
    SIZE: (
        "risk_inputs.equity",
        "risk_inputs.risk_fraction",
        "risk_inputs.atr_multiplier",
        "equity",
        "account.session_start_equity",
        "account.gross_exposure",
        "position_size",
        "risk_amount",
    ),
    EV: ("risk_inputs.reward_multiple", "expected_pnl"),
}
_PLACE = {name: (stage, place) for stage, names in _ORDER.items() for place, name in enumerate(names)}
_FEATURE_PREFIXES = (INDICATOR, "feature.", "features.")


def stage_of(column: str) -> str | None:
    """Return the stage of a normalised column, None for one that takes no part in the decision or is unknown."""
    if column in _PLACE:
        return _PLACE[column][0]
    if column.startswith(_FEATURE_PREFIXES) or column == "risk_inputs.atr":
        return FEATURES
    return None


def in_blame_order(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return one stage's columns, those that bear a cause first; features by their order in the log, hash last."""
    return tuple(sorted(columns, key=_blame))


def unknown_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns whose stage is not known: they are compared by the diff, but locate nothing."""
    known = (*KEYS, *NOT_COMPARED, CONFIG_HASH, "schema_version")
    return tuple(name for name in columns if stage_of(name) is None and name not in known)


def _blame(column: str) -> int:
    if column == "feature_hash":
        return 10_000
    return _PLACE.get(column, (FEATURES, 0))[1]
