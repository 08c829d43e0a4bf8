from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprl.domain.bars import Bar
from hyprl.errors import OutputError, TraceError
from hyprl.trace.chain import verify_chain
from hyprl.trace.encode import TraceHeader, encode_header, encode_record
from hyprl.trace.frame import records_frame
from hyprl.trace.read import read_trace
from hyprl.trace.signal import AccountState, RiskInputs, SignalTrace
from hyprl.trace.writer import TraceWriter, write_trace

HEADER = TraceHeader("run-1", {"symbol": "NVDA", "source": "backtest"})
NAN = float("nan")


def record(number: int) -> SignalTrace:
    return SignalTrace(
        run_id="run-1",
        source="backtest",
        symbol="NVDA",
        timestamp_utc_us=1_734_013_800_000_000 + number * 3_600_000_000,
        bar=Bar(99.0, 101.0, 98.0, 100.0, 5_000.0),
        bar_hash=f"{number:064x}",
        data_flaws=0,
        feature_hash="f" * 64,
        indicators={"ret_1h": 0.01 * number, "rsi_14": NAN if number == 0 else 0.5},
        model_params_hash="m" * 64,
        config_hash="c" * 64,
        probability_up=0.5 + 0.01 * number,
        threshold_long=0.55,
        threshold_short=0.45,
        direction="none",
        decision="reject",
        reason="threshold",
        trend_ok=True,
        sentiment_ok=True,
        sentiment="no_source",
        sentiment_score=None,
        risk_inputs=RiskInputs(10_000.0, 4.0, 100.0, 0.02, 2.0, 2.0),
        account=AccountState(False, 10_000.0, 0.0, 0, None),
        expected_pnl=1.0,
        position_size=25.0,
        risk_amount=200.0,
        equity=10_000.0,
    )


def trace_bytes(count: int) -> bytes:
    line, head = encode_header(HEADER)
    lines = [line]
    for number in range(count):
        line, head = encode_record(record(number), head)
        lines.append(line)
    return b"".join(lines)


FIVE = trace_bytes(5)


@pytest.fixture
def trace_path(tmp_path: Path) -> Path:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(FIVE)
    return path


def rewrite(path: Path, lines: list[bytes]) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def test_writer_and_reader_agree(tmp_path: Path) -> None:
    path = tmp_path / "made" / "for it" / "trace.jsonl"
    with TraceWriter.create(path, HEADER) as writer:
        for number in range(1, 4):
            writer.write(record(number))
    trace = read_trace(path)
    assert trace.header == HEADER
    assert trace.records == [record(1), record(2), record(3)]
    assert (trace.byte_length, trace.head_hash, trace.torn_tail) == (
        writer.byte_length,
        writer.head_hash,
        None,
    )


def test_writing_at_once_gives_the_same_bytes(tmp_path: Path, trace_path: Path) -> None:
    head = write_trace(tmp_path / "whole.jsonl", HEADER, (record(number) for number in range(5)))
    assert (tmp_path / "whole.jsonl").read_bytes() == trace_path.read_bytes()
    assert head == read_trace(trace_path).head_hash


def test_each_record_is_readable_before_the_writer_is_closed(tmp_path: Path) -> None:
    writer = TraceWriter.create(tmp_path / "trace.jsonl", HEADER, fsync=True)
    writer.write(record(1))
    assert read_trace(tmp_path / "trace.jsonl").records == [record(1)]
    writer.close()


@pytest.mark.parametrize("cut", [1, 10, 700])
def test_torn_last_line_is_reported_and_the_rest_kept(trace_path: Path, cut: int) -> None:
    trace_path.write_bytes(FIVE[:-cut])
    trace = read_trace(trace_path)
    assert len(trace.records) == 4
    assert trace.torn_tail == FIVE[trace.byte_length : -cut]


def test_unparseable_last_line_is_torn_too(trace_path: Path) -> None:
    trace_path.write_bytes(FIVE + b'{"schema_version":1,"run\n')
    trace = read_trace(trace_path)
    assert len(trace.records) == 5
    assert trace.torn_tail == b'{"schema_version":1,"run\n'


def test_missing_line_in_the_middle_is_named(trace_path: Path) -> None:
    lines = FIVE.splitlines()
    with pytest.raises(TraceError, match=r"line 4 does not follow line 3: .*removed"):
        read_trace(rewrite(trace_path, lines[:3] + lines[4:]))


def test_missing_header_is_named(trace_path: Path) -> None:
    with pytest.raises(TraceError, match="line 1"):
        read_trace(rewrite(trace_path, FIVE.splitlines()[1:]))


def test_missing_first_record_is_named(trace_path: Path) -> None:
    lines = FIVE.splitlines()
    with pytest.raises(TraceError, match="line 2 does not follow line 1"):
        read_trace(rewrite(trace_path, lines[:1] + lines[2:]))


def test_edited_value_is_named(trace_path: Path) -> None:
    trace_path.write_bytes(FIVE.replace(b'"probability_up":0.52', b'"probability_up":0.53'))
    with pytest.raises(TraceError, match=r"line 4 .* edited"):
        read_trace(trace_path)


def test_edited_hash_is_named(trace_path: Path) -> None:
    lines = FIVE.splitlines()
    old = lines[2][-10:-2]
    lines[2] = lines[2][:-10] + (b"00000000" if old != b"00000000" else b"11111111") + b'"}'
    with pytest.raises(TraceError, match="line 3 has a record_hash that was edited"):
        read_trace(rewrite(trace_path, lines))


def test_swapped_lines_are_named(trace_path: Path) -> None:
    lines = FIVE.splitlines()
    lines[2], lines[3] = lines[3], lines[2]
    with pytest.raises(TraceError, match="line 3 follows line 4 in the chain"):
        read_trace(rewrite(trace_path, lines))


def test_repeated_line_is_named(trace_path: Path) -> None:
    lines = FIVE.splitlines()
    with pytest.raises(TraceError, match="line 4 follows line 2 in the chain"):
        read_trace(rewrite(trace_path, lines[:3] + lines[2:]))


@given(st.integers(0, len(FIVE) - 1), st.integers(1, 255))
@settings(max_examples=400, deadline=None)
def test_any_edited_byte_is_found_or_only_drops_the_tail(position: int, flip: int) -> None:
    edited = bytearray(FIVE)
    edited[position] ^= flip
    original = verify_chain(FIVE, "test").objects
    try:
        chain = verify_chain(bytes(edited), "test")
    except TraceError:
        return
    assert chain.objects == original[: len(chain.objects)]
    assert len(chain.objects) == len(original) - 1
    assert chain.torn_tail


@given(st.integers(0, len(FIVE) - 1))
@settings(max_examples=200, deadline=None)
def test_any_cut_keeps_a_prefix_and_reports_the_rest(length: int) -> None:
    try:
        chain = verify_chain(FIVE[:length], "test")
    except TraceError:
        assert length < len(FIVE.splitlines()[0]) + 1
        return
    assert chain.objects == verify_chain(FIVE, "test").objects[: len(chain.objects)]
    assert FIVE[:length] == FIVE[: chain.byte_length] + (chain.torn_tail or b"")


def test_unknown_schema_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(encode_header(TraceHeader("run-1", {}, 2))[0])
    with pytest.raises(TraceError, match="schema version 2"):
        read_trace(path)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"{}\n", b"[1]\n", b"\n", b"\x00\xff\n", b'{"a":1}\n{"b":2}\n']
)
def test_what_is_no_trace_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(content)
    with pytest.raises(TraceError, match=r"trace\.jsonl"):
        read_trace(path)


@pytest.mark.parametrize("name", ["absent.jsonl", "."])
def test_missing_file_and_directory_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(TraceError, match="cannot be read"):
        read_trace(tmp_path / name)


@pytest.mark.parametrize("beyond", [b"", b'{"torn', b'{"torn":1}\n'])
def test_resume_continues_to_the_same_bytes(tmp_path: Path, beyond: bytes) -> None:
    path = tmp_path / "trace.jsonl"
    writer = TraceWriter.create(path, HEADER)
    for number in range(3):
        writer.write(record(number))
    saved = writer.byte_length, writer.head_hash
    writer.write(record(3))
    writer.close()
    path.write_bytes(path.read_bytes() + beyond)
    with TraceWriter.resume(path, *saved) as again:
        again.write(record(3))
        again.write(record(4))
    assert path.read_bytes() == FIVE


def test_resume_refuses_another_hash_and_leaves_the_file(trace_path: Path) -> None:
    with pytest.raises(TraceError, match="saved state"):
        TraceWriter.resume(trace_path, len(FIVE), "0" * 64)
    assert trace_path.read_bytes() == FIVE


def test_resume_refuses_a_length_inside_a_line(trace_path: Path) -> None:
    head = read_trace(trace_path).head_hash
    with pytest.raises(TraceError, match="saved state"):
        TraceWriter.resume(trace_path, len(FIVE) - 1, head)


def test_resume_refuses_a_file_that_is_shorter(trace_path: Path) -> None:
    head = read_trace(trace_path).head_hash
    trace_path.write_bytes(FIVE[:-5])
    with pytest.raises(TraceError, match="torn"):
        TraceWriter.resume(trace_path, len(FIVE), head)


def test_resume_refuses_an_edit_anywhere_before(trace_path: Path) -> None:
    head = read_trace(trace_path).head_hash
    trace_path.write_bytes(FIVE.replace(b'"equity":10000.0', b'"equity":10001.0', 1))
    with pytest.raises(TraceError, match="line 2"):
        TraceWriter.resume(trace_path, len(FIVE), head)


def test_resume_without_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="not there"):
        TraceWriter.resume(tmp_path / "absent.jsonl", 10, "0" * 64)


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file"):
        TraceWriter.create(tmp_path / "file" / "trace.jsonl", HEADER)
    with pytest.raises(OutputError):
        TraceWriter.create(tmp_path, HEADER)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_output_error() -> None:
    with pytest.raises(OutputError, match="No space left"):
        TraceWriter.create(Path("/dev/full"), HEADER)


def test_frame_has_a_row_for_each_record_and_flat_names() -> None:
    frame = records_frame([record(0), record(1)._replace(indicators={"ret_1h": -0.0})])
    assert frame["timestamp"].to_physical().to_list() == [1_734_013_800_000_000, 1_734_017_400_000_000]
    assert frame["risk_inputs.atr"].to_list() == [4.0, 4.0]
    assert frame["indicator.rsi_14"].is_nan().to_list() == [True, None]
    assert str(frame["indicator.ret_1h"][1]) == "-0.0"
    assert frame["sentiment_score"].null_count() == 2


def test_frame_of_no_records_still_has_its_columns() -> None:
    frame = records_frame([])
    assert frame.height == 0
    assert {"timestamp", "symbol", "decision", "probability_up"} <= set(frame.columns)
