import math

import polars as pl

from frames import assess
from hyprl.parity.inputs import input_log, write_input_log


def changed(log: pl.DataFrame, row: int, value: float | None) -> pl.DataFrame:
    name = "indicator.ret_1h"
    return log.with_columns(pl.when(pl.int_range(pl.len()) == row).then(value).otherwise(name).alias(name))


def found(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    return input_log(assess(left, right).diff)


def test_equal_inputs_leave_the_log_empty(full_log) -> None:
    log = found(full_log, full_log)
    assert log.height == 0
    assert log.columns == ["timestamp", "symbol", "column", "bt", "replay", "abs_diff"]


def test_a_gap_above_the_tolerance_is_listed_and_one_below_is_not(full_log) -> None:
    base = changed(full_log, 5, 0.0)
    assert found(base, changed(full_log, 5, 1e-6)).height == 0
    row = found(base, changed(full_log, 5, 1.1e-6)).row(0, named=True)
    assert (row["column"], row["bt"], row["replay"], row["abs_diff"]) == ("ret_1h", 0.0, 1.1e-6, 1.1e-6)


def test_a_value_on_one_side_only_is_listed(full_log) -> None:
    assert found(full_log, changed(full_log, 5, math.nan)).height == 1
    assert found(changed(full_log, 5, None), full_log).height == 1
    assert found(full_log, changed(full_log, 5, math.inf)).height == 1


def test_other_columns_are_no_inputs(full_log) -> None:
    other = full_log.with_columns(probability_up=pl.col("probability_up") + 0.1)
    assert found(full_log, other).height == 0


def test_the_log_is_written_as_csv(full_log, tmp_path) -> None:
    write_input_log(found(full_log, changed(full_log, 5, 0.25)), tmp_path / "new" / "inputs.csv")
    lines = (tmp_path / "new" / "inputs.csv").read_text().splitlines()
    assert lines[0] == "timestamp,symbol,column,bt,replay,abs_diff"
    assert lines[1] == "2024-12-12T19:30:00Z,NVDA,ret_1h,0.005,0.25,0.245"
