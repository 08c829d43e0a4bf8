"""Ctrl-C and SIGTERM: exit 130 or 143, one line, earlier files intact, a replay that goes on afterwards."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hyprl.cli import stops
from hyprl.model.artifact import ProbabilityModel

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

LINE = "interrupted; files written before are intact"
Started = subprocess.Popen[str]


def stop_when(started: Started, reached: Callable[[], bool], number: int = signal.SIGINT) -> str:
    """Send a signal once `reached`; return standard error without announcements."""
    deadline = time.monotonic() + 120
    while not reached() and started.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    started.send_signal(number)
    _, err = started.communicate(timeout=120)
    return "\n".join(line for line in err.splitlines() if not line.startswith("hyprl: "))


def grown(path: Path, size: int) -> Callable[[], bool]:
    return lambda: path.is_file() and path.stat().st_size > size


def after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def temporaries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.is_file()]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_replay_that_is_stopped_goes_on_to_the_same_trace(start, process, tmp_path, number, code):
    process("replay", "--trace", "whole.jsonl")
    replay = ("replay", "--state", "s", "--trace", "t.jsonl")
    started = start(*replay)
    assert stop_when(started, grown(tmp_path / "t.jsonl", 200_000), number) == LINE
    assert started.returncode == code
    again = process(*replay)
    assert "resumed after" in again.err
    assert (tmp_path / "t.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.6, 0.8])
def test_a_check_that_is_stopped_says_so_in_one_line(start, tmp_path, seconds):
    code = 0
    while code == 0:  # a quick machine finishes first: stop it earlier
        (tmp_path / "c.json").write_text("earlier")
        started = start("check", "--json", "c.json")
        message = stop_when(started, after(seconds))
        code, seconds = started.returncode, seconds / 2
    assert (code, message) == (130, LINE)
    assert (tmp_path / "c.json").read_text() == "earlier"
    assert not temporaries(tmp_path)


def test_a_replay_without_state_that_is_stopped_keeps_the_earlier_trace(start, tmp_path):
    (tmp_path / "t.jsonl").write_text("earlier")
    started = start("replay", "--trace", "t.jsonl")
    assert stop_when(started, lambda: any(path.stat().st_size > 9 for path in temporaries(tmp_path))) == LINE
    assert started.returncode == 130
    assert (tmp_path / "t.jsonl").read_text() == "earlier"
    assert not temporaries(tmp_path)


@pytest.mark.parametrize("seconds", [0.3, 0.6, 0.9])
def test_training_that_is_stopped_leaves_a_whole_model_file(start, tmp_path, bars, seconds):
    (tmp_path / "m.pkl").write_text("earlier")
    path = bars("mine.csv")
    started = start("train", "--bars", path, "--symbol", "NVDA", "--end", "2024-12-12", "--out", "m.pkl")
    message = stop_when(started, after(seconds))
    assert (started.returncode, message) in ((130, LINE), (0, ""))
    if started.returncode == 0 or (tmp_path / "m.pkl").read_bytes() != b"earlier":
        ProbabilityModel.load_artifact(tmp_path / "m.pkl")
    assert not temporaries(tmp_path)


@pytest.mark.slow
def test_a_compilation_that_is_stopped_leaves_a_cache_that_works(start, process, tmp_path):
    cache = tmp_path / "cache"
    backtest = ("backtest", "--start", "2025-01-15", "--end", "2025-01-31", "--json", "r.json")
    started = start(*backtest, HYPRL_CACHE_DIR=str(cache))
    compiling = after(3.0)
    assert stop_when(started, lambda: compiling() and cache.is_dir()) == LINE
    assert started.returncode == 130
    ended = process(*backtest, HYPRL_CACHE_DIR=str(cache))
    assert ended.code == 0, ended
    assert (tmp_path / "r.json").is_file()


def test_an_error_that_a_stop_caused_is_known_as_one():
    try:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as stop:
            raise SystemError("compiled code returned with an exception set") from stop
    except SystemError as error:
        assert isinstance(stops.stop_behind(error), KeyboardInterrupt)


def test_an_error_of_its_own_is_not_taken_for_a_stop():
    assert stops.stop_behind(ValueError("mine")) is None
