import enum
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.causes.steps import step_of
from hyprl.domain.bars import Bar
from hyprl.errors import OutputError, TraceError
from hyprl.logs.load import load_log
from hyprl.trace import record

FIRST = datetime(2025, 1, 15, 14, 30, tzinfo=UTC)


class Side(enum.IntEnum):
    BUY = 1
    SELL = 2


@dataclass
class Sized:
    equity: float
    atr: float


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "logs" / "live.jsonl"


def one(file: Path, **values: object) -> dict[str, object]:
    record(file, FIRST, "NVDA", "long", **values)
    return load_log(file).frame.row(0, named=True)


def test_three_lines_make_a_log(file) -> None:
    record(file, FIRST, "NVDA", "long", probability_up=0.625, position_size=10)
    record(file, FIRST + timedelta(hours=1), "NVDA", "flat", probability_up=0.5)
    frame = load_log(file).frame
    assert frame["timestamp"].to_list() == [FIRST, FIRST + timedelta(hours=1)]
    assert frame["decision"].to_list() == ["emit", "reject"]
    assert frame["direction"].to_list() == ["long", None]
    assert frame["probability_up"].to_list() == [0.625, 0.5]
    assert frame["position_size"].to_list() == [10.0, None]


@pytest.mark.parametrize(
    "features",
    [{"rsi": 0.5}, pd.Series({"rsi": 0.5}), pd.Series([0.5], index=["rsi"], dtype="float32")],
)
def test_features_become_indicators(file, features: object) -> None:
    assert one(file, features=features)["indicator.rsi"] == 0.5


def test_unnamed_features_are_numbered(file) -> None:
    row = one(file, features=np.array([0.5, math.nan]))
    assert row["indicator.0"] == 0.5
    assert math.isnan(row["indicator.1"])


@pytest.mark.parametrize("bar", [Bar(1.0, 3.0, 0.5, 2.0, 9.0), (1.0, 3.0, 0.5, 2.0, 9.0)])
def test_a_bar_becomes_its_prices(file, bar: object) -> None:
    row = one(file, bar=bar)
    assert [row[f"bar.{name}"] for name in Bar._fields] == [1.0, 3.0, 0.5, 2.0, 9.0]


def test_what_a_decision_reads_lands_where_its_stage_is_known(file) -> None:
    names = ("open", "close", "atr", "price", "risk_fraction", "trades_today", "bars_since_entry", "equity")
    names += ("threshold_long", "position_size", "expected_pnl")
    row = one(file, **dict.fromkeys(names, 1.5), thresholds={"short": 0.45}, features={"x": 1})
    written = [name for name in row if name not in ("timestamp", "symbol", "direction", "decision")]
    assert {name for name in written if step_of(name) is None} == set()
    assert {"bar.open", "risk_inputs.atr", "account.trades_today", "equity", "threshold_short"} <= set(row)


def test_members_of_any_record_become_columns(file) -> None:
    row = one(file, risk_inputs=Sized(10_000.0, 4.0), venue={"latency": {"ms": 3}})
    assert (row["risk_inputs.equity"], row["risk_inputs.atr"], row["venue.latency.ms"]) == (10_000.0, 4.0, 3)


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (Side.SELL, ("emit", "short")),
        (np.int64(-1), ("emit", "short")),
        (np.float64(1.0), ("emit", "long")),
        (0, ("reject", None)),
        (None, (None, None)),
        (math.nan, (None, None)),
    ],
)
def test_decisions_of_any_spelling(file, decision: object, expected: tuple[object, object]) -> None:
    record(file, FIRST, "NVDA", decision)
    row = load_log(file).frame.row(0, named=True)
    assert (row["decision"], row.get("direction")) == expected


@pytest.mark.parametrize(
    "timestamp",
    [
        FIRST.astimezone(timezone(timedelta(hours=-5))),
        pd.Timestamp(FIRST),
        "2025-01-15T09:30:00-05:00",
        "2025-01-15T14:30:00Z",
        1736951400,
        np.int64(1736951400000),
        1736951400000000,
        1736951400000000000,
    ],
)
def test_instants_of_any_spelling(file, timestamp: object) -> None:
    record(file, timestamp, "NVDA", "long")
    assert load_log(file).frame["timestamp"].to_list() == [FIRST]


@pytest.mark.parametrize(
    "timestamp",
    [
        datetime(2025, 1, 15),
        "2025-01-15T14:30:00",
        "soon",
        pd.NaT,
        None,
        math.nan,
        True,
        np.datetime64("2025-01-15T14:30"),
        np.datetime64("2025-01-15T14:30", "ns"),
        pd.Timestamp(1736951400000000001, tz="UTC"),
        1736951400000000001,
        10**30,
    ],
)
def test_what_is_no_instant_is_refused_and_nothing_written(file, timestamp: object) -> None:
    with pytest.raises(TraceError):
        record(file, timestamp, "NVDA", "long")
    assert not file.exists()


@given(st.floats())
def test_floats_survive_to_the_bit(tmp_path_factory, value: float) -> None:
    file = tmp_path_factory.mktemp("bits") / "log.jsonl"
    found = one(file, expected_pnl=value, features={"x": np.float64(value)})
    for column in ("expected_pnl", "indicator.x"):
        assert math.isnan(found[column]) if math.isnan(value) else found[column].hex() == value.hex()


def test_nan_missing_and_large_values_are_told_apart(file) -> None:
    row = one(file, nan=math.nan, gone=None, na=pd.NA, huge=2**80, money=Decimal("0.1"), least=-math.inf)
    assert math.isnan(row["nan"])
    assert (row["gone"], row["na"], row["least"], row["money"]) == (None, None, -math.inf, 0.1)
    assert str(row["huge"]) == str(2**80)


def test_secrets_are_withheld(file) -> None:
    record(
        file,
        FIRST,
        "NVDA",
        "long",
        api_key="AKIA123",
        broker={"password": "hunter2", "pin_password": 1234, "token": "tok9"},
        credentials=["user7"],
        feed="wss://me:pass8@feed.example/x",
        header="Bearer abc123",
        features={"token": 0.5},
    )
    text = file.read_text()
    assert not [
        word for word in ("AKIA", "hunter", "1234", "tok9", "user7", "pass8", "abc123") if word in text
    ]
    assert load_log(file).frame["indicator.token"].to_list() == [0.5]


@pytest.mark.parametrize(
    "values",
    [
        {"record_hash": "x"},
        {"schema": "x"},
        {"features": {"x": 1}, "indicators": {"x": 2}},
        {"features": 3},
        {"features": "rsi"},
        {"thing": object()},
        {"raw": b"x"},
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(file, values: dict[str, object]) -> None:
    with pytest.raises(TraceError, match=next(iter(values)) if len(values) == 1 else "indicator.x"):
        record(file, FIRST, "NVDA", "long", **values)


def test_what_contains_itself_is_refused(file) -> None:
    loop: dict[str, object] = {}
    loop["again"] = loop
    ring: list[object] = []
    ring.append(ring)
    for value in (loop, ring):
        with pytest.raises(TraceError, match="nested"):
            record(file, FIRST, "NVDA", "long", value=value)


@pytest.mark.parametrize("symbol", ["", "  ", None, 3])
def test_a_symbol_is_needed(file, symbol: object) -> None:
    with pytest.raises(TraceError, match="symbol"):
        record(file, FIRST, symbol, "long")


@pytest.mark.parametrize("tail", ['{"timestamp":"2025-01', '{"timestamp":"2025-01-15T13:30:00Z","sym'])
def test_a_torn_line_is_cut_when_recording_goes_on(file, tail: str) -> None:
    record(file, FIRST, "NVDA", "long")
    with file.open("a") as stream:
        stream.write(tail)
    record(file, FIRST + timedelta(hours=1), "NVDA", "short")
    assert load_log(file).frame["direction"].to_list() == ["long", "short"]


def test_a_whole_last_line_without_its_newline_is_kept(file) -> None:
    record(file, FIRST, "NVDA", "long")
    file.write_bytes(file.read_bytes().rstrip())
    record(file, FIRST + timedelta(hours=1), "NVDA", "short")
    assert load_log(file).frame.height == 2


@pytest.mark.parametrize("content", ["timestamp,symbol\n", '{"schema":"hyprl-trace","schema_version":1}\n'])
def test_another_file_is_never_appended_to(tmp_path, content: str) -> None:
    (tmp_path / "other").write_text(content)
    with pytest.raises(TraceError, match="is no log of"):
        record(tmp_path / "other", FIRST, "NVDA", "long")
    assert (tmp_path / "other").read_text() == content


def test_a_directory_and_a_full_disk_are_named(tmp_path) -> None:
    for place in (tmp_path, Path("/dev/full")):
        if place.exists():
            with pytest.raises(OutputError, match="cannot be written"):
                record(place, FIRST, "NVDA", "long")


def _forever(file: Path) -> None:
    for number in range(10**9):
        record(file, FIRST + timedelta(hours=number), "NVDA", "long", note="x" * 500)


def test_a_killed_bot_leaves_whole_lines(file) -> None:
    bot = multiprocessing.get_context("spawn").Process(target=_forever, args=(file,))
    bot.start()
    deadline = time.monotonic() + 60
    while not (file.exists() and file.stat().st_size > 50_000) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(bot.pid, signal.SIGKILL)
    bot.join()
    lines = file.read_bytes().count(b"\n")
    assert load_log(file).frame.height == lines > 50


def test_threads_write_whole_lines(file) -> None:
    def write(symbol: str) -> None:
        for number in range(50):
            record(file, FIRST + timedelta(hours=number), symbol, "long")

    threads = [threading.Thread(target=write, args=(symbol,)) for symbol in "ABCD"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert load_log(file).frame["symbol"].value_counts()["count"].to_list() == [50] * 4


def test_lists_from_any_library_are_text(file) -> None:
    row = one(file, numpy=np.array([1.5]), polars=pl.Series([1.5]), either={2, 1})
    assert (row["numpy"], row["polars"], row["either"]) == ("[1.5]", "[1.5]", "[1, 2]")


def test_the_recorder_needs_no_table_library() -> None:
    script = (
        "import sys\nfrom hyprl.trace import record\n"
        "record(sys.argv[1], '2025-01-15T14:30Z', 'A', 'long', probability_up=0.5)\n"
        "print([name for name in ('polars', 'pandas', 'numba', 'pydantic', 'click') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, os.devnull], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_example_bot_makes_a_log_that_needs_no_map(file) -> None:
    file.parent.mkdir()
    script = Path(__file__).parents[3] / "examples" / "my_bot" / "record.py"
    subprocess.run([sys.executable, script, file], check=True)
    frame = load_log(file).frame
    assert frame["decision"].to_list() == ["emit", "reject", "emit"]
    assert frame["indicator.rsi_14"].to_list() == [0.61, 0.52, 0.41]
