import struct
from hashlib import sha256

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.domain.bars import Bar
from hyprl.errors import TraceError
from hyprl.trace.decode import decode_record
from hyprl.trace.encode import TraceHeader, encode_header, encode_record, float_bits_hash
from hyprl.trace.signal import AccountState, RiskInputs, SignalTrace

RECORD = SignalTrace(
    run_id="0123456789abcdef",
    source="backtest",
    symbol="NVDA",
    timestamp_utc_us=1_734_013_800_000_000,
    bar=Bar(99.0, 101.0, 98.0, 100.0, 5_000.0),
    bar_hash="b" * 64,
    data_flaws=0,
    feature_hash="f" * 64,
    indicators={"ret_1h": -0.0, "rsi_14": 0.1},
    model_params_hash="m" * 64,
    config_hash="c" * 64,
    probability_up=0.6,
    threshold_long=0.55,
    threshold_short=0.45,
    direction="long",
    decision="emit",
    reason="emit",
    trend_ok=True,
    sentiment_ok=None,
    sentiment="no_source",
    sentiment_score=None,
    risk_inputs=RiskInputs(10_000.0, 4.0, 100.0, 0.02, 2.0, 2.0),
    account=AccountState(False, 10_000.0, 0.0, 0, None),
    expected_pnl=160.0,
    position_size=25.0,
    risk_amount=200.0,
    equity=10_000.0,
)


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def round_trip(record: SignalTrace) -> SignalTrace:
    line, _ = encode_record(record, "")
    return decode_record(orjson.loads(line), "test")


def test_record_survives_the_round_trip() -> None:
    assert round_trip(RECORD) == RECORD


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_any_float_but_nan_keeps_its_bits(one: float, two: float, three: float) -> None:
    back = round_trip(RECORD._replace(probability_up=one, indicators={"x": two}, sentiment_score=three))
    assert [bits(back.probability_up), bits(back.indicators["x"])] == [bits(one), bits(two)]
    assert back.sentiment_score is not None
    assert bits(back.sentiment_score) == bits(three)


@pytest.mark.parametrize("value", [-0.0, 5e-324, 1e308, -1.7976931348623157e308, 0.1, 2.0**53 + 2])
def test_awkward_floats_keep_their_bits(value: float) -> None:
    assert bits(round_trip(RECORD._replace(equity=value)).equity) == bits(value)


@pytest.mark.parametrize(
    "field", ["probability_up", "expected_pnl", "position_size", "equity", "threshold_short"]
)
def test_nan_is_written_as_a_word_and_read_as_nan(field: str) -> None:
    line, _ = encode_record(RECORD._replace(**{field: float("nan")}), "")
    assert b'"NaN"' in line
    back = getattr(decode_record(orjson.loads(line), "test"), field)
    assert back != back


def test_infinities_are_told_apart() -> None:
    line, _ = encode_record(RECORD._replace(equity=float("inf"), risk_amount=float("-inf")), "")
    assert b'"equity":"Infinity"' in line
    assert b'"risk_amount":"-Infinity"' in line


def test_infinities_that_cancel_are_still_found() -> None:
    line, _ = encode_record(RECORD._replace(indicators={"a": float("inf"), "b": float("-inf")}), "")
    assert b'"a":"Infinity","b":"-Infinity"' in line


def test_missing_is_null_and_nan_is_not() -> None:
    line, _ = encode_record(RECORD._replace(sentiment_score=None, equity=float("nan")), "")
    assert orjson.loads(line)["sentiment_score"] is None
    assert orjson.loads(line)["equity"] == "NaN"


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(TraceError, match="a number is missing"):
        encode_record(RECORD._replace(probability_up=None), "")


def test_timestamp_is_iso_with_z_and_keeps_microseconds() -> None:
    line, _ = encode_record(RECORD, "")
    assert b'"timestamp":"2024-12-12T14:30:00Z"' in line
    odd = RECORD._replace(timestamp_utc_us=RECORD.timestamp_utc_us + 7)
    assert round_trip(odd) == odd


def test_record_hash_is_of_the_previous_hash_and_the_line_without_it() -> None:
    line, record_hash = encode_record(RECORD, "ab" * 32)
    body = line.replace(b',"record_hash":"' + record_hash.encode() + b'"', b"").rstrip(b"\n")
    assert record_hash == sha256(b"ab" * 32 + body).hexdigest()


def test_header_has_no_timestamp_and_keeps_the_facts() -> None:
    line, _ = encode_header(
        TraceHeader("r1", {"symbol": "NVDA", "window": {"start": "2024-12-12"}, "x": float("nan")})
    )
    members = orjson.loads(line)
    assert "timestamp" not in members
    assert members["schema"] == "hyprl-trace"
    assert members["window"] == {"start": "2024-12-12"}
    assert members["x"] == "NaN"


def test_header_facts_may_not_use_reserved_keys() -> None:
    with pytest.raises(TraceError, match="timestamp"):
        encode_header(TraceHeader("r1", {"timestamp": "2024-12-12"}))


def test_float_bits_hash_tells_signed_zeros_and_nan_apart() -> None:
    hashes = {float_bits_hash([value]) for value in (0.0, -0.0, float("nan"), -float("nan"))}
    assert len(hashes) == 4


def test_float_bits_hash_is_sha256_of_little_endian_bits() -> None:
    assert float_bits_hash([1.0]) == sha256(bytes.fromhex("000000000000f03f")).hexdigest()


def test_a_member_of_another_type_is_refused() -> None:
    members = orjson.loads(encode_record(RECORD, "")[0])
    with pytest.raises(TraceError, match="impossible member"):
        decode_record(members | {"trend_ok": "yes"}, "test")
    with pytest.raises(TraceError, match="lacks the member 'equity'"):
        decode_record({key: value for key, value in members.items() if key != "equity"}, "test")
