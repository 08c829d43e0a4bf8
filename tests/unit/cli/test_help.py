"""Help comes at once, says what each command does, and loads nothing heavy."""

import resource
import subprocess
import sys

import pytest

from hyprl.cli.main import COMMANDS

HEAVY = ("numpy", "polars", "numba", "rich", "pydantic", "orjson", "sklearn", "matplotlib")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    code = (
        "import sys\nfrom hyprl.cli.main import run\ncode = run(sys.argv[1:])\n"
        f"print('loaded', [name for name in {HEAVY} if name in sys.modules], code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("loaded [] 0\n")


@pytest.mark.parametrize("command", list(COMMANDS))
def test_the_help_of_a_command_loads_nothing_heavy(command):
    code = (
        "import sys\nfrom hyprl.cli.main import run\nrun([sys.argv[1], '--help'])\n"
        f"print('loaded', [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, command], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("loaded []\n")


def test_help_takes_less_than_a_third_of_a_second_of_processor_time():
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "hyprl", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.3


@pytest.mark.parametrize("command", list(COMMANDS))
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_explains_itself_on_one_screen(hyprl, command, flag):
    ended = hyprl(command, flag)
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: hyprl {command}")
    assert len(ended.out.splitlines()) <= 50


def test_the_list_of_commands_names_each_with_one_line(hyprl):
    listed = hyprl("--help").out
    for name, (_, _, text) in COMMANDS.items():
        assert f"  {name} " in listed
        assert text in listed


def test_no_command_shows_the_help_and_is_bad_usage(hyprl):
    ended = hyprl()
    assert ended.code == 2
    assert "Commands:" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc"],
        ["check", "--foo"],
        ["check", "surplus"],
        ["check", "--stage", "perfect"],
        ["check", "--plant", "roses"],
        ["backtest", "--start", "yesterday"],
        ["backtest", "--end", "2025-02-30"],
        ["train"],
        ["diff", "one.csv"],
        ["bars", "validate", "x.csv"],
    ],
)
def test_bad_usage_is_two_lines_that_name_the_help(hyprl, arguments):
    ended = hyprl(*arguments)
    assert ended.is_named_error
    assert "--help`" in ended.err
