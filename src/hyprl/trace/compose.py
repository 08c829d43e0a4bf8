"""From what an engine computed at a bar to its SignalTrace. Both engines compose their records here."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from hyprl.domain.bars import ClosedBar
from hyprl.domain.decisions import DIRECTION_NAMES, EMIT, REASON_NAMES, BarContext, Decision
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
    facts: RunFacts,
    closed: ClosedBar,
    features: Sequence[float],
    context: BarContext,
    decision: Decision,
) -> SignalTrace:
    """Return the record of one decided bar; `features` in column order, NaN while in warm-up."""
    computed = decision.probability_up == decision.probability_up
    score = context.sentiment_score
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
        probability_up=decision.probability_up,
        threshold_long=facts.threshold_long,
        threshold_short=facts.threshold_short,
        direction=DIRECTION_NAMES[decision.direction],
        decision="emit" if decision.reason == EMIT else "reject",
        reason=REASON_NAMES[decision.reason],
        trend_ok=decision.trend_ok if computed else None,
        sentiment_ok=decision.sentiment_ok if computed else None,
        sentiment=_sentiment(facts.has_sentiment_source, scored),
        sentiment_score=score if scored else None,
        risk_inputs=RiskInputs(
            context.equity,
            features[facts.atr_column],
            closed.bar.close,
            facts.risk_fraction,
            facts.atr_multiplier,
            facts.reward_multiple,
        ),
        account=AccountState(
            context.position_open,
            context.session_start_equity,
            context.gross_exposure,
            int(context.trades_today),
            int(context.bars_since_entry) if context.bars_since_entry < _NEVER else None,
        ),
        expected_pnl=decision.expected_pnl,
        position_size=decision.position_size,
        risk_amount=decision.risk_amount,
        equity=context.account_equity,
    )


def _sentiment(has_source: bool, scored: bool) -> str:
    if not has_source:
        return "no_source"
    return "scored" if scored else "no_headline"
