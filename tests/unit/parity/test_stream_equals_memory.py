"""The same random logs through both paths: the JSON must be the same, at every batch size."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from frames import compare
from hyprl.errors import SignalLogError
from hyprl.logs.load import load_log
from hyprl.parity.streamed import compare_sorted

FIRST_US = 1_734_013_800_000_000
SYMBOLS = ["AAPL", "MSFT", "NVDA"]
BATCHES = st.one_of(st.none(), st.integers(1, 9))
STAGES = ["microscope", "features", "risk", "live-ready", "exact"]
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, float("nan"), float("inf"), 1e308, -1e308, 5e-324, 0.5, 0.5001]),
    st.floats(0.0, 1.0),
)
PROBABILITIES = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, float("nan"), float("inf"), 5e-324, 0.5, 0.5001]),
    st.floats(0.0, 1.0),
)
FIELDS: dict[str, tuple[st.SearchStrategy[Any], pl.DataType]] = {
    "direction": (st.sampled_from(["long", "short", "none", None, "Long ", "FLAT"]), pl.String()),
    "reason": (st.sampled_from(["warmup", "data", "threshold", "emit", None]), pl.String()),
    "probability_up": (PROBABILITIES, pl.Float64()),
    "expected_pnl": (NUMBERS, pl.Float64()),
    "size": (NUMBERS, pl.Float64()),
    "risk_amount": (NUMBERS, pl.Float64()),
    "threshold_long": (NUMBERS, pl.Float64()),
    "feature_hash": (st.sampled_from(["a" * 64, "b" * 64, None]), pl.String()),
    "indicator.a": (NUMBERS, pl.Float64()),
    "trend_ok": (st.sampled_from([True, False, None]), pl.Boolean()),
    "trades_today": (st.one_of(st.none(), st.integers(-3, 3)), pl.Int32()),
    "counted": (st.sampled_from(["1", "2", " 3", "-0", "none", None]), pl.String()),
    "threshold_short": (st.sampled_from(["0.5", "1", "-0", "9007199254740993", "na", None]), pl.String()),
    "score": (st.sampled_from([0.25, 0.5, -0.0, None]), pl.Float64()),
    "equity": (NUMBERS, pl.Float64()),
    "measured": (st.sampled_from(["1.5", "2", "nan", None]), pl.String()),
    "said": (st.sampled_from(["true", "False", None]), pl.String()),
    "empty": (st.none(), pl.String()),
    "void": (st.none(), pl.Int32()),
    "mixed": (st.sampled_from(["1", "x", None]), pl.String()),
    "run_id": (st.just("r"), pl.String()),
}
# The same field under another word, in either log.
OTHER_WORDS = {
    "timestamp": ["timestamp", "open_time", "Date"],
    "symbol": ["symbol", "Ticker", "pair"],
    "decision": ["decision", "signal", "side"],
    "direction": ["direction", "side", "Trade Direction"],
    "threshold_long": ["threshold_long", "long_threshold", "Threshold Up"],
    "size": ["size", "qty", "Shares"],
    "risk_amount": ["risk_amount", "risk"],
    "equity": ["equity", "Account Equity"],
    "indicator.a": ["indicator.a", "features.a", "a", "A"],
    "trades_today": ["trades_today", "account.trades_today"],
    "said": ["said", "Said", "mixed"],
    "void": ["void", "Mixed", "Said"],
    "mixed": ["mixed", "MIXED"],
}
DECISIONS = [
    ["emit", "reject", None],
    ["emit", "reject", "Emitted ", ""],
    ["BUY", "sell", "hold"],
    ["1", "0", "-1"],
]


@st.composite
def logs(draw: st.DrawFn) -> pl.DataFrame:
    keys = draw(st.sets(st.tuples(st.integers(0, 12), st.sampled_from(SYMBOLS)), min_size=1, max_size=20))
    rows = sorted(keys)
    words = draw(st.sampled_from(DECISIONS))
    fields = draw(st.sets(st.sampled_from(sorted(FIELDS))))
    if words[0] in ("BUY", "1"):
        fields -= {"direction"}  # they would contradict each other
    hours = [FIRST_US + hour * 3_600_000_000 for hour, _ in rows]
    columns = {
        "timestamp": pl.Series(hours).cast(pl.Datetime("us", "UTC")),
        "symbol": [symbol for _, symbol in rows],
        "decision": draw(st.lists(st.sampled_from(words), min_size=len(rows), max_size=len(rows))),
    }
    frame = pl.DataFrame(columns, schema_overrides={"decision": pl.String})
    for name in draw(st.permutations(sorted(fields))):
        values, dtype = FIELDS[name]
        drawn = draw(st.lists(values, min_size=len(rows), max_size=len(rows)))
        frame = frame.with_columns(pl.Series(name, drawn, dtype=dtype))
    return frame


@st.composite
def spelled(draw: st.DrawFn) -> pl.DataFrame:
    frame = draw(logs())
    names = {name: draw(st.sampled_from(OTHER_WORDS[name])) for name in frame.columns if name in OTHER_WORDS}
    assume(len({names.get(name, name) for name in frame.columns}) == frame.width)
    return frame.rename(names)


def written(folder: Path, left: pl.DataFrame, right: pl.DataFrame) -> tuple[Path, Path]:
    paths = folder / "left.parquet", folder / "right.parquet"
    for frame, path in zip((left, right), paths, strict=True):
        frame.write_parquet(path, row_group_size=5)
    return paths


def in_memory(paths: tuple[Path, Path], stage: str) -> bytes:
    left, right = (load_log(path).frame for path in paths)
    return orjson.dumps(compare(left, right, stage).as_json_dict())


def in_stream(paths: tuple[Path, Path], stage: str, batch_rows: int | None) -> bytes | str:
    done = compare_sorted(*paths, stage, batch_rows=batch_rows)
    return done if isinstance(done, str) else orjson.dumps(done.result.as_json_dict())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(logs(), logs(), BATCHES, st.sampled_from(STAGES))
def test_any_two_logs(left: pl.DataFrame, right: pl.DataFrame, batch_rows: int | None, stage: str) -> None:
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), left, right)
        assert in_stream(paths, stage, batch_rows) == in_memory(paths, stage)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spelled(), spelled(), BATCHES, st.sampled_from(STAGES))
def test_any_two_logs_in_other_words(
    left: pl.DataFrame, right: pl.DataFrame, batch_rows: int | None, stage: str
) -> None:
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), left, right)
        assert in_stream(paths, stage, batch_rows) == in_memory(paths, stage)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(logs(), st.data(), BATCHES, st.sampled_from(STAGES))
def test_log_and_its_own_part(
    left: pl.DataFrame, data: st.DataObject, batch_rows: int | None, stage: str
) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=left.height, max_size=left.height))
    assume(any(kept))
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), left, left.filter(pl.Series(kept)))
        assert in_stream(paths, stage, batch_rows) == in_memory(paths, stage)


@settings(max_examples=50, deadline=None)
@given(logs(), st.randoms(use_true_random=False), st.integers(1, 9))
def test_shuffled_log_is_declined_or_the_same(frame: pl.DataFrame, random: Any, batch_rows: int) -> None:
    order = list(range(frame.height))
    random.shuffle(order)
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), frame, frame[order])
        found = in_stream(paths, "exact", batch_rows)
        assert "not sorted" in found if isinstance(found, str) else found == in_memory(paths, "exact")


@settings(max_examples=50, deadline=None)
@given(logs(), st.data(), st.integers(1, 9))
def test_repeated_bar_is_declined_and_refused_by_name(
    frame: pl.DataFrame, data: st.DataObject, batch_rows: int
) -> None:
    row = data.draw(st.integers(0, frame.height - 1))
    twice = pl.concat([frame.head(row + 1), frame.slice(row)])
    with TemporaryDirectory() as folder:
        paths = written(Path(folder), frame, twice)
        assert "two rows for one bar" in str(in_stream(paths, "exact", batch_rows))
        with pytest.raises(SignalLogError, match="2 rows for"):
            in_memory(paths, "exact")


@pytest.mark.parametrize("value", [1e308, -0.5, 55.0])
def test_what_is_no_probability_is_left_to_the_reading_in_memory(tmp_path: Path, value: float) -> None:
    frame = pl.DataFrame(
        {
            "timestamp": pl.Series([FIRST_US, FIRST_US + 3_600_000_000]).cast(pl.Datetime("us", "UTC")),
            "symbol": "NVDA",
            "decision": "emit",
            "probability_up": [0.5, value],
        }
    )
    assert "outside [0, 1]" in str(in_stream(written(tmp_path, frame, frame), "exact", 1))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"position_size": ["-0", "1.5"]}, {"position_size": [-0.0, 1.5]}),
        ({"x": ["-0", "1"]}, {"x": [-0.0, 1.0]}),
        ({"x": ["true", "false"]}, {"x": [1.0, 0.0]}),
    ],
    ids=["a zero beside a fraction", "a zero beside a float", "truth beside numbers"],
)
def test_text_is_read_by_the_whole_column_in_a_stream_too(
    tmp_path: Path, left: dict[str, Any], right: dict[str, Any]
) -> None:
    keys = {
        "timestamp": pl.Series([FIRST_US, FIRST_US + 3_600_000_000]).cast(pl.Datetime("us", "UTC")),
        "symbol": "NVDA",
        "decision": "emit",
    }
    paths = written(tmp_path, pl.DataFrame(keys | left), pl.DataFrame(keys | right))
    assert in_stream(paths, "exact", 1) == in_memory(paths, "exact")
