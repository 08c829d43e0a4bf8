"""The steps by which a bar is decided, the step of each column of a log, and in which order columns are blamed.

Inside a step the columns that bear a cause come before those that show its consequence; a hash is blamed where no
value differs.
"""

from __future__ import annotations

from enum import StrEnum

from hyprl.logs.vocabulary import KEYS, NOT_COMPARED


class DecisionStep(StrEnum):
    """A step of a bar's decision, in order; the first that differs is where two engines part at this bar."""

    BARS = "bars"
    FEATURES = "features"
    MODEL = "model"
    PROBABILITY = "probability"
    GATES = "gates"
    DECISION = "decision"
    SIZE = "size"
    EV = "ev"


STEPS = tuple(DecisionStep)

INDICATOR, BAR, ACCOUNT, RISK_INPUTS = "indicator.", "bar.", "account.", "risk_inputs."
PRICES = ("open", "high", "low", "close", "volume")
CONFIG_HASH = "config_hash"

_ORDER: dict[DecisionStep, tuple[str, ...]] = {
    DecisionStep.BARS: (
        *PRICES,
        "vwap",
        *(BAR + name for name in PRICES),
        "data_flaws",
        "risk_inputs.price",
        "bar_hash",
    ),
    DecisionStep.FEATURES: ("feature_hash",),
    DecisionStep.MODEL: ("model_params_hash", "model_sha256", "model_hash"),
    DecisionStep.PROBABILITY: ("probability_up",),
    DecisionStep.GATES: (
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
    DecisionStep.DECISION: ("decision", "direction"),
    DecisionStep.SIZE: (
        "risk_inputs.equity",
        "risk_inputs.risk_fraction",
        "risk_inputs.atr_multiplier",
        "equity",
        "account.session_start_equity",
        "account.gross_exposure",
        "position_size",
        "risk_amount",
    ),
    DecisionStep.EV: ("risk_inputs.reward_multiple", "expected_pnl"),
}
_PLACE = {name: (step, place) for step, names in _ORDER.items() for place, name in enumerate(names)}
_FEATURE_PREFIXES = (INDICATOR, "feature.", "features.")


def step_of(column: str) -> DecisionStep | None:
    """Return the step of a normalised column, None for one that takes no part in the decision or is unknown."""
    if column in _PLACE:
        return _PLACE[column][0]
    if column.startswith(_FEATURE_PREFIXES) or column == "risk_inputs.atr":
        return DecisionStep.FEATURES
    return None


def in_blame_order(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return one step's columns, those that bear a cause first; features by their order in the log, hash last."""
    return tuple(sorted(columns, key=_blame))


def unknown_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns whose step is not known: they are compared by the diff, but locate nothing."""
    understood = (*KEYS, *NOT_COMPARED, CONFIG_HASH, "schema_version")
    return tuple(name for name in columns if step_of(name) is None and name not in understood)


def _blame(column: str) -> int:
    if column == "feature_hash":
        return 10_000
    return _PLACE.get(column, (DecisionStep.FEATURES, 0))[1]
