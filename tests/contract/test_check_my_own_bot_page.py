"""docs/check-my-own-bot.md shows what its commands print, and its files are what its script makes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import hyprl

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "check-my-own-bot.md").read_text(encoding="utf-8")
SHOWN = [block.splitlines() for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)]
BOT = ROOT / "examples" / "my_bot"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples, as a newcomer has them."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    return tmp_path


def printed(command: str, folder: Path) -> list[str]:
    """What a command of the page prints, both streams, without blanks at line ends."""
    words = command.removeprefix("$ ").split()
    if words[0] == "head":
        return (folder / words[3]).read_text(encoding="utf-8").splitlines()[: int(words[2])]
    assert words[0] == "hyprl"
    done = subprocess.run(
        [sys.executable, "-m", "hyprl", *words[1:]],
        cwd=folder,
        env={**os.environ, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return [line.rstrip() for line in done.stdout.splitlines()]


def is_shown(page: list[str], real: list[str]) -> bool:
    """Tell whether the page's lines are the real ones, with `...` standing for any number of them."""
    pattern = "".join(r"(?:.*\n)*" if line == "..." else re.escape(line.rstrip()) + "\n" for line in page)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in real)) is not None


@pytest.mark.parametrize("block", SHOWN, ids=[block[0][2:40] for block in SHOWN])
def test_each_command_prints_what_the_page_shows(block: list[str], folder: Path) -> None:
    real = printed(block[0], folder)
    assert is_shown(block[1:], real), "\n".join(real)


def test_a_changed_figure_is_noticed(folder: Path) -> None:
    block = next(block for block in SHOWN if any("15.04 %" in line for line in block))
    changed = [line.replace("15.04 %", "15.05 %") for line in block]
    assert not is_shown(changed[1:], printed(block[0], folder))


def test_the_map_on_the_page_is_the_file() -> None:
    shown = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    assert (BOT / "my_bot.toml").read_text(encoding="utf-8").endswith(shown[1])


def test_the_logs_are_what_their_script_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, BOT / "make_logs.py", tmp_path], check=True, timeout=60)
    for name in ("backtest.csv", "live.csv", "live_mended.csv"):
        made, kept = (pl.read_csv(place / name) for place in (tmp_path, BOT))
        assert made.drop("score").equals(kept.drop("score"))
        # another C library may round exp() in the last digit
        assert made["score"].to_list() == pytest.approx(kept["score"].to_list(), rel=1e-12)


def test_frames_of_the_bot_are_explained_as_its_files_are() -> None:
    left, right = (pl.read_csv(BOT / name) for name in ("backtest.csv", "live.csv"))
    found = hyprl.explain_logs(left, right, maps=BOT / "my_bot.toml")
    assert found.location.first_bar == "2025-02-03T14:30:00Z"
    assert [finding.cause for finding in found.findings] == ["feature_misalignment"]
    mended = hyprl.explain_logs(left, pl.read_csv(BOT / "live_mended.csv"), maps=BOT / "my_bot.toml")
    assert (mended.location.first_bar, mended.findings) == (None, ())


def test_the_options_that_the_errors_name_read_the_logs_as_the_map_does() -> None:
    sides = [pl.read_csv(BOT / name) for name in ("backtest.csv", "live.csv")]
    named = {"columns": {"timestamp": "bar_close"}, "stamp": "close"}
    options = named | {"timezone": "America/New_York", "calendar": "XNYS"}
    found = [hyprl.compare_logs(*sides, maps=maps).as_json_dict() for maps in (options, BOT / "my_bot.toml")]
    assert found[0] == found[1]
