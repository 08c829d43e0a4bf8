"""Which column is which field: what people call them, and when a word is not taken for one."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hyprl.errors import SignalLogError
from hyprl.logs.load import load_log, log_of_frame
from hyprl.logs.logmap import load_log_map
from hyprl.logs.normalise import normalise
from hyprl.tables.spellings import LOG_FIELDS, spelling
from hyprl.trace.frame import records_frame

FIRST = datetime(2024, 12, 12, 14, 30, tzinfo=UTC)
KEYS = {"timestamp": [FIRST], "symbol": ["NVDA"], "decision": ["emit"]}


def named(**columns: list[object]) -> pl.DataFrame:
    return normalise(pl.DataFrame(KEYS | columns), "log")


@pytest.mark.parametrize(
    "name",
    [
        *("Timestamp", "timestamp_utc", "ts", "datetime", "Date Time", "open_time", "openTime", "Open Time"),
        *("bar_open_utc", "bar_time", "date", "time", "TIME"),
    ],
)
def test_words_for_the_time_of_a_bar(name: str) -> None:
    frame = pl.DataFrame({name: [FIRST], "symbol": ["NVDA"], "decision": ["emit"]})
    assert normalise(frame, "log")["timestamp"].to_list() == [FIRST]


@pytest.mark.parametrize("name", ["Symbol", "ticker", "sym", "pair", "asset", "instrument", "Instrument ID"])
def test_words_for_the_symbol(name: str) -> None:
    frame = pl.DataFrame({"timestamp": [FIRST], name: ["NVDA"], "decision": ["emit"]})
    assert normalise(frame, "log")["symbol"].to_list() == ["NVDA"]


@pytest.mark.parametrize("name", ["Decision", "signal", "action", "side", "Order Side"])
def test_words_for_the_decision(name: str) -> None:
    frame = normalise(pl.DataFrame({"timestamp": [FIRST], "symbol": ["NVDA"], name: ["BUY"]}), "log")
    assert frame.select("decision", "direction").row(0) == ("emit", "long")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *((name, "probability_up") for name in ("prob", "proba", "score", "p_up", "Prob Up", "probabilityUp")),
        *((name, "position_size") for name in ("qty", "quantity", "shares", "size", "units", "Position Size")),
        *((name, "expected_pnl") for name in ("ev", "EV", "expected_value", "expectedPnl")),
        *((name, "risk_amount") for name in ("risk", "risk_usd", "Risk Amount")),
        *((name, "threshold_long") for name in ("long_threshold", "threshold_up", "thresholds.long")),
        *((name, "threshold_short") for name in ("short_threshold", "threshold_down", "sell_threshold")),
        *((name, "reason") for name in ("Reason", "reject_reason")),
        *((name, "equity") for name in ("Equity", "equity_usd", "account_equity", "portfolio_value")),
        ("indicators.rsi", "indicator.rsi"),
    ],
)  # fmt: skip
def test_words_for_a_field(name: str, field: str) -> None:
    assert named(**{name: [0.5]}).columns == ["timestamp", "symbol", "decision", field]


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({"probability_up": [0.5], "score": [0.7]}, ["probability_up", "score"]),
        ({"score": [0.7], "proba": [0.5]}, ["score", "probability_up"]),
        ({"score": [57.0]}, ["score"]),
        ({"score": ["high"]}, ["score"]),
        ({"qty": ["two lots"]}, ["qty"]),
        ({"risk": [True]}, ["risk"]),
        ({"bar_close": ["2024-12-12 15:30"]}, ["bar_close"]),
        ({"close": [101.0], "price": [1.0], "atr": [2.0]}, ["close", "price", "atr"]),
        ({"indicator.rsi": [1.0], "indicators.rsi": [2.0]}, ["indicator.rsi", "indicators.rsi"]),
        ({"a": [1], " a": [2]}, ["a", " a"]),
        ({"Equity": [1.0], "equity": [2.0]}, ["Equity", "equity"]),
        ({"signal": ["BUY"], "action": ["open"]}, ["signal", "action"]),
        ({"Run ID": ["r1"]}, ["Run ID"]),
    ],
    ids=str,
)
def test_a_word_is_not_taken_for_what_it_is_not(columns: dict[str, list[object]], kept: list[str]) -> None:
    assert named(**columns).columns[3:] == kept


def test_of_two_words_for_one_field_the_first_in_the_list_is_used() -> None:
    frame = pl.DataFrame(
        {"time": [FIRST], "ts": [FIRST], "pair": ["A"], "ticker": ["B"], "side": ["buy"], "action": ["sell"]}
    )
    clean = normalise(frame, "log")
    assert clean.select("symbol", "direction").row(0) == ("B", "short")
    assert {"time", "pair", "side"} <= set(clean.columns)


def test_side_is_the_direction_beside_decisions_that_do_not_say_it() -> None:
    assert named(side=["SELL"])["direction"].to_list() == ["short"]
    assert named(side=["to open"]).columns[3:] == ["side"]
    closing = normalise(pl.DataFrame(KEYS | {"decision": ["sell"], "side": ["long"]}), "log")
    assert (closing["direction"].item(), closing["side"].item()) == ("short", "long")


def test_an_empty_column_is_the_field_that_it_is_called(tmp_path: Path) -> None:
    assert named(score=[None])["probability_up"].to_list() == [None]


def test_a_few_numbers_that_are_no_probabilities_do_not_hide_the_rest() -> None:
    stamps = pl.datetime_range(FIRST, FIRST.replace(hour=15), "1h", eager=True)
    frame = pl.DataFrame({"timestamp": stamps, "symbol": "A", "decision": "emit", "score": [0.1, 1.7]})
    assert normalise(frame, "log")["probability_up"].to_list() == [0.1, 1.7]


def test_naming_twice_changes_nothing() -> None:
    once = named(side=["sell"], qty=[1], score=[0.2], long_threshold=[0.6])
    assert normalise(once, "log").equals(once)


def test_what_cannot_be_read_is_said_with_the_column_that_it_stands_in() -> None:
    frame = pl.DataFrame({"time": [FIRST], "ticker": ["A"], "signal": ["maybe"]})
    with pytest.raises(
        SignalLogError, match="decision 'maybe' is no known decision, read from the column signal"
    ):
        normalise(frame, "log")


def test_date_and_time_of_day_in_two_columns_are_one_instant(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "Date,Time,ticker,side\n2024-12-12,14:30:00Z,NVDA,buy\n", encoding="utf-8"
    )
    assert load_log(tmp_path / "log.csv").frame["timestamp"].to_list() == [FIRST]
    (tmp_path / "log.csv").write_text("Date,Time,ticker,side\n2024-12-12,09:30,NVDA,buy\n", encoding="utf-8")
    zoned = load_log_map({"timezone": "America/New_York"})
    assert load_log(tmp_path / "log.csv", zoned).frame["timestamp"].to_list() == [FIRST]


def test_a_time_of_day_beside_a_whole_stamp_stays_a_column() -> None:
    clean = named(date=["2024-12-12"], time=["09:30"])
    assert {"timestamp", "date", "time"} <= set(clean.columns)


def test_a_map_finds_what_it_speaks_of_under_the_usual_words() -> None:
    log_map = load_log_map(
        {"timezone": "America/New_York", "signed_size": True, "decision_words": {"go": "emit"}}
    )
    frame = pl.DataFrame({"time": ["2024-12-12 09:30"], "ticker": ["A"], "action": ["go"], "qty": ["-5"]})
    clean = log_of_frame(frame, "log", log_map).frame
    assert clean.row(0) == (FIRST, "A", "emit", "short", 5.0)
    assert clean.columns == ["timestamp", "symbol", "decision", "direction", "position_size"]


def test_a_constant_of_the_map_leaves_the_column_alone() -> None:
    frame = pl.DataFrame({"timestamp": [FIRST], "ticker": ["A"], "side": ["buy"]})
    clean = log_of_frame(frame, "log", load_log_map({"symbol": "B", "decision": "emit"})).frame
    assert clean.select("symbol", "ticker", "decision", "direction").row(0) == ("B", "A", "emit", "long")


@pytest.mark.parametrize(
    ("columns", "suggestion"),
    [
        ({"tmestamp": [FIRST]}, "`tmestamp` looks like timestamp: --set columns.timestamp=tmestamp"),
        ({"bar_close": [FIRST]}, "--set columns.timestamp=bar_close --set stamp=close"),
        ({"Date Tme": [FIRST]}, "--set 'columns.timestamp=Date Tme'"),
        ({"timestamp": [FIRST], "tickr": ["A"]}, "`tickr` looks like symbol: --set columns.symbol=tickr"),
        ({"timestamp": [FIRST], "ticker": ["A"], "desicion": ["emit"]}, "--set columns.decision=desicion"),
    ],
)
def test_a_column_like_the_one_that_is_lacking_is_suggested(
    columns: dict[str, list[object]], suggestion: str
) -> None:
    with pytest.raises(SignalLogError) as caught:
        normalise(pl.DataFrame({"rsi": [1.0]} | columns), "log")
    assert "lacks the column" in caught.value.what
    assert suggestion in str(caught.value)


def test_nothing_is_suggested_where_nothing_is_alike() -> None:
    with pytest.raises(SignalLogError) as caught:
        normalise(pl.DataFrame({"a": [1], "b": [2]}), "log")
    assert "looks like" not in str(caught.value)


def test_a_mistyped_field_that_a_log_may_lack_is_noted() -> None:
    found = log_of_frame(pl.DataFrame(KEYS | {"probabilty_up": [0.5], "position_side": ["x"]}), "log")
    (note,) = found.notes
    assert "`probabilty_up` looks like probability_up: --set columns.probability_up=probabilty_up" in note


def test_a_full_log_has_no_notes(full_log: pl.DataFrame) -> None:
    assert log_of_frame(full_log, "log").notes == ()


def test_the_list_names_every_field_of_a_trace() -> None:
    of_runs = {"run_id", "source"}
    assert set(LOG_FIELDS) == set(records_frame([]).columns) - of_runs


def test_no_word_stands_for_two_fields() -> None:
    words = [word for field in LOG_FIELDS.values() for word in (*field.sure, *field.likely)]
    assert sorted({word for word in words if words.count(word) > 1}) == ["side"]  # decision, else direction
    assert all(word == spelling(word) for word in words)
    assert not {spelling(field) for field in LOG_FIELDS} & set(words)


ROW = '{"open_time":"2024-12-12T14:30:00Z","ticker":"NVDA","side":"buy","score":0.5}\n'


@pytest.mark.parametrize("header", ["", '{"run":"r1"}\n', '{"date":"2024-12-12","run":"r1"}\n'])
def test_json_lines_are_rows_by_any_word_for_the_time(tmp_path: Path, header: str) -> None:
    (tmp_path / "log.jsonl").write_text(header + ROW, encoding="utf-8")
    frame = load_log(tmp_path / "log.jsonl").frame
    assert frame.select("timestamp", "symbol", "direction", "probability_up").row(0) == (
        FIRST,
        "NVDA",
        "long",
        0.5,
    )


def test_json_lines_are_rows_by_the_name_that_the_map_gives(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(ROW.replace("open_time", "when"), encoding="utf-8")
    log_map = load_log_map({"columns": {"timestamp": "when"}})
    assert load_log(tmp_path / "log.jsonl", log_map).frame["timestamp"].to_list() == [FIRST]


def test_json_lines_without_any_time_are_refused_with_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(ROW.replace("open_time", "tmestamp"), encoding="utf-8")
    with pytest.raises(SignalLogError, match=r"--set columns\.timestamp=tmestamp"):
        load_log(tmp_path / "log.jsonl")


def test_a_json_line_that_lacks_the_time_of_the_others_is_named(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(ROW + ROW + '{"ticker":"NVDA"}\n', encoding="utf-8")
    with pytest.raises(SignalLogError, match="line 3 has no open_time"):
        load_log(tmp_path / "log.jsonl")
