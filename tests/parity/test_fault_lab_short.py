"""The fault lab in its short form: each fault at its usual level, some pairs, every control, on the embedded year."""

from pathlib import Path

import pytest

from hyprl.lab.board import Scoreboard
from hyprl.lab.campaign import Campaign, run_campaign
from hyprl.usecases.requests import RunRequest


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Scoreboard:
    models = Path(tmp_path_factory.mktemp("models"))
    return run_campaign(Campaign((RunRequest(),), models, short=True), print)


def test_every_fault_has_an_effect(board: Scoreboard):
    assert [case.expected.name for case in board.without_effect] == []


@pytest.mark.parametrize(
    "line",
    [
        "detected",
        "first bar and stage",
        "top cause",
        "both causes of a pair",
        "false alarms",
        "top cause, plain log",
        "causes stated on a control, plain log",
    ],
)
def test_limits_hold(board: Scoreboard, line: str):
    score = {score.name: score for score in board.scores()}[line]
    assert score.kept, [(case.expected.name, miss) for case, miss in board.misses()]


def test_a_board_that_keeps_its_limits_ends_in_zero(board: Scoreboard):
    assert board.exit_code == 0
