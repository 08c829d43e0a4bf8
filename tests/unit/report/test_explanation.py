import io
from dataclasses import replace

import polars as pl
import pytest
from rich.console import Console

from frames import compare, explain
from hyprl.report.explanation import render_explanation
from hyprl.report.worded import WordedExplanation, WordedFinding, worded

STAMPS = [f"2024-12-12T{hour}:30:00Z" for hour in (14, 15, 16)]
LEFT = pl.DataFrame({"timestamp": STAMPS, "symbol": "NVDA", "decision": "reject", "prob": [0.6, 0.5, 0.4]})
RIGHT = LEFT.with_columns(prob=pl.lit(0.5))

SURE = WordedFinding("model_path", "counterfactual", 0.97, "other weights", "load one file", 0.75, 0.5)
UNSURE = WordedFinding("bar_timing", "signature", 0.4, "a bar is missing", "count them")


def shown(
    explanation: WordedExplanation, right: pl.DataFrame = RIGHT, encoding: str = "utf-8", width: int = 80
) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=stream, width=width, highlight=False)
    render_explanation(compare(LEFT, right, "live-ready"), explanation, console)
    stream.flush()
    return raw.getvalue().decode(encoding)


def with_findings(*findings: WordedFinding, residual: float | None = None) -> WordedExplanation:
    return replace(worded(explain(LEFT, RIGHT)), findings=findings, residual=residual)


def test_the_verdict_comes_first_then_figures_place_and_causes() -> None:
    text = shown(with_findings(SURE, UNSURE))
    places = [text.index(part) for part in ("BROKEN", "Statistics", "Where they part", "Causes", "Possible")]
    assert places == sorted(places)
    assert text.startswith("BROKEN")


def test_a_measured_cause_has_its_shares_and_the_rest_is_told() -> None:
    text = " ".join(shown(with_findings(SURE, residual=0.25)).split())
    assert "1. model path 75.0 % of the combined gap, 50.0 % of mean |Δp|, confidence 0.97" in text
    assert "25.0 % remain unexplained" in text


def test_an_uncertain_cause_stands_under_its_own_heading() -> None:
    text = shown(with_findings(UNSURE))
    assert "No cause is shown with certainty" in text
    assert text.index("not certain enough to name") < text.index("bar timing")


def test_equal_logs_have_nothing_to_explain() -> None:
    assert "nothing to explain" in shown(worded(explain(LEFT, LEFT)), LEFT)


def test_what_to_record_is_listed() -> None:
    assert "record the features" in " ".join(shown(worded(explain(LEFT, RIGHT))).split())


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_lines_fit_80_columns(encoding) -> None:
    text = shown(with_findings(SURE, UNSURE), encoding=encoding)
    assert max(map(len, text.splitlines())) <= 80


def test_nothing_from_a_log_steers_the_terminal() -> None:
    evil = replace(UNSURE, evidence="\x1b[2J\x07[bold]x[/bold]", columns=("a\rb",))
    text = shown(with_findings(evil))
    assert "\x1b" not in text
    assert "\r" not in text
    assert "[bold]x[/bold]" in text
