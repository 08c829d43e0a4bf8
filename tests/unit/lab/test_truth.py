"""What a plant notes of itself is what the two traces show, though it reads neither."""

from dataclasses import replace

import polars as pl
import pytest

from hyprl.causes.steps import DecisionStep
from hyprl.lab.catalogue import FAULTS
from hyprl.lab.ground import GroundTruth
from hyprl.lab.lab import Lab
from hyprl.lab.plants import combined, plant
from hyprl.logs.log import TraceLog

HOUR_US = 3_600_000_000
OF_THE_RUN = ("run_id", "source")


def first_difference(left: TraceLog, right: TraceLog) -> int | None:
    """Compare row by row as tuples of text, without the package's own diff."""
    rows = [
        {row[0]: repr(row[1:]) for row in log.frame.drop(OF_THE_RUN).rows()}
        for log in (left, replace(right, frame=right.frame.select(left.frame.columns)))
    ]
    stamps = sorted(set(rows[0]) | set(rows[1]))
    differing = [stamp for stamp in stamps if rows[0].get(stamp) != rows[1].get(stamp)]
    return None if not differing else int(pl.Series([differing[0]]).dt.epoch("us")[0])


@pytest.mark.parametrize("label", [label for fault in FAULTS for label in fault.labels])
def test_the_first_bar_that_a_plant_notes_is_the_first_that_the_traces_show(lab: Lab, label: str):
    planted = plant(label, lab.ground)
    right = lab.replayed(planted.overrides)
    assert planted.truth.first_open_utc_us == first_difference(lab.left, right)


def test_without_a_plant_the_traces_are_equal(lab: Lab):
    assert first_difference(lab.left, lab.replayed()) is None


def test_two_plants_note_their_own_bars(lab: Lab):
    late, early = plant("deposit:0.25", lab.ground), plant("shifted-column:rsi_14", lab.ground)
    right = lab.replayed(combined([late.overrides, early.overrides]))
    assert early.truth.first_open_utc_us == first_difference(lab.left, right)
    assert late.truth.first_open_utc_us == lab.ground.open_at(0.5)


def test_bars_before_the_window_do_not_count():
    truth = GroundTruth(10 * HOUR_US)
    truth.note(9 * HOUR_US)
    assert (truth.first_open_utc_us, truth.bars) == (None, 0)


def test_the_earlier_of_two_stamps_is_where_logs_part():
    truth = GroundTruth(10 * HOUR_US)
    truth.note(10 * HOUR_US, 9 * HOUR_US)
    assert truth.first_open_utc_us == 9 * HOUR_US


def test_the_first_of_several_bars_is_kept_with_its_step():
    truth = GroundTruth(0)
    truth.note(3 * HOUR_US, step=DecisionStep.GATES)
    truth.note(2 * HOUR_US, step=DecisionStep.DECISION)
    truth.note(4 * HOUR_US, step=DecisionStep.SIZE)
    assert (truth.first_open_utc_us, truth.step, truth.bars) == (2 * HOUR_US, "decision", 3)
