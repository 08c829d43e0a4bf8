"""SignalTrace to one JSON line and back, exact to the bit, each line chained to the one before by SHA-256.

A line is a JSON object whose last member is `record_hash` = sha256(previous line's record_hash as ASCII hex,
then this line's bytes as they would read without that member and without the newline). The header, line 1,
chains from the empty string. Finite floats are written in the shortest form that reads back to the same bits;
JSON has no others, so these are the strings "NaN", "Infinity" and "-Infinity". `null` means missing, not NaN.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from sys import byteorder
from typing import Any

import orjson

from hyprl.domain.instants import moment_of
from hyprl.domain.json_words import number_or_word
from hyprl.errors import TraceError
from hyprl.trace.signal import SCHEMA_VERSION, SignalTrace

SCHEMA = "hyprl-trace"
GENESIS_HASH = ""
HEADER_KEYS = ("schema", "schema_version", "run_id", "record_hash", "timestamp")

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_SERIALIZE_NUMPY


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """Line 1 of a trace: which run this is, and the facts of it that the caller wants kept (JSON values)."""

    run_id: str
    facts: Mapping[str, object] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION


def encode_header(header: TraceHeader) -> tuple[bytes, str]:
    """Return the header's line with newline, and its record_hash. Raises TraceError for a reserved key."""
    reserved = sorted(set(header.facts) & set(HEADER_KEYS))
    if reserved:
        raise TraceError(
            f"header facts use reserved keys: {', '.join(reserved)}",
            where="trace header",
            remedy="Rename them.",
        )
    members = {
        "schema": SCHEMA,
        "schema_version": header.schema_version,
        "run_id": header.run_id,
        **header.facts,
    }
    return seal(_dump(_spell_non_finite(members), "trace header"), GENESIS_HASH)


def encode_record(record: SignalTrace, previous_hash: str) -> tuple[bytes, str]:
    """Return the record's line, newline included, and its record_hash, chained from `previous_hash`.

    Raises TraceError when a field holds what its type does not allow (None for a number, a foreign object).
    """
    risk, account, bar = record.risk_inputs, record.account, record.bar
    members = {
        "schema_version": record.schema_version,
        "run_id": record.run_id,
        "source": record.source,
        "symbol": record.symbol,
        "timestamp": moment_of(record.timestamp_utc_us),
        "bar": {
            "open": bar.open,
            "high": bar.high,
            "low": bar.low,
            "close": bar.close,
            "volume": bar.volume,
        },
        "bar_hash": record.bar_hash,
        "data_flaws": record.data_flaws,
        "feature_hash": record.feature_hash,
        "indicators": record.indicators,
        "model_params_hash": record.model_params_hash,
        "config_hash": record.config_hash,
        "probability_up": record.probability_up,
        "thresholds": {"long": record.threshold_long, "short": record.threshold_short},
        "direction": record.direction,
        "decision": record.decision,
        "reason": record.reason,
        "trend_ok": record.trend_ok,
        "sentiment_ok": record.sentiment_ok,
        "sentiment": record.sentiment,
        "sentiment_score": record.sentiment_score,
        "risk_inputs": {
            "equity": risk.equity,
            "atr": risk.atr,
            "price": risk.price,
            "risk_fraction": risk.risk_fraction,
            "atr_multiplier": risk.atr_multiplier,
            "reward_multiple": risk.reward_multiple,
        },
        "account": {
            "position_open": account.position_open,
            "session_start_equity": account.session_start_equity,
            "gross_exposure": account.gross_exposure,
            "trades_today": account.trades_today,
            "bars_since_entry": account.bars_since_entry,
        },
        "expected_pnl": record.expected_pnl,
        "position_size": record.position_size,
        "risk_amount": record.risk_amount,
        "equity": record.equity,
    }
    if not isfinite(_float_sum(record)):
        members = _spell_non_finite(members)
    return seal(_dump(members, "trace record"), previous_hash)


def seal(body: bytes, previous_hash: str) -> tuple[bytes, str]:
    """Append `record_hash` to a JSON object's bytes and a newline; return both line and hash."""
    record_hash = sha256(previous_hash.encode() + body).hexdigest()
    return b'%b,"record_hash":"%b"}\n' % (body[:-1], record_hash.encode()), record_hash


def float_bits_hash(values: Iterable[float]) -> str:
    """Return the SHA-256 hex of the values' little-endian float64 bits; NaN payload and sign of 0 count."""
    bits = array("d", values)
    if byteorder == "big":
        bits.byteswap()
    return sha256(bits).hexdigest()


def _float_sum(record: SignalTrace) -> float:
    # One sum instead of thirty checks: a NaN or an infinity cannot be cancelled by anything added to it.
    risk = record.risk_inputs
    try:
        return (
            sum(record.indicators.values())
            + sum(record.bar)
            + record.account.session_start_equity
            + record.account.gross_exposure
            + record.probability_up
            + record.threshold_long
            + record.threshold_short
            + (0.0 if record.sentiment_score is None else record.sentiment_score)
            + (
                risk.equity
                + risk.atr
                + risk.price
                + risk.risk_fraction
                + risk.atr_multiplier
                + risk.reward_multiple
            )
            + record.expected_pnl
            + record.position_size
            + record.risk_amount
            + record.equity
        )
    except TypeError as error:
        raise TraceError(
            f"a number is missing or of another type ({error})",
            where=f"trace record {record.symbol} {record.timestamp_utc_us}",
            remedy="Write NaN for what was computed and is not a number; only optional fields may be None.",
        ) from error


def _spell_non_finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _spell_non_finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spell_non_finite(item) for item in value]
    return number_or_word(value) if isinstance(value, float) else value


def _dump(members: Mapping[str, object], where: str) -> bytes:
    try:
        return orjson.dumps(members, option=_OPTIONS)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise TraceError(
            f"cannot be written as JSON ({error})",
            where=f"{where} {members.get('timestamp', '')}".rstrip(),
            remedy="Pass JSON values: text, numbers, booleans.",
        ) from error
