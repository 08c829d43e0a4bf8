"""The scoreboard counts what went right and names what went wrong; each limit can be missed."""

import csv
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from hyprl.lab.board import Score, Scoreboard
from hyprl.lab.judge import CONTROL, FAULT, PAIR, Answer, CaseResult, Expectation
from hyprl.lab.tables import write_scoreboard
from hyprl.report.scoreboard import render_scoreboard

BAR = "2025-01-02T14:30:00Z"
RIGHT = Answer(BAR, "features", "indicator.rsi_14", ("warmup",), ("warmup",))
FOUND = CaseResult("X", Expectation(FAULT, "cold-rsi:40", ("warmup",), BAR, "features"), True, RIGHT, RIGHT)
SILENT = CaseResult("X", Expectation(CONTROL, "resumed"))
BOTH = replace(RIGHT, causes=("warmup", "configuration"), stated=("warmup", "configuration"))
TWO = CaseResult("X", Expectation(PAIR, "a + b", ("warmup", "configuration"), BAR, "features"), True, BOTH)


def score(name: str, *cases: CaseResult) -> Score:
    return {score.name: score for score in Scoreboard(cases).scores()}[name]


def misses(*cases: CaseResult) -> list[str]:
    return [miss for _, miss in Scoreboard(cases).misses()]


def test_when_all_went_right_every_limit_holds():
    board = Scoreboard((FOUND, TWO, SILENT))
    assert [score.kept for score in board.scores()] == [True] * 7
    assert board.exit_code == 0
    assert list(board.misses()) == []


@pytest.mark.parametrize(
    "case, line",
    [
        (replace(FOUND, broken=False), "detected"),
        (replace(FOUND, answer=replace(RIGHT, first_bar="2025-01-02T15:30:00Z")), "first bar and stage"),
        (replace(FOUND, answer=replace(RIGHT, step="bars")), "first bar and stage"),
        (replace(FOUND, answer=replace(RIGHT, causes=("bar_timing", "warmup"))), "top cause"),
        (replace(FOUND, plain=replace(RIGHT, causes=())), "top cause, plain log"),
        (replace(TWO, answer=replace(BOTH, stated=("warmup",))), "both causes of a pair"),
    ],
)
def test_what_is_not_found_misses_its_line_and_is_named(case: CaseResult, line: str):
    assert (score(line, case).hits, score(line, case).kept) == (0, False)
    assert Scoreboard((case,)).exit_code == 1
    assert misses(case)


@pytest.mark.parametrize(
    "case",
    [
        replace(SILENT, broken=True),
        replace(SILENT, answer=Answer(first_bar=BAR)),
        replace(SILENT, answer=Answer(causes=("warmup",), stated=("warmup",))),
        replace(SILENT, error="refused"),
    ],
)
def test_a_control_that_is_not_silent_is_a_false_alarm(case: CaseResult):
    assert (score("false alarms", case).hits, Scoreboard((case,)).exit_code) == (1, 1)
    assert misses(case)


def test_an_unsure_guess_on_a_control_is_no_alarm():
    assert not replace(SILENT, answer=Answer(causes=("warmup",))).false_alarm


def test_a_cause_stated_of_a_plain_log_of_a_control_is_counted():
    case = replace(SILENT, plain=RIGHT)
    assert score("causes stated on a control, plain log", case).kept is False


def test_a_fault_without_effect_counts_nowhere_and_is_listed():
    idle = replace(FOUND, broken=False, expected=replace(FOUND.expected, without_effect=("cold-rsi",)))
    board = Scoreboard((idle,))
    assert [score.cases for score in board.scores()] == [0] * 7
    assert [case.expected.name for case in board.without_effect] == ["cold-rsi:40"]
    assert board.exit_code == 3


def test_a_case_that_could_not_be_run_is_a_miss():
    refused = CaseResult("X", FOUND.expected, error="the engine stopped")
    assert misses(refused) == ["refused: the engine stopped"]
    assert score("first bar and stage", refused).hits == 0


def test_a_cause_that_nobody_planted_is_remarked():
    assert misses(replace(FOUND, answer=replace(RIGHT, stated=("warmup", "bar_timing")))) == [
        "also stated bar_timing"
    ]


def test_the_same_instant_in_another_spelling_is_the_same_bar():
    assert replace(FOUND, answer=replace(RIGHT, first_bar="2025-01-02T09:30:00-05:00")).located


def test_files_hold_every_case(tmp_path: Path):
    document, table = write_scoreboard(Scoreboard((FOUND, SILENT)), tmp_path)
    rows = list(csv.DictReader(StringIO(table.read_text())))
    assert [row["case"] for row in rows] == ["cold-rsi:40", "resumed"]
    assert len(json.loads(document.read_text())["cases"]) == 2


def test_the_terminal_shows_scores_and_names_misses():
    console = Console(record=True, width=120, file=StringIO())
    render_scoreboard(Scoreboard((replace(FOUND, broken=False), SILENT)).as_json_dict(), console)
    shown = console.export_text()
    assert "0/1" in shown
    assert "X cold-rsi:40: not detected" in shown
