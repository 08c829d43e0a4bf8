from dataclasses import replace

import numpy as np
import pytest

from hyprl.errors import DataError
from hyprl.model.frame import TrainingFrame, label_rises


def frame(close: list[float], feature: list[float] | None = None) -> TrainingFrame:
    values = np.array(feature or [1.0] * len(close)).reshape(-1, 1)
    opens = np.arange(len(close), dtype=np.int64)
    return TrainingFrame("NVDA", "one", ("x",), values, opens, np.array(close), "00", "hand")


def test_the_label_is_whether_the_close_h_bars_later_is_higher() -> None:
    assert label_rises(frame([10.0, 11.0, 12.0, 9.0, 12.5]), 2).y.tolist() == [1, 0, 1]


def test_an_equal_close_is_no_rise() -> None:
    assert label_rises(frame([10.0, 10.0]), 1).y.tolist() == [0]


def test_the_last_h_bars_have_no_label() -> None:
    assert label_rises(frame([1.0, 2.0, 3.0, 4.0]), 3).bar.tolist() == [0]


def test_bars_in_warmup_are_left_out() -> None:
    nan = float("nan")
    assert label_rises(frame([1.0, 2.0, 3.0, 4.0], [nan, nan, 5.0, 6.0]), 1).bar.tolist() == [2]


def test_bars_without_a_close_now_or_then_are_left_out() -> None:
    assert label_rises(frame([1.0, float("nan"), 3.0, 4.0]), 1).bar.tolist() == [2]


def test_fewer_bars_than_the_horizon_give_no_row() -> None:
    assert len(label_rises(frame([1.0, 2.0]), 5)) == 0


def test_columns_that_disagree_are_refused() -> None:
    with pytest.raises(DataError, match="disagree"):
        replace(frame([1.0, 2.0]), feature_names=("x", "y"))
