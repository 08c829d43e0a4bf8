"""From what an engine computed at a bar to its SignalTrace. Both engines compose their records here."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from hyprl.domain.bars import ClosedBar
from hyprl.domain.decisions import DIRECTION_NAMES, EMIT, REASON_NAMES, DecidedBar
from hyprl.trace.encode import float_bits_hash
from hyprl.trace.signal import AccountState, RiskInputs, SignalTrace

_NEVER = 1e17  # the account counts from far before the run until its first entry


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is the same in every record of a run."""

    run_id: str
    source: str
    model_params_hash: str
    config_hash: str
    columns: tuple[str, ...]
    atr_column: int
    threshold_long: float
    threshold_short: float
    risk_fraction: float
    atr_multiplier: float
    reward_multiple: float
    has_sentiment_source: bool


def bar_hash(closed: ClosedBar) -> str:
    """Hash a bar's open time and the float64 bits of its prices and volume."""
    return sha256(struct.pack("<q5d", closed.open_utc_us, *closed.bar)).hexdigest()


def compose_trace(
    facts: RunFacts, closed: ClosedBar, features: Sequence[float], decided: DecidedBar
) -> SignalTrace:
    """Return the record of one decided bar; `features` in column order, NaN while in warm-up."""
    reason = int(decided.reason)
    computed = decided.probability_up == decided.probability_up
    score = decided.sentiment_score
    scored = score == score
    return SignalTrace(
        run_id=facts.run_id,
        source=facts.source,
        symbol=closed.symbol,
        timestamp_utc_us=closed.open_utc_us,
        bar=closed.bar,
        bar_hash=bar_hash(closed),
        data_flaws=closed.flaws,
        feature_hash=float_bits_hash(features),
        indicators=dict(zip(facts.columns, features, strict=True)),
        model_params_hash=facts.model_params_hash,
        config_hash=facts.config_hash,
        probability_up=decided.probability_up,
        threshold_long=facts.threshold_long,
        threshold_short=facts.threshold_short,
        direction=DIRECTION_NAMES[int(decided.direction)],
        decision="emit" if reason == EMIT else "reject",
        reason=REASON_NAMES[reason],
        trend_ok=bool(decided.trend_ok) if computed else None,
        sentiment_ok=bool(decided.sentiment_ok) if computed else None,
        sentiment=_sentiment(facts.has_sentiment_source, scored),
        sentiment_score=score if scored else None,
        risk_inputs=RiskInputs(
            decided.sizing_equity,
            features[facts.atr_column],
            closed.bar.close,
            facts.risk_fraction,
            facts.atr_multiplier,
            facts.reward_multiple,
        ),
        account=AccountState(
            bool(decided.position_open),
            decided.session_start_equity,
            decided.gross_exposure,
            int(decided.trades_today),
            int(decided.bars_since_entry) if decided.bars_since_entry < _NEVER else None,
        ),
        expected_pnl=decided.expected_pnl,
        position_size=decided.position_size,
        risk_amount=decided.risk_amount,
        equity=decided.equity,
    )


def _sentiment(has_source: bool, scored: bool) -> str:
    if not has_source:
        return "no_source"
    return "scored" if scored else "no_headline"
