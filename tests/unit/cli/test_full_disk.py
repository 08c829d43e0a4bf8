"""A disk that is full: a named error, earlier files intact, nothing half-written left, a replay that goes on later."""

from pathlib import Path

import pytest

WINDOW = ("--start", "2025-01-15", "--end", "2025-02-14")
EARLIER = "earlier"


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "cache" not in path.parts
    }


@pytest.mark.parametrize("room", [0, 1_000, 20_000])
@pytest.mark.parametrize(
    ("command", "target"),
    [
        (["check", "--out", "."], "parity_traces"),
        (["check", "--json", "kept.json"], "kept.json"),
        (["backtest", "--json", "kept.json"], "kept.json"),
        (["backtest", "--trace", "kept.jsonl"], "kept.jsonl"),
        (["replay", "--trace", "kept.jsonl"], "kept.jsonl"),
        (["replay", "--json", "kept.json", "--trace", "t.jsonl"], "jsonl"),
    ],
)
def test_a_full_disk_is_named_and_costs_no_file(process, tmp_path, command, target, room):
    for name in ("kept.json", "kept.jsonl"):
        (tmp_path / name).write_text(EARLIER)
    ended = process(*command, *WINDOW, largest_file=room)
    if ended.code == 0:  # a small result may fit
        assert room == 20_000
        return
    assert ended.is_named_error, ended
    assert "cannot be written (File too large)" in ended.err
    left = files(tmp_path)
    assert left["kept.json"] == left["kept.jsonl"] == EARLIER.encode()
    assert not [name for name in left if "/." in f"/{name}" or name.endswith(".tmp")]


@pytest.mark.parametrize("room", [1_000, 4_000, 40_000])
def test_a_replay_whose_disk_was_full_goes_on_once_there_is_room(process, tmp_path, room):
    process("replay", "--trace", "whole.jsonl", *WINDOW)
    ended = process("replay", "--state", "s", "--trace", "t.jsonl", *WINDOW, largest_file=room)
    assert ended.is_named_error, ended
    assert not (tmp_path / "s" / "state.json.tmp").exists()
    assert process("replay", "--state", "s", "--trace", "t.jsonl", *WINDOW).code == 0
    assert (tmp_path / "t.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_training_towards_a_full_disk_keeps_the_earlier_model(process, tmp_path, bars):
    (tmp_path / "model.pkl").write_text(EARLIER)
    path = bars("mine.csv")
    train = ("train", "--bars", path, "--symbol", "NVDA", "--end", "2024-12-12", "--out", "model.pkl")
    ended = process(*train, largest_file=100)
    assert ended.is_named_error, ended
    assert files(tmp_path)["model.pkl"] == EARLIER.encode()
    assert sorted(files(tmp_path)) == ["mine.csv", "model.pkl"]


@pytest.mark.parametrize("name", ["hours.csv", "hours.parquet"])
def test_aggregating_towards_a_full_disk_keeps_the_earlier_bars(process, tmp_path, bars, name):
    lines = ["timestamp,open,high,low,close,volume"]
    lines += [
        f"2025-01-15T{14 + m // 60}:{m % 60:02d}:00Z,100.0,101.0,99.0,100.5,10" for m in range(30, 360, 5)
    ]
    (tmp_path / name).write_text(EARLIER)
    path = bars("minutes.csv", lines)
    ended = process("bars", "aggregate", path, "--symbol", "NVDA", "--out", name, largest_file=50)
    assert ended.is_named_error, ended
    assert sorted(files(tmp_path)) == sorted([name, "minutes.csv"])
    assert (tmp_path / name).read_text() == EARLIER
