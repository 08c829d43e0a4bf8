"""One parsed JSON object to a SignalTrace or a TraceHeader: every member present and of its type."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hyprl.domain.bars import Bar
from hyprl.domain.instants import utc_us_of
from hyprl.errors import TraceError
from hyprl.trace.encode import SCHEMA, TraceHeader
from hyprl.trace.signal import SCHEMA_VERSION, AccountState, RiskInputs, SignalTrace


def decode_header(members: dict[str, Any], where: str) -> TraceHeader:
    """Build the header. Raises TraceError for a file that is no trace or is of another schema version."""
    version = members.get("schema_version")
    if (
        members.get("schema") != SCHEMA
        or "timestamp" in members
        or not isinstance(members.get("run_id"), str)
    ):
        raise TraceError(
            "does not begin with a HyprL trace header (cut at the beginning, or no trace)",
            where=where,
            remedy="Pass a file that HyprL wrote, whole, or make the trace again.",
        )
    if version != SCHEMA_VERSION:
        raise TraceError(
            f"has trace schema version {version!r}; this HyprL reads version {SCHEMA_VERSION}",
            where=where,
            remedy="Read it with the HyprL that wrote it, or make the trace again.",
            expected=SCHEMA_VERSION,
            got=version,
        )
    facts = {
        key: value for key, value in members.items() if key not in ("schema", "schema_version", "run_id")
    }
    facts.pop("record_hash", None)
    return TraceHeader(members["run_id"], facts, version)


def decode_record(members: dict[str, Any], where: str) -> SignalTrace:
    """Build the record. Raises TraceError naming `where` when a member is absent or of another type."""
    try:
        return _record(members)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        fact = (
            f"lacks the member {error}"
            if isinstance(error, KeyError)
            else f"has an impossible member ({error})"
        )
        raise TraceError(
            fact, where=where, remedy="Make the trace again with this version of HyprL."
        ) from error


def _record(members: dict[str, Any]) -> SignalTrace:
    if members["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"schema version {members['schema_version']!r}, expected {SCHEMA_VERSION}")
    thresholds, score = members["thresholds"], members["sentiment_score"]
    return SignalTrace(
        run_id=_text(members["run_id"]),
        source=_text(members["source"]),
        symbol=_text(members["symbol"]),
        timestamp_utc_us=utc_us_of(datetime.fromisoformat(members["timestamp"])),
        bar=Bar(**{name: _number(value) for name, value in members["bar"].items()}),
        bar_hash=_text(members["bar_hash"]),
        data_flaws=int(members["data_flaws"]),
        feature_hash=_text(members["feature_hash"]),
        indicators={name: _number(value) for name, value in members["indicators"].items()},
        model_params_hash=_text(members["model_params_hash"]),
        config_hash=_text(members["config_hash"]),
        probability_up=_number(members["probability_up"]),
        threshold_long=_number(thresholds["long"]),
        threshold_short=_number(thresholds["short"]),
        direction=_text(members["direction"]),
        decision=_text(members["decision"]),
        reason=_text(members["reason"]),
        trend_ok=_flag(members["trend_ok"]),
        sentiment_ok=_flag(members["sentiment_ok"]),
        sentiment=_text(members["sentiment"]),
        sentiment_score=None if score is None else _number(score),
        risk_inputs=RiskInputs(**{name: _number(value) for name, value in members["risk_inputs"].items()}),
        account=_account(members["account"]),
        expected_pnl=_number(members["expected_pnl"]),
        position_size=_number(members["position_size"]),
        risk_amount=_number(members["risk_amount"]),
        equity=_number(members["equity"]),
    )


def _account(members: dict[str, Any]) -> AccountState:
    since = members["bars_since_entry"]
    position_open = _flag(members["position_open"])
    if position_open is None:
        raise TypeError("position_open is missing")
    return AccountState(
        position_open,
        _number(members["session_start_equity"]),
        _number(members["gross_exposure"]),
        int(members["trades_today"]),
        None if since is None else int(since),
    )


def _number(value: object) -> float:
    if type(value) is float:
        return value
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        return float(value)
    raise TypeError(f"{value!r} is no number")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _flag(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(f"{value!r} is neither true, false nor null")
