"""The page on going live: its program runs as printed."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "go-live.md"


def test_the_program_of_the_page_decides_every_bar(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    exec(compile(program, str(PAGE), "exec"), {})  # noqa: S102  our own page
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 21
    assert lines[0].startswith("1736951400000000 ")


@pytest.mark.parametrize("named", re.findall(r"`(tests/[\w/]+\.py)`", PAGE.read_text("utf-8")))
def test_the_tests_that_the_page_names_exist(named):
    assert (PAGE.parents[1] / named).is_file()
