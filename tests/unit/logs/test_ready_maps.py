"""The ready maps, on files that the programs wrote (tests/fixtures/exports, whose README says what was planted)."""

import csv
import zipfile
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

import hyprl
from hyprl.parity.verdict import Compared

EXPORTS = Path(__file__).parents[2] / "fixtures" / "exports"
NVDA = {"symbol": "NVDA"}
BACKTESTING = {"base": "backtesting.py", **NVDA}
VECTORBT = {"base": "vectorbt", **NVDA}
SIGNALS = {"base": "vectorbt-signals", **NVDA}
NAUTILUS = {"base": "nautilus_trader", **NVDA}


def compared(left: str, right: str, maps: Any, calendar: str | None = None) -> Compared:
    return hyprl.compare_logs(EXPORTS / left, EXPORTS / right, stage="exact", maps=maps, calendar=calendar)


def emitted(result: Compared, side: str) -> int:
    return (result.main.diff[f"decision_{side}"] == "emit").sum()


CASES = {
    "backtesting_py_trades.csv": (BACKTESTING, "XNYS"),
    "vectorbt_entry_trades.csv": (VECTORBT, "XNYS"),
    "vectorbt_signals.csv": (SIGNALS, None),
    "nautilus_trader_positions.csv": (NAUTILUS, "XNYS"),
    "freqtrade_backtest.zip": ("freqtrade", None),
    "freqtrade_indicators.csv": ("freqtrade-signals", None),
}


@pytest.mark.parametrize("name", CASES)
def test_an_export_against_itself_keeps_every_gate_that_can_be_assessed(name: str) -> None:
    result = compared(name, name, *CASES[name])
    assert {gate.metric for gate in result.gates if gate.kept is False} == set()
    unassessed = {gate.metric for gate in result.gates if gate.kept is None}
    assert {"probability_up_present", "unequal_hashes"} <= unassessed  # a trade list has neither
    assert result.verdict == "not_assessed"
    assert result.main.statistics.combined_gap == 0.0


# entries of the unplanted run, entries missing in the planted one, bars whose size differs (missing ones included)
PLANTED = {
    "backtesting_py_trades.csv": (28, 1, 2),
    "vectorbt_entry_trades.csv": (
        28,
        2,
        3,
    ),  # without the fourth (long) entry the fifth repeats a short: ignored
    "vectorbt_signals.csv": (28, 1, None),
    "nautilus_trader_positions.csv": (28, 1, 2),
    "freqtrade_backtest.zip": (14, 1, 2),
    "freqtrade_indicators.csv": (14, 1, 2),
}


@pytest.mark.parametrize("name", CASES)
def test_planted_differences_break_the_gates_and_are_counted(name: str) -> None:
    stem, suffix = name.split(".")
    result = compared(name, f"{stem}_planted.{suffix}", *CASES[name])
    entries, missing, sizes = PLANTED[name]
    document = result.as_json_dict()["statistics"]
    assert result.verdict == "broken"
    assert (document["emitted_bt_all"], document["bt_only"], document["replay_only"]) == (entries, missing, 0)
    assert document["diverging"] == missing
    assert document["merge"]["left_only"] == document["merge"]["right_only"] == 0
    assert sizes is None or document["fields"]["position_size"]["unequal"] == sizes


@pytest.mark.parametrize("name", CASES)
def test_the_command_reads_an_export_by_its_map(name: str, run_diff: Any) -> None:
    log_map, calendar = CASES[name]
    ready = log_map["base"] if isinstance(log_map, dict) else log_map
    options = ["--set", "symbol=NVDA"] if isinstance(log_map, dict) else []
    options += ["--calendar", calendar] if calendar else []
    stem, suffix = name.split(".")
    planted = f"{stem}_planted.{suffix}"
    assert run_diff(EXPORTS / name, EXPORTS / name, "--map", ready, *options).exit_code == 3
    result = run_diff(EXPORTS / name, EXPORTS / planted, "--map", ready, *options, "--stage", "exact")
    assert result.exit_code == 1
    assert "BROKEN" in result.stdout


ENGINES = [
    ("backtesting_py_trades.csv", BACKTESTING),
    ("vectorbt_entry_trades.csv", VECTORBT),
    ("nautilus_trader_positions.csv", NAUTILUS),
]


@pytest.mark.parametrize(("name", "log_map"), ENGINES)
def test_three_programs_and_the_signals_agree_on_every_bar(name: str, log_map: Any) -> None:
    """Fill at the next open, at the signal's close, at the bar's close: the maps bring all to the same bars."""
    for calendar in ("XNYS", None):
        result = compared("vectorbt_signals.csv", name, (SIGNALS, log_map), calendar)
        found = result.main.statistics
        assert (found.rows, found.combined_gap, emitted(result, "replay")) == (420, 0.0, 28)
        assert result.main.diff["_merge"].unique().to_list() == ["both"]


def test_backtesting_py_and_nautilus_trader_agree_without_a_full_log_when_a_calendar_is_named() -> None:
    result = compared(ENGINES[0][0], ENGINES[2][0], (BACKTESTING, NAUTILUS), "XNYS")
    assert result.main.statistics.combined_gap == 0.0
    assert result.main.diff["direction_bt"].to_list() == result.main.diff["direction_replay"].to_list()


def test_freqtrade_s_archive_and_its_analysis_agree() -> None:
    result = compared(
        "freqtrade_backtest.zip", "freqtrade_indicators.csv", ("freqtrade", "freqtrade-signals")
    )
    assert result.main.statistics.combined_gap == 0.0
    assert emitted(result, "bt") == 14


def test_freqtrade_s_trades_are_read_from_the_archive_its_json_and_a_list(tmp_path) -> None:
    with zipfile.ZipFile(EXPORTS / "freqtrade_backtest.zip") as archive:
        (name,) = [item for item in archive.namelist() if item.endswith(".json") and "_config" not in item]
        document = archive.read(name)
    (tmp_path / "result.json").write_bytes(document)
    trades = orjson.loads(document)["strategy"]["Crossing"]["trades"]
    (tmp_path / "list.json").write_bytes(orjson.dumps(trades))
    for file in ("result.json", "list.json"):
        result = hyprl.compare_logs(EXPORTS / "freqtrade_backtest.zip", tmp_path / file, maps="freqtrade")
        assert result.main.statistics.combined_gap == 0.0
        assert emitted(result, "replay") == 14


def test_entries_stand_on_the_bar_that_was_decided() -> None:
    """The first order was filled at the open of the 20:30 bar, so it was decided on the one before."""
    for name, log_map in ENGINES:
        diff = compared("vectorbt_signals.csv", name, (SIGNALS, log_map)).main.diff
        first = diff.filter(pl.col("decision_replay") == "emit").row(0, named=True)
        assert first["timestamp"].strftime("%Y-%m-%d %H:%M") == "2025-01-06 19:30"
        assert first["direction_replay"] == "short"
    with (EXPORTS / "backtesting_py_trades.csv").open() as file:
        assert next(csv.DictReader(file))["EntryTime"] == "2025-01-06 20:30:00+00:00"
