import math
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import polars as pl
import pytest

import hyprl
from hyprl.errors import ConfigError, SignalLogError
from hyprl.logs.frames import as_polars

START = "2025-01-15 14:30"


def pandas_log(bars: int = 6, zone: str | None = "UTC") -> pd.DataFrame:
    stamps = pd.date_range(START, periods=bars, freq="h", tz=zone)
    return pd.DataFrame(
        {
            "timestamp": stamps,
            "symbol": "NVDA",
            "decision": ["long", "flat"] * (bars // 2),
            "probability_up": np.linspace(0.4, 0.6, bars),
            "position_size": 10.0,
            "order": range(2**60, 2**60 + bars),
        }
    )


def kept(left: object, right: object, **options: object) -> bool:
    return hyprl.compare_logs(left, right, **options).verdict == "kept"


def test_pandas_equals_the_same_log_in_polars_and_on_file(tmp_path) -> None:
    frame = pandas_log()
    frame.to_csv(tmp_path / "log.csv", index=False)
    assert kept(frame, as_polars(frame, "log"), stage="microscope")
    result = hyprl.compare_logs(frame, tmp_path / "log.csv", stage="microscope")
    assert result.verdict == "kept"
    fields = result.as_json_dict()["statistics"]["fields"]
    assert {name: item["unequal"] for name, item in fields.items()} == dict.fromkeys(
        ("decision", "direction", "probability_up", "position_size", "order"), 0
    )


def test_a_difference_in_a_pandas_frame_breaks_the_gate() -> None:
    right = pandas_log()
    right.loc[3, "decision"] = "short"
    assert hyprl.compare_logs(pandas_log(), right).verdict == "broken"


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", timezone(timedelta(hours=2))])
@pytest.mark.parametrize("name", ["timestamp", None])
def test_a_tz_aware_index_is_the_timestamp(zone: object, name: str | None) -> None:
    frame = pandas_log()
    indexed = frame.set_index(frame.pop("timestamp").dt.tz_convert(zone)).rename_axis(name)
    assert kept(indexed, pandas_log())


def test_a_two_level_index_gives_both_keys() -> None:
    assert kept(pandas_log().set_index(["timestamp", "symbol"]), pandas_log())


@pytest.mark.parametrize("indexed", [True, False])
def test_naive_times_need_a_zone_and_take_the_one_of_a_map(indexed: bool) -> None:
    local = pandas_log(zone="America/New_York")
    naive = local.assign(timestamp=local["timestamp"].dt.tz_localize(None))
    if indexed:
        naive = naive.set_index("timestamp")
    with pytest.raises(SignalLogError, match="naive"):
        hyprl.compare_logs(naive, local)
    assert kept(naive, local, maps=({"timezone": "America/New_York"}, None))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_every_unit_of_time_is_the_same_instant(unit: str) -> None:
    frame = pandas_log()
    frame["timestamp"] = frame["timestamp"].dt.as_unit(unit)
    assert as_polars(frame, "log")["timestamp"].cast(pl.Datetime("us", "UTC"))[0] == datetime(
        2025, 1, 15, 14, 30, tzinfo=UTC
    )
    assert kept(frame, pandas_log())


def test_numbers_keep_their_bits_and_missing_stays_missing() -> None:
    frame = pd.DataFrame(
        {
            "big": pd.array([2**60 + 1, None], dtype="Int64"),
            "float": pd.array([0.1, None], dtype="Float64"),
            "plain": [0.1, math.nan],
            "single": np.array([0.1, 0.2], dtype="float32"),
            "object": np.array([np.float64(0.1), None], dtype=object),
            "flag": pd.array([True, None], dtype="boolean"),
        }
    )
    found = as_polars(frame, "log")
    assert found["big"].to_list() == [2**60 + 1, None]
    assert found["float"].to_list() == [0.1, None]
    assert found["plain"][0] == 0.1
    assert math.isnan(found["plain"][1])
    assert found["single"].cast(pl.Float64)[0] == 0.10000000149011612
    assert found["object"].to_list() == [0.1, None]
    assert found["flag"].to_list() == [True, None]


def test_categories_mixed_objects_and_lists_are_read(tmp_path) -> None:
    frame = pandas_log().assign(
        decision=pd.Categorical(["long", "flat"] * 3), mixed=[1, "a", None, 2.5, [1], {1}], number=1
    )
    assert kept(frame, frame.copy())


def test_arrow_tables_are_read() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    assert kept(pyarrow.Table.from_pandas(pandas_log()), pandas_log())


def test_lazy_polars_is_collected_and_a_broken_plan_is_named(tmp_path) -> None:
    assert kept(as_polars(pandas_log(), "log").lazy(), pandas_log())
    with pytest.raises(SignalLogError, match="the left log: cannot be collected"):
        hyprl.compare_logs(pl.scan_csv(tmp_path / "absent.csv"), pandas_log())


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (3, "is no table"),
        ([{"timestamp": 1}], "is no table"),
        (None, "is no table"),
        (pd.Series([1]), "is no table"),
        (pd.DataFrame(), "lacks the column"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "unique column names.*a"),
        (pd.DataFrame({"timestamp": [1]}, index=pd.Index([1], name="timestamp")), "already exists"),
        (pandas_log().assign(decision="maybe"), "'maybe' is no known decision"),
        (
            pandas_log().assign(timestamp=lambda log: log["timestamp"].where(log.index != 2)),
            "row 3 has no timestamp",
        ),
        (pandas_log().assign(probability_up="x"), "is no number"),
        (pd.concat([pandas_log(), pandas_log()]), "2 rows for NVDA"),
    ],
)
def test_what_is_no_log_is_refused_by_name(frame: object, message: str) -> None:
    with pytest.raises(SignalLogError, match=message) as caught:
        hyprl.compare_logs(pandas_log(), frame)
    assert "the right log" in str(caught.value)


def test_maps_are_names_files_or_tables(tmp_path) -> None:
    (tmp_path / "map.toml").write_text('[columns]\nprobability_up = "score"\n')
    scored = pandas_log().rename(columns={"probability_up": "score"})
    for choice in (
        {"columns": {"probability_up": "score"}},
        tmp_path / "map.toml",
        str(tmp_path / "map.toml"),
    ):
        assert kept(scored, pandas_log(), maps=(choice, None))
    with pytest.raises(ConfigError, match="unknown key `colums`"):
        hyprl.compare_logs(scored, scored, maps={"colums": {}})


def test_coverage_is_measured_against_the_calendar() -> None:
    frame = pandas_log()
    result = hyprl.compare_logs(frame.drop(index=2), frame.drop(index=2), calendar="XNYS")
    assert result.main.coverage == 5 / 6


def test_polars_frames_need_neither_pandas_nor_narwhals() -> None:

    script = (
        "import sys, polars as pl, hyprl\n"
        "log = pl.DataFrame({'timestamp': ['2025-01-15T14:30Z'], 'symbol': ['A'], 'decision': ['buy']})\n"
        "hyprl.compare_logs(log, log)\n"
        "print([name for name in ('pandas', 'narwhals', 'pyarrow') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
