"""The public functions return what the commands write as JSON."""

from datetime import date
from pathlib import Path

import orjson
import pytest

import hyprl as public
from hyprl.trace.read import read_trace

WINDOW = {"start": date(2025, 1, 15), "end": date(2025, 1, 31)}
OPTIONS = ("--start", "2025-01-15", "--end", "2025-01-31")


def written(name: str) -> dict:
    return orjson.loads(Path(name).read_bytes())


def as_json(content: object) -> dict:
    return orjson.loads(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY))


@pytest.fixture
def logs(tmp_path: Path) -> tuple[str, str]:
    """Two logs of six bars that part at one decision."""
    for name, word in (("left", "emit"), ("right", "reject")):
        rows = [f"2025-01-15T{hour}:30:00Z,NVDA,{word if hour == 16 else 'reject'}" for hour in range(14, 20)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["timestamp,symbol,decision", *rows]))
    return str(tmp_path / "left.csv"), str(tmp_path / "right.csv")


def test_run_backtest_returns_what_the_command_writes(hyprl):
    hyprl("backtest", "--json", "command.json", "--trace", "command.jsonl", *OPTIONS)
    view = public.run_backtest(public.request(**WINDOW), trace="mine.jsonl")
    assert as_json(view.as_dict()) == written("command.json")
    assert Path("mine.jsonl").read_bytes() == Path("command.jsonl").read_bytes()


def test_run_replay_returns_what_the_command_writes_and_goes_on(hyprl):
    hyprl("replay", "--json", "command.json", "--trace", "command.jsonl", *OPTIONS)
    for _ in range(2):
        view = public.run_replay(public.request(**WINDOW), trace="mine.jsonl", state="state")
        assert as_json(view.as_dict()) == written("command.json")
    assert len(read_trace(Path("mine.jsonl")).records) == view.performance.bars


def test_run_check_returns_what_the_command_writes(hyprl):
    hyprl("check", "--json", "command.json", *OPTIONS)
    outcome = public.run_check(public.request(**WINDOW), out="mine")
    assert as_json(outcome.result.as_json_dict()).items() <= written("command.json").items()
    assert outcome.result.verdict == "kept"


def test_compare_logs_returns_what_diff_writes(hyprl, logs):
    hyprl("diff", *logs, "--json", "command.json", "--stage", "exact")
    result = public.compare_logs(*logs, stage="exact")
    assert as_json(result.as_json_dict()).items() <= written("command.json").items()
    assert result.verdict == "broken"


def test_explain_logs_returns_what_explain_writes(hyprl, logs):
    hyprl("explain", *logs, "--json", "command.json")
    assert as_json(public.explain_logs(*logs).as_json_dict()).items() <= written("command.json").items()


def test_request_takes_paths_as_text():
    asked = public.request(bars="bars.csv", model="model.pkl", config="config.toml", symbol="NVDA")
    assert (asked.bars, asked.model, asked.config) == (
        Path("bars.csv"),
        Path("model.pkl"),
        Path("config.toml"),
    )
    assert (asked.symbol, asked.start) == ("NVDA", None)


def test_request_refuses_what_it_does_not_know():
    with pytest.raises(TypeError, match="bar"):
        public.request(bar="bars.csv")
