import polars as pl
import pytest

from frames import compare
from hyprl.parity.baseline import apply_baseline, baseline_from
from hyprl.report.github import annotation_lines, job_summary

STAMPS = ["2024-12-12T14:30:00Z", "2024-12-12T15:30:00Z"]
LEFT = pl.DataFrame(
    {"timestamp": STAMPS, "symbol": "NVDA", "decision": ["emit", "reject"], "prob": [0.6, 0.5]}
)
RIGHT = LEFT.with_columns(decision=pl.lit("reject"), prob=pl.lit(0.5))


def test_a_kept_result_is_one_notice() -> None:
    (line,) = annotation_lines(compare(LEFT, LEFT, "live-ready"), "NVDA")
    assert (
        line
        == "::notice title=HyprL parity::NVDA: kept at stage live-ready, 8 kept, 0 broken, 0 not assessed"
    )


def test_each_broken_gate_is_an_error() -> None:
    lines = annotation_lines(compare(LEFT, RIGHT, "live-ready"), "NVDA")
    assert lines[0] == ("::error title=HyprL parity%3A combined_gap::NVDA: combined_gap is 1, must be < 0.02")
    assert lines[-1].startswith("::error title=HyprL parity::NVDA: broken")
    assert len(lines) == 4


def test_what_could_not_be_assessed_is_an_error_too() -> None:
    lines = annotation_lines(compare(LEFT, LEFT.drop("prob"), "live-ready"), "NVDA")
    assert all(line.startswith("::error") for line in lines)
    assert "could not be assessed" in lines[0]


def test_a_gate_that_the_baseline_keeps_is_a_notice() -> None:
    broken = compare(LEFT, RIGHT, "live-ready")
    lines = annotation_lines(apply_baseline(broken, baseline_from(broken), "file"), "NVDA")
    assert all(line.startswith("::notice") for line in lines)
    assert lines[-1].endswith("3 of the kept by the baseline")


@pytest.mark.parametrize("symbol", ["A\n::set-env name=x::y", "A\r\n::error::x", "100%0A"])
def test_a_symbol_cannot_start_a_command(symbol: str) -> None:
    for line in annotation_lines(compare(LEFT, RIGHT, "live-ready"), symbol):
        assert "\n" not in line
        assert "\r" not in line
        assert line.startswith("::error title=")
    assert "100%250A" in annotation_lines(compare(LEFT, LEFT, "live-ready"), "100%0A")[0]


def test_the_summary_is_a_table_of_gates_with_the_verdict_above() -> None:
    text = job_summary(compare(LEFT, RIGHT, "live-ready"), "NVDA")
    assert text.startswith("### ❌ Broken: NVDA, stage live&#45;ready\n")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 8
    assert all(line.count("|") == 5 for line in rows)


def test_markdown_and_html_in_a_symbol_are_shown_as_they_are() -> None:
    text = job_summary(compare(LEFT, LEFT, "live-ready"), "<img src=x>|[a](http://b)\n# `x`")
    assert not set("<[`") & set(text.splitlines()[0])
    assert len(text.splitlines()[0]) > 20
