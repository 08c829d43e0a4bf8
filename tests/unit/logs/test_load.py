import math
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprl.domain.bars import Bar
from hyprl.errors import SignalLogError, TraceError
from hyprl.logs.load import load_log
from hyprl.logs.log import Log
from hyprl.logs.normalise import normalise
from hyprl.trace.encode import TraceHeader
from hyprl.trace.frame import records_frame
from hyprl.trace.signal import AccountState, RiskInputs, SignalTrace
from hyprl.trace.writer import write_trace

HEAD = "timestamp,symbol,decision,prob\n"
ROW = "2024-12-12T14:30:00Z,NVDA,emit,0.5\n"
FIRST = datetime(2024, 12, 12, 14, 30, tzinfo=UTC)


def load(tmp_path: Path, content: str | bytes, name: str = "log.csv") -> Log:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_log(path)


@pytest.mark.parametrize(
    "stamp",
    [
        "2024-12-12T14:30:00Z",
        "2024-12-12 14:30:00+00:00",
        "2024-12-12T09:30:00-05:00",
        "2024-12-12 20:00+0530",
        "2024-12-12T15:30:00.000000000+01",
        "2024-12-12 14:30:00 UTC",
        "1734013800",
        "1734013800000",
        "1734013800000000",
        "1734013800000000000",
    ],
)
def test_every_usual_spelling_of_an_instant_is_the_same_instant(tmp_path, stamp: str) -> None:
    assert load(tmp_path, f"{HEAD}{stamp},NVDA,emit,0.5\n").frame["timestamp"].to_list() == [FIRST]


@pytest.mark.parametrize(
    ("stamp", "message"),
    [
        ("2024-12-12T14:30:00", "row 1: `2024-12-12T14:30:00` is naive"),
        ("2024-12-12", "is naive"),
        ("yesterday", "`yesterday` is not a timestamp that can be read"),
        ("2024-13-12T14:30:00Z", "is not a timestamp"),
        ("", "row 1 has no timestamp"),
        ("2024-12-12T14:30:00.0000001Z", "finer than a microsecond"),
    ],
)
def test_what_is_no_instant_is_named_with_its_row(tmp_path, stamp: str, message: str) -> None:
    with pytest.raises(SignalLogError, match=message):
        load(tmp_path, f"{HEAD}{stamp},NVDA,emit,0.5\n")


def test_naive_parquet_timestamps_are_refused(tmp_path) -> None:
    frame = pl.DataFrame({"timestamp": [datetime(2024, 12, 12)], "symbol": ["A"], "decision": ["emit"]})
    frame.write_parquet(tmp_path / "log.parquet")
    with pytest.raises(SignalLogError, match="naive"):
        load_log(tmp_path / "log.parquet")


def test_parquet_in_another_zone_and_float32_is_read_exactly(tmp_path) -> None:
    local = pl.Series([FIRST]).dt.cast_time_unit("ns").dt.convert_time_zone("America/New_York")
    frame = pl.DataFrame(
        {"timestamp": local, "symbol": ["A"], "decision": [1], "p_up": pl.Series([0.1], dtype=pl.Float32)}
    )
    frame.write_parquet(tmp_path / "log.parquet")
    found = load_log(tmp_path / "log.parquet").frame
    assert found["timestamp"].to_list() == [FIRST]
    assert found["probability_up"].to_list() == [0.10000000149011612]


@pytest.mark.parametrize(
    ("word", "decision", "direction"),
    [
        ("EMIT", "emit", "absent"),
        ("Reject", "reject", "absent"),
        (" long ", "emit", "long"),
        ("BUY", "emit", "long"),
        ("1", "emit", "long"),
        ("Short", "emit", "short"),
        ("sell", "emit", "short"),
        ("-1", "emit", "short"),
        ("-1.0", "emit", "short"),
        ("flat", "reject", None),
        ("HOLD", "reject", None),
        ("none", "reject", None),
        ("0", "reject", None),
        ("neutral", "reject", None),
        ("", None, "absent"),
        ("NaN", None, "absent"),
    ],
)
def test_decision_words(tmp_path, word: str, decision: str | None, direction: str | None) -> None:
    frame = load(tmp_path, f"{HEAD}2024-12-12T14:30:00Z,NVDA,{word},0.5\n").frame
    assert frame["decision"].to_list() == [decision]
    assert (frame["direction"].item() if "direction" in frame.columns else "absent") == direction


def test_unknown_decision_word_is_named_with_its_row(tmp_path) -> None:
    with pytest.raises(SignalLogError, match="row 2: decision 'maybe'"):
        load(tmp_path, HEAD + ROW + "2024-12-12T15:30:00Z,NVDA,maybe,0.5\n")


def test_direction_that_contradicts_the_decision_is_an_error(tmp_path) -> None:
    with pytest.raises(SignalLogError, match="contradicts"):
        load(tmp_path, "timestamp,symbol,decision,direction\n2024-12-12T14:30:00Z,NVDA,long,short\n")


def test_two_rows_for_a_bar_are_named(tmp_path) -> None:
    with pytest.raises(SignalLogError, match=r"2 rows for NVDA 2024-12-12T14:30:00Z \(rows 1, 2\)"):
        load(tmp_path, HEAD + ROW + "2024-12-12T09:30:00-05:00,NVDA,reject,0.5\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\x00\x01\x02", "neither text nor Parquet"),
        (b"\xff\xfe,\n", "not UTF-8"),
        (b"a,b\n1,2\n", "lacks the column timestamp, symbol, decision"),
        (b"timestamp,symbol,symbol,decision\n", "two columns named symbol"),
        (HEAD.encode() + b"2024-12-12T14:30:00Z,NVDA,emit,0.5,9\n", "not a readable CSV"),
        (HEAD.encode() + b"2024-12-12T14:30:00Z,,emit,0.5\n", "symbol None is missing"),
        (HEAD.encode() + b"2024-12-12T14:30:00Z,NVDA,emit,abc\n", "row 1: probability_up 'abc' is no number"),
        (b"PAR1 and then nothing", "not a readable Parquet"),
        (b'{"timestamp":"2024-12-12T14:30:00Z"', "line 1 is not a JSON object"),
        (b"[1,2]\n", "lacks the column"),
    ],
)
def test_what_is_no_log_is_refused_by_name(tmp_path, content: bytes, message: str) -> None:
    with pytest.raises(SignalLogError, match=message):
        load(tmp_path, content)


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_missing_file_and_directory_are_refused(tmp_path, name: str) -> None:
    with pytest.raises(SignalLogError, match="cannot be read"):
        load_log(tmp_path / name)


def test_synonyms_are_renamed_unless_the_name_is_there(tmp_path) -> None:
    head = "Timestamp,SYMBOL,decision,p_up,size,ev,probability,position_size\n"
    frame = load(tmp_path, head + "2024-12-12T14:30:00Z,NVDA,emit,0.25,9,3,0.5,10\n").frame
    assert frame.select("probability_up", "position_size", "expected_pnl").row(0) == (0.5, 10.0, 3.0)
    assert frame["size"].to_list() == [9]


def test_byte_order_mark_semicolons_and_blank_lines_are_no_obstacle(tmp_path) -> None:
    text = "\ufeff" + (HEAD + "\n" + ROW).replace(",", ";").replace("\n", "\r\n")
    assert load(tmp_path, text).frame["probability_up"].to_list() == [0.5]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_floats_of_a_csv_are_read_to_the_bit(values: list[float]) -> None:
    texts = pl.Series("x", [repr(value) for value in values])
    stamps = [f"2024-12-{day + 1:02d}T14:30:00Z" for day in range(len(values))]
    frame = pl.DataFrame({"timestamp": stamps, "symbol": "A", "decision": "emit", "p_up": texts})
    found = normalise(frame, "test")["probability_up"].to_list()
    assert [value.hex() for value in found] == [value.hex() for value in values]


def test_hashes_of_digits_alone_stay_text(tmp_path) -> None:
    frame = load(
        tmp_path,
        "timestamp,symbol,decision,bar_hash,order\n2024-12-12T14:30:00Z,007,emit,0012e45,9007199254740993\n",
    ).frame
    assert frame.select("symbol", "bar_hash").row(0) == ("007", "0012e45")
    assert frame["order"].to_list() == [9007199254740993]


LINE = '{"timestamp":"2024-12-12T14:30:00Z","symbol":"NVDA","decision":"emit","prob":%s}\n'


@pytest.mark.parametrize("word", ['"NaN"', "NaN", '"nan"'])
def test_nan_in_json_lines_is_told_from_null(tmp_path, word: str) -> None:
    text = LINE % word + (LINE % "null").replace("14:30", "15:30") + (LINE % "1").replace("14:30", "16:30")
    values = load(tmp_path, text, "log.jsonl").frame["probability_up"].to_list()
    assert math.isnan(values[0])
    assert values[1:] == [None, 1.0]


def test_infinity_in_json_lines_is_a_number(tmp_path) -> None:
    text = LINE % '"Infinity"' + (LINE % "-Infinity").replace("14:30", "15:30")
    assert load(tmp_path, text).frame["probability_up"].to_list() == [math.inf, -math.inf]


def test_nested_members_become_columns_and_a_header_line_is_passed_over(tmp_path) -> None:
    nested = '"indicators":{"x":1.5},"thresholds":{"long":0.6}'
    line = '{"timestamp":"2024-12-12T14:30:00Z","symbol":"A","decision":"emit",' + nested + "}"
    frame = load(tmp_path, '{"run":"r1"}\n' + line).frame
    assert frame.select("indicator.x", "threshold_long").row(0) == (1.5, 0.6)


def test_torn_last_line_is_reported_and_the_rest_kept(tmp_path) -> None:
    found = load(tmp_path, LINE % "0.5" + '{"timestamp":"2024-12')
    assert found.frame.height == 1
    assert found.torn_tail == '{"timestamp":"2024-12'


def test_bad_line_inside_is_named(tmp_path) -> None:
    with pytest.raises(SignalLogError, match="line 2 is not a JSON object"):
        load(tmp_path, LINE % "0.5" + "{oops\n" + LINE % "0.5")


def test_a_line_without_timestamp_inside_is_named(tmp_path) -> None:
    with pytest.raises(SignalLogError, match="line 2 has no timestamp"):
        load(tmp_path, LINE % "0.5" + '{"symbol":"A"}\n')


def trace_record(number: int) -> SignalTrace:
    return SignalTrace(
        run_id="r1",
        source="replay",
        symbol="NVDA",
        timestamp_utc_us=1_734_013_800_000_000 + number * 3_600_000_000,
        bar=Bar(99.0, 101.0, 98.0, 100.0, 5_000.0),
        bar_hash="b" * 64,
        data_flaws=0,
        feature_hash=f"{number:064d}",
        indicators={"ret_1h": -0.0},
        model_params_hash="m" * 64,
        config_hash="c" * 64,
        probability_up=0.6 if number else math.nan,
        threshold_long=0.55,
        threshold_short=0.45,
        direction="long" if number else "none",
        decision="emit" if number else "reject",
        reason="emit" if number else "warmup",
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


@pytest.fixture
def trace(tmp_path) -> Path:
    write_trace(tmp_path / "trace.jsonl", TraceHeader("r1"), [trace_record(number) for number in range(3)])
    return tmp_path / "trace.jsonl"


def test_a_trace_on_file_is_the_trace_in_memory(trace: Path) -> None:
    in_memory = normalise(records_frame([trace_record(number) for number in range(3)]), "test")
    assert load_log(trace).frame.equals(in_memory)
    assert load_log(trace).frame.schema == in_memory.schema


def test_normalising_twice_changes_nothing(trace: Path, full_log) -> None:
    for frame in (load_log(trace).frame, normalise(full_log, "test")):
        again = normalise(frame, "test")
        assert again.equals(frame)
        assert again.schema == frame.schema


def test_an_edited_trace_is_refused(trace: Path) -> None:
    trace.write_bytes(trace.read_bytes().replace(b'"position_size":25.0', b'"position_size":25.1', 1))
    with pytest.raises(TraceError, match="line 2"):
        load_log(trace)


def test_a_trace_without_its_header_is_not_taken_for_a_foreign_log(trace: Path) -> None:
    trace.write_bytes(trace.read_bytes().split(b"\n", 1)[1])
    with pytest.raises(TraceError, match="line 1"):
        load_log(trace)
