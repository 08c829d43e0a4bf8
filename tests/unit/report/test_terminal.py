import io

import polars as pl
import pytest
from rich.console import Console

from frames import assess, compare
from hyprl.parity.verdict import compare_windows
from hyprl.report.terminal import render_parity

STAMPS = ["2024-12-12T14:30:00Z", "2024-12-12T15:30:00Z"]
LEFT = pl.DataFrame(
    {"timestamp": STAMPS, "symbol": "NVDA", "decision": ["emit", "reject"], "prob": [0.6, 0.5]}
)
RIGHT = LEFT.with_columns(decision=pl.lit("reject"), prob=pl.lit(0.5))


def shown(left: pl.DataFrame, right: pl.DataFrame, width: int = 80, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    render_parity(compare(left, right, "live-ready"), Console(file=stream, width=width, highlight=False))
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_verdict_stands_last() -> None:
    assert shown(LEFT, RIGHT).strip().splitlines()[-1].startswith("BROKEN")
    assert shown(LEFT, LEFT).strip().splitlines()[-1].startswith("KEPT")
    assert shown(LEFT, LEFT.drop("prob")).strip().splitlines()[-1].startswith("NOT ASSESSED")


def test_first_difference_and_gates_are_shown() -> None:
    text = shown(LEFT, RIGHT)
    assert "2024-12-12 14:30Z NVDA decision: bt emit, replay reject" in text
    assert "combined_gap" in text


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal_and_none_is_coloured(width: int) -> None:
    text = shown(LEFT, RIGHT, width)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text


def test_ascii_terminals_get_ascii() -> None:
    assert "d probability" in shown(LEFT, RIGHT, encoding="ascii")


def test_logs_without_bars_are_shown() -> None:
    text = shown(LEFT.clear(), LEFT.clear())
    assert "no bars" in text


def test_both_windows_have_their_statistics() -> None:
    raw = io.StringIO()
    result = compare_windows("exact", assess(LEFT, LEFT), assess(LEFT.head(1), RIGHT.head(1)))
    render_parity(result, Console(file=raw, width=80))
    assert "Statistics of the microscope" in raw.getvalue()
    assert max(map(len, raw.getvalue().splitlines())) <= 80


def line(label: str, left: pl.DataFrame, right: pl.DataFrame) -> str:
    return next(row for row in shown(left, right).splitlines() if label in row)


def test_thresholds_under_two_names_are_compared() -> None:
    ours = LEFT.with_columns(threshold_long=0.6, threshold_short=0.4)
    theirs = LEFT.with_columns(long_threshold=0.65, short_threshold=0.4)
    assert line("thresholds", ours, theirs).split() == ["|Δ", "thresholds|", "max", "0.05"]
    assert "not in both logs" in line("thresholds", ours, LEFT)


def test_a_column_that_is_in_both_is_not_said_to_be_missing() -> None:
    full = LEFT.with_columns(threshold_long=0.6, bar_hash=pl.lit("a"))
    assert "nothing to compare" in line("thresholds", full, full.with_columns(threshold_long=None))
    later = full.with_columns(timestamp=pl.col("timestamp").str.replace("2024", "2025"))
    assert "nothing to compare" in line("hashes", full, later)
