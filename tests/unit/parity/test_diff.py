import math
import struct

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprl.errors import OutputError, SignalLogError
from hyprl.logs.normalise import normalise
from hyprl.parity.diff import diff_logs
from hyprl.parity.diff_files import file_stem, write_diff, write_symbol_diffs

HOUR_US = 3_600_000_000


def log(bars: list[tuple[int, str]], words: list[str], **columns) -> pl.DataFrame:
    opens = pl.Series("timestamp", [hour * HOUR_US for hour, _ in bars], dtype=pl.Int64)
    stamps = opens.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    base = {"timestamp": stamps, "symbol": pl.Series([symbol for _, symbol in bars], dtype=pl.String)}
    return normalise(pl.DataFrame(base | {"decision": pl.Series(words, dtype=pl.String)} | columns), "test")


def flags(left: str | None, right: str | None) -> tuple:
    sides = [log([(1, "A")], [word]) if word is not None else log([], []) for word in (left, right)]
    return diff_logs(*sides).select("_merge", "bt_only", "replay_only", "decision_match").row(0)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("emit", "emit", ("both", False, False, True)),
        ("reject", "reject", ("both", False, False, True)),
        ("emit", "reject", ("both", True, False, False)),
        ("reject", "emit", ("both", False, True, False)),
        ("long", "short", ("both", False, False, False)),
        ("long", "buy", ("both", False, False, True)),
        ("emit", "", ("both", True, False, False)),
        ("", "", ("both", False, False, False)),
        ("", "reject", ("both", False, False, False)),
        ("emit", None, ("left_only", True, False, None)),
        ("reject", None, ("left_only", False, False, None)),
        (None, "emit", ("right_only", False, True, None)),
        (None, "reject", ("right_only", False, False, None)),
        ("flat", "reject", ("both", False, False, True)),
    ],
)
def test_flags_of_one_bar(left: str | None, right: str | None, expected: tuple) -> None:
    assert flags(left, right) == expected


def test_columns_stand_in_the_order_of_the_specification(full_log) -> None:
    columns = diff_logs(normalise(full_log, ""), normalise(full_log, "")).columns
    assert columns[:6] == ["timestamp", "symbol", "_merge", "bt_only", "replay_only", "decision_match"]
    place = columns.index("probability_up_bt")
    assert columns[place : place + 3] == [
        "probability_up_bt",
        "probability_up_replay",
        "abs_diff_probability_up",
    ]


def test_gap_is_nan_beside_nan_and_null_beside_null() -> None:
    bars = [(1, "A"), (2, "A"), (3, "A")]
    left = log(bars, ["reject"] * 3, x=[1.0, math.nan, 1.0])
    right = log(bars, ["reject"] * 3, x=[3.5, 1.0, None])
    gaps = diff_logs(left, right)["abs_diff_x"].to_list()
    assert gaps[0] == 2.5
    assert math.isnan(gaps[1])
    assert gaps[2] is None


def test_whole_numbers_meet_floats() -> None:
    left, right = log([(1, "A")], ["reject"], x=[25]), log([(1, "A")], ["reject"], x=[25.5])
    assert diff_logs(left, right)["abs_diff_x"].to_list() == [0.5]


def test_shuffled_rows_pair_the_same(full_log) -> None:
    clean = normalise(full_log, "")
    shuffled = clean.sample(fraction=1.0, shuffle=True, seed=3)
    assert diff_logs(clean, shuffled).equals(diff_logs(clean, clean))


bars = st.lists(st.tuples(st.integers(0, 15), st.sampled_from("AB")), unique=True, max_size=20)


@given(left=bars, right=bars)
@settings(max_examples=60, deadline=None)
def test_join_equals_pandas_outer_merge(left: list, right: list) -> None:
    sides = [
        log(keys, ["emit"] * len(keys), x=pl.Series([float(h) for h, _ in keys], dtype=pl.Float64))
        for keys in (left, right)
    ]
    ours = diff_logs(*sides).select(
        pl.col("timestamp").dt.epoch("us"), "symbol", "_merge", "x_bt", "x_replay"
    )
    tables = [
        pd.DataFrame(
            {
                "timestamp": [h * HOUR_US for h, _ in keys],
                "symbol": [s for _, s in keys],
                "x": [float(h) for h, _ in keys],
            }
        )
        for keys in (left, right)
    ]
    tables = [table.astype({"timestamp": "int64", "symbol": object, "x": float}) for table in tables]
    theirs = tables[0].merge(
        tables[1], on=["timestamp", "symbol"], how="outer", suffixes=("_bt", "_replay"), indicator=True
    )
    theirs = theirs.sort_values(["timestamp", "symbol"])
    for name in ("timestamp", "symbol", "_merge"):
        assert ours[name].to_list() == theirs[name].tolist()
    for name in ("x_bt", "x_replay"):
        assert np.array_equal(
            ours[name].fill_null(math.nan).to_numpy(), theirs[name].to_numpy(), equal_nan=True
        )


def test_clashing_names_are_an_error() -> None:
    left = log([(1, "A")], ["emit"], **{"k_bt": [1.0], "abs_diff_k": [1.0]})
    with pytest.raises(SignalLogError, match="abs_diff_k_bt"):
        diff_logs(left, left)


def test_csv_keeps_the_bits_and_tells_nan_from_missing(tmp_path) -> None:
    values = [0.1, -0.0, 5e-324, 1e308, math.nan, None, math.inf, 1 / 3]
    keys = [(hour, "A") for hour in range(len(values))]
    left = log(keys, ["reject"] * len(values), x=values)
    table, columns = write_diff(diff_logs(left, left), tmp_path, "a_signal_diff")
    rows = [line.split(",") for line in table.read_text().splitlines()]
    cells = [row[rows[0].index("x_bt")] for row in rows[1:]]
    assert cells[4:6] == ["NaN", ""]
    assert rows[1][0] == "1970-01-01T00:00:00Z"
    for cell, value in zip(cells, values, strict=True):
        if value is not None:
            assert struct.pack("<d", float(cell)) == struct.pack("<d", value)
    assert pl.read_parquet(columns).equals(diff_logs(left, left))


def test_each_symbol_gets_its_own_files(tmp_path) -> None:
    left = log([(1, "NVDA"), (1, "BRK/B"), (1, "../etc")], ["emit"] * 3)
    paths = write_symbol_diffs(diff_logs(left, left), tmp_path / "signals")
    assert sorted(path.name for path in paths if path.suffix == ".csv") == [
        "_etc_signal_diff.csv",
        "brk_b_signal_diff.csv",
        "nvda_signal_diff.csv",
    ]
    assert {path.parent for path in paths} == {tmp_path / "signals"}


def test_symbols_that_collide_as_file_names_are_numbered(tmp_path) -> None:
    left = log([(1, "nvda"), (1, "NVDA")], ["emit"] * 2)
    names = {path.name for path in write_symbol_diffs(diff_logs(left, left), tmp_path)}
    assert {"nvda_signal_diff.csv", "nvda_2_signal_diff.csv"} <= names


def test_a_diff_without_bars_is_written_too(tmp_path) -> None:
    paths = write_symbol_diffs(diff_logs(log([], []), log([], [])), tmp_path)
    assert [path.name for path in paths] == ["empty_signal_diff.csv", "empty_signal_diff.parquet"]


@pytest.mark.parametrize(("symbol", "stem"), [("NVDA", "nvda"), ("..", "symbol"), ("A B", "a_b"), ("é", "_")])
def test_file_stem_is_never_a_path(symbol: str, stem: str) -> None:
    assert file_stem(symbol) == stem


def test_an_unwritable_folder_is_an_output_error(tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    left = log([(1, "A")], ["emit"])
    with pytest.raises(OutputError, match="file"):
        write_diff(diff_logs(left, left), tmp_path / "file", "a")
