"""`hyprl backtest` and `hyprl replay`: one answer, byte for byte the same again; in-sample said; traces where asked."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hyprl.model.artifact import ProbabilityModel
from hyprl.trace.read import read_trace
from hyprl.usecases.models import embedded_artifact

WINDOW = ("--start", "2025-01-15", "--end", "2025-02-14")


def document(path: Path) -> dict:
    return json.loads(path.read_text())


@pytest.fixture
def in_sample_model(tmp_path) -> Path:
    """The built-in model, said to be trained on a bar of the window."""
    model = ProbabilityModel.load_artifact(embedded_artifact())
    training = replace(model.training, last_open_utc_us=1_736_951_400_000_000)
    replace(model, training=training).save_artifact(tmp_path / "overlapping.pkl")
    return tmp_path / "overlapping.pkl"


def test_both_engines_give_the_same_trades_equity_and_performance(hyprl, tmp_path):
    for command in ("backtest", "replay"):
        assert hyprl(command, "--json", f"{command}.json", "--trace", f"{command}.jsonl", *WINDOW).code == 0
    batch, live = document(tmp_path / "backtest.json"), document(tmp_path / "replay.json")
    assert batch["trades"]
    for member in (
        "trades",
        "equity",
        "performance",
        "final_equity",
        "run_id",
        "config_hash",
        "model_sha256",
    ):
        assert batch[member] == live[member]


@pytest.mark.parametrize("command", ["backtest", "replay"])
def test_equal_runs_write_equal_bytes(hyprl, tmp_path, command):
    for name in ("one", "two"):
        hyprl(command, "--json", f"{name}.json", "--trace", f"{name}.jsonl", *WINDOW)
    for ending in ("json", "jsonl"):
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_json_on_standard_output_is_json_alone(hyprl):
    ended = hyprl("backtest", "--json", "-", *WINDOW)
    assert json.loads(ended.out)["source"] == "backtest"
    assert "buy and hold" in ended.err


def test_a_replay_with_state_says_after_how_many_bars_it_resumed(hyprl):
    assert "resumed" not in hyprl("replay", "--state", "s", *WINDOW).err
    assert "resumed after 154 of 154 bars" in hyprl("replay", "--state", "s", *WINDOW).err


def test_a_state_of_another_window_is_refused(hyprl, tmp_path):
    hyprl("replay", "--state", "s", *WINDOW)
    before = (tmp_path / "s" / "state.json").read_bytes()
    ended = hyprl("replay", "--state", "s", "--start", "2025-01-15", "--end", "2025-02-13")
    assert ended.is_named_error
    assert "belongs to run" in ended.err
    assert (tmp_path / "s" / "state.json").read_bytes() == before


def test_a_damaged_state_is_refused(hyprl, tmp_path):
    hyprl("replay", "--state", "s", *WINDOW)
    path = tmp_path / "s" / "state.json"
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    ended = hyprl("replay", "--state", "s", *WINDOW)
    assert ended.is_named_error
    assert "is damaged" in ended.err


def test_a_shortened_trace_is_refused(hyprl, tmp_path):
    hyprl("replay", "--state", "s", *WINDOW)
    path = tmp_path / "s" / "trace.jsonl"
    path.write_bytes(path.read_bytes()[:5000])
    ended = hyprl("replay", "--state", "s", *WINDOW)
    assert ended.is_named_error
    assert path.stat().st_size == 5000


def test_the_trace_of_the_backtest_serves_as_equity_of_the_replay(hyprl, tmp_path):
    hyprl("backtest", "--trace", "bt.jsonl", *WINDOW)
    ended = hyprl("replay", "--parity-equity", "bt.jsonl", "--trace", "rp.jsonl", *WINDOW)
    assert ended.code == 0
    assert "equity: parity_equity" in ended.out
    given = [record.equity for record in read_trace(tmp_path / "bt.jsonl").records]
    replayed = read_trace(tmp_path / "rp.jsonl")
    assert [record.risk_inputs.equity for record in replayed.records] == given
    assert replayed.header.facts["equity_source"] == "parity_equity"


def test_check_keeps_with_injected_equity(hyprl):
    hyprl("backtest", "--trace", "bt.jsonl", *WINDOW)
    ended = hyprl("check", "--parity-equity", "bt.jsonl", "--json", "c.json", *WINDOW)
    assert ended.code == 0
    assert {run["equity_source"] for run in document(Path("c.json"))["runs"]} == {"parity_equity"}


def test_out_of_sample_runs_do_not_cry_wolf(hyprl):
    assert "IN-SAMPLE" not in hyprl("backtest", "--json", "r.json", *WINDOW).out
    assert document(Path("r.json"))["in_sample"] is False


@pytest.mark.parametrize("command", ["backtest", "replay"])
def test_in_sample_is_said_aloud_and_in_json(hyprl, in_sample_model, command):
    ended = hyprl(command, "--model", in_sample_model, "--json", "r.json", *WINDOW)
    assert "IN-SAMPLE" in ended.out
    assert document(Path("r.json"))["in_sample"] is True


def test_check_says_in_sample_aloud_and_in_json(hyprl, in_sample_model):
    ended = hyprl("check", "--model", in_sample_model, "--json", "c.json", *WINDOW)
    assert "IN-SAMPLE" in ended.out
    assert [run["in_sample"] for run in document(Path("c.json"))["runs"]].count(True) >= 1


@pytest.mark.parametrize("command", ["backtest", "replay"])
def test_the_parity_trace_is_written_where_the_plan_wants_it(hyprl, monkeypatch, tmp_path, command):
    monkeypatch.setenv("HYPRL_PARITY_TRACE", "1")
    hyprl(command, "--json", "r.json", *WINDOW)
    run_id = document(tmp_path / "r.json")["run_id"]
    path = tmp_path / "data" / "parity_traces" / f"NVDA_{command}-{run_id}.jsonl"
    first = path.read_bytes()
    path.unlink()
    hyprl(command, "--trace", "mine.jsonl", *WINDOW)
    assert path.read_bytes() == (tmp_path / "mine.jsonl").read_bytes() == first


def test_without_the_variable_a_backtest_writes_no_trace(hyprl, tmp_path):
    hyprl("backtest", *WINDOW)
    assert not list(tmp_path.rglob("*.jsonl"))


def test_a_resumable_replay_leaves_its_parity_trace_too(hyprl, monkeypatch, tmp_path):
    monkeypatch.setenv("HYPRL_PARITY_TRACE", "1")
    hyprl("replay", "--state", "s", *WINDOW)
    (kept,) = (tmp_path / "data" / "parity_traces").iterdir()
    assert kept.read_bytes() == (tmp_path / "s" / "trace.jsonl").read_bytes()


@pytest.mark.parametrize("command", ["backtest", "replay"])
def test_microscope_mode_narrows_the_run_and_logs_the_models_inputs(hyprl, monkeypatch, tmp_path, command):
    monkeypatch.setenv("HYPRL_PARITY_MODE", "microscope")
    assert hyprl(command).code == 0
    (trace,) = (tmp_path / "data" / "parity_traces").iterdir()
    records = read_trace(trace).records
    assert len(records) == 21
    assert set(ProbabilityModel.load_artifact(embedded_artifact()).feature_names) <= set(
        records[0].indicators
    )


def test_microscope_mode_of_check_writes_the_input_log(hyprl, monkeypatch, tmp_path):
    monkeypatch.setenv("HYPRL_PARITY_MODE", "microscope")
    assert hyprl("check").code == 0
    assert (tmp_path / "data" / "signals" / "nvda_input_log_MICRO.csv").read_text().strip()
    assert not (tmp_path / "data" / "signals" / "nvda_signal_diff.csv").exists()


def test_check_writes_equal_bytes_again(hyprl, tmp_path):
    def everything() -> dict[str, bytes]:
        return {
            str(path): path.read_bytes() for path in sorted((tmp_path / "data").rglob("*")) if path.is_file()
        }

    hyprl("check", *WINDOW)
    first = everything()
    hyprl("check", *WINDOW)
    assert everything() == first
