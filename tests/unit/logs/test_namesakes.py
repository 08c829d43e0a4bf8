"""Two logs that call one field by two names are compared on it."""

from datetime import UTC, datetime

import polars as pl
import pytest

import hyprl
from hyprl.logs.names import namesakes, with_common_columns

KEYS = {"timestamp": [datetime(2024, 12, 12, 14, 30, tzinfo=UTC)], "symbol": ["NVDA"], "decision": ["emit"]}


def common(left: dict[str, object], right: dict[str, object]) -> tuple[list[str], list[str]]:
    frames = with_common_columns(pl.DataFrame(left), pl.DataFrame(right))
    return frames[0].columns, frames[1].columns


@pytest.mark.parametrize(
    ("left", "right", "name"),
    [
        *((name, f"bar.{name}", f"bar.{name}") for name in ("open", "high", "low", "close", "volume")),
        *((f"risk_inputs.{name}", name, f"risk_inputs.{name}") for name in ("atr", "price", "risk_fraction")),
        *((f"account.{name}", name, f"account.{name}") for name in ("trades_today", "gross_exposure")),
        ("Close Price", "close", "bar.close"),
        ("score", "probability_up", "probability_up"),
        ("indicator.rsi", "RSI", "indicator.rsi"),
        ("rsi_14", "features.rsi_14", "features.rsi_14"),
        ("feature.rsi", "indicator.rsi", "indicator.rsi"),
        ("RSI 14", "rsi_14", "RSI 14"),
    ],
)
def test_one_field_under_two_names(left: str, right: str, name: str) -> None:
    assert common({left: [1.0]}, {right: [2.0]}) == ([name], [name])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"close": [1.0]}, {"close": [2.0]}),
        ({"open": [True]}, {"bar.open": [101.0]}),
        ({"rsi": ["high"]}, {"RSI": [1.0]}),
        ({"RSI": [1.0], "r.s.i": [2.0]}, {"rsi": [1.0]}),
        ({"Close": [1.0], "close_price": [1.0]}, {"bar.close": [1.0]}),
        ({"close_price": [1.0], "bar.close": [1.0]}, {"close": [1.0], "bar.close": [1.0]}),
        ({"equity": [1.0]}, {"indicator.equity": [2.0]}),
        ({"close": [1.0]}, {"indicator.close": [2.0]}),
        ({"run_id": ["a"]}, {"Run ID": ["b"]}),
        ({"side": ["long"]}, {"direction": ["long"]}),
        ({"价格": [1.0]}, {"数量": [2.0]}),
        ({"--": [1.0]}, {"__": [2.0]}),
    ],
    ids=str,
)
def test_what_may_be_two_things_keeps_its_names(left: dict[str, object], right: dict[str, object]) -> None:
    assert common(left, right) == (list(left), list(right))


def test_a_column_without_values_is_the_one_that_has_them() -> None:
    left, right = with_common_columns(pl.DataFrame({"RSI": [None]}), pl.DataFrame({"rsi": [1.0]}))
    assert left.schema == right.schema == {"RSI": pl.Float64}


def test_columns_that_both_have_are_no_namesakes() -> None:
    assert namesakes(["a", "A", "b"], ["a", "A", "c"]) == []


WORDS = (
    {"threshold_long": [0.6], "threshold_short": [0.4], "probability_up": [0.7], "bar.close": [10.0]},
    {"long_threshold": [0.6], "Short Threshold": [0.4], "proba": [0.7], "close": [10.0]},
)


@pytest.mark.parametrize(
    "sides", [WORDS, WORDS[::-1], (WORDS[1], WORDS[1])], ids=["ours first", "ours last", "same"]
)
def test_thresholds_in_other_words_are_compared(sides: tuple[dict[str, object], dict[str, object]]) -> None:
    result = hyprl.compare_logs(*(pl.DataFrame(KEYS | side) for side in sides))
    statistics = result.main.statistics
    assert statistics.thresholds_max == 0.0
    assert statistics.probability.compared == 1
    assert statistics.not_comparable == ()


def test_thresholds_that_differ_under_two_names_break_the_exact_gates() -> None:
    other = WORDS[1] | {"long_threshold": [0.65]}
    result = hyprl.compare_logs(*(pl.DataFrame(KEYS | side) for side in (WORDS[0], other)), stage="exact")
    assert result.main.statistics.thresholds_max == pytest.approx(0.05)
    assert {gate.metric for gate in result.gates if gate.kept is False} == {"unequal_values"}
