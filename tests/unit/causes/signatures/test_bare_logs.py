"""Logs of decisions and sizes alone: what they show, and what they do not."""

import numpy as np
import polars as pl
import pytest

from frames import explain
from hyprl.causes.cause import Cause
from hyprl.report.worded import WordedFinding, worded

BARS = 200
TIMES = pl.datetime_range(
    pl.datetime(2025, 1, 2, 14, 30, time_zone="UTC"),
    pl.datetime(2025, 1, 10, 21, 30, time_zone="UTC"),
    "1h",
    eager=True,
)[:BARS]
DRAW = np.random.default_rng(5)
SIZES = DRAW.uniform(50.0, 150.0, BARS)
PROBABILITY = DRAW.uniform(0.3, 0.7, BARS)
EMITS = DRAW.uniform(size=BARS) < 0.15


def log(**columns: object) -> pl.DataFrame:
    """Timestamp, symbol, decision and what is given."""
    words = {"timestamp": TIMES, "symbol": ["X"] * BARS, "decision": spoken(EMITS)}
    return pl.DataFrame({**words, **columns})


def spoken(emits: np.ndarray) -> list[str]:
    """Decision words."""
    return ["emit" if emitted else "reject" for emitted in emits]


def findings(left: pl.DataFrame, right: pl.DataFrame) -> dict[str, WordedFinding]:
    """Findings by cause."""
    return {finding.cause: finding for finding in worded(explain(left, right)).findings}


@pytest.mark.parametrize("factor", [0.87, 1.0 / 3.0, 2.0])
def test_one_factor_between_sizes_is_other_money_or_another_fraction_and_neither_is_stated(
    factor: float,
) -> None:
    found = findings(log(position_size=SIZES), log(position_size=np.round(SIZES * factor, 6)))
    assert {Cause.SIZING_EQUITY, Cause.CONFIGURATION} == set(found)
    assert f"{factor:.6g} times" in found[Cause.SIZING_EQUITY].evidence
    assert not any(finding.confident for finding in found.values())


def test_a_factor_that_drifts_is_an_equity_that_moves_apart() -> None:
    factor = np.linspace(1.0, 0.9, BARS)
    found = findings(log(position_size=SIZES), log(position_size=SIZES * factor))
    assert found[Cause.SIZING_EQUITY].confident
    # A line from 1 to 0.9: the medians of its first and last tenth are about a twentieth of 0.1 inside.
    said = found[Cause.SIZING_EQUITY].evidence.split("drifts from ")[1].split(":")[0]
    first, last = (float(word) for word in said.split(" to "))
    assert (first, last) == (pytest.approx(0.995, abs=1e-3), pytest.approx(0.905, abs=1e-3))


def test_sizes_that_differ_by_chance_show_nothing() -> None:
    noisy = SIZES * DRAW.uniform(0.8, 1.2, BARS)
    assert not any(f.confident for f in findings(log(position_size=SIZES), log(position_size=noisy)).values())


@pytest.mark.parametrize("stricter", ["left", "right"])
def test_a_stricter_threshold_is_read_off_equal_probabilities(stricter: str) -> None:
    # A position cap refuses signals on both sides too, so that no side's own threshold can be read.
    capped = DRAW.uniform(size=BARS) < 0.5
    loose = log(probability_up=PROBABILITY, decision=spoken((PROBABILITY > 0.55) & capped))
    strict = log(probability_up=PROBABILITY, decision=spoken((PROBABILITY > 0.60) & capped))
    pair = (strict, loose) if stricter == "left" else (loose, strict)
    found = findings(*pair)[Cause.CONFIGURATION]
    assert found.confident
    assert f"the {stricter} side refuses" in found.evidence


def test_signals_lost_at_random_are_no_threshold() -> None:
    emits = PROBABILITY > 0.55
    lost = emits & (DRAW.uniform(size=BARS) < 0.6)
    left, right = (log(probability_up=PROBABILITY, decision=spoken(said)) for said in (emits, lost))
    assert not any("stricter" in finding.evidence for finding in findings(left, right).values())


@pytest.mark.parametrize("bars", [1, 2, -1])
def test_decisions_of_another_bar_are_found_without_any_number(bars: int) -> None:
    found = findings(log(), log(decision=spoken(np.roll(EMITS, bars))))
    assert {Cause.BAR_TIMING, Cause.FEATURE_MISALIGNMENT} == set(found)
    assert f"{abs(bars)} bar" in found[Cause.BAR_TIMING].evidence
    assert ("earlier" if bars > 0 else "later") in found[Cause.BAR_TIMING].evidence


def test_decisions_of_another_bar_on_equal_probabilities_are_bar_timing() -> None:
    left = log(probability_up=PROBABILITY)
    right = log(probability_up=PROBABILITY, decision=spoken(np.roll(EMITS, 1)))
    assert findings(left, right)[Cause.BAR_TIMING].confident


def test_unrelated_decisions_are_no_lag() -> None:
    assert Cause.BAR_TIMING not in findings(log(), log(decision=spoken(DRAW.uniform(size=BARS) < 0.15)))


def wilder_sizes(ranges: np.ndarray) -> np.ndarray:
    """Sizes of a fixed risk over two average true ranges of 14."""
    average = np.empty_like(ranges)
    average[0] = ranges[0]
    for bar in range(1, len(ranges)):
        average[bar] = average[bar - 1] + (ranges[bar] - average[bar - 1]) / 14
    return np.round(1000.0 / (2.0 * average), 6)


def test_sizes_whose_ratio_jumps_and_fades_have_other_bars_behind_them() -> None:
    ranges = DRAW.uniform(1.0, 3.0, BARS)
    revised = ranges.copy()
    revised[20::15] *= 1.5
    other = PROBABILITY + np.where(np.arange(BARS) >= 20, 1e-3, 0.0)
    left = log(probability_up=PROBABILITY, position_size=wilder_sizes(ranges))
    found = findings(left, log(probability_up=other, position_size=wilder_sizes(revised)))
    assert "fade as an average's do" in found[Cause.DATA_REVISION].evidence
    assert not found[Cause.DATA_REVISION].confident


def test_sizes_that_part_by_trades_alone_have_no_other_bars_behind_them() -> None:
    # Probabilities part at once; from the first signal on each trade moves one account by a step.
    steps = np.cumsum(np.where(np.roll(EMITS, 1), DRAW.normal(0.0, 0.01, BARS), 0.0))
    left = log(probability_up=PROBABILITY, position_size=SIZES)
    right = log(probability_up=PROBABILITY + 1e-3, position_size=SIZES * np.exp(steps))
    assert Cause.DATA_REVISION not in findings(left, right)


def test_sizes_that_differ_while_no_decision_does_are_other_money() -> None:
    deposited = np.where(np.arange(BARS) > 120, SIZES * 1.25, SIZES)
    left, right = (log(probability_up=PROBABILITY, position_size=sizes) for sizes in (SIZES, deposited))
    assert set(findings(left, right)) == {Cause.SIZING_EQUITY}


@pytest.mark.parametrize(("every", "likelier"), [(20, Cause.STATE_LOST), (2, Cause.CONFIGURATION)])
def test_signals_that_only_one_side_has_at_one_probability_are_state_or_a_rule(
    every: int, likelier: str
) -> None:
    kept = EMITS.copy()
    kept[np.flatnonzero(EMITS)[::every]] = False
    left, right = (log(probability_up=PROBABILITY, decision=spoken(said)) for said in (EMITS, kept))
    found = worded(explain(left, right)).findings
    assert {finding.cause for finding in found} == {Cause.STATE_LOST, Cause.CONFIGURATION}
    assert found[0].cause == likelier
    assert not found[0].confident


def test_findings_of_several_symbols_name_theirs() -> None:
    left = log(probability_up=PROBABILITY)
    late = log(probability_up=PROBABILITY, decision=spoken(np.roll(EMITS, 1)))
    other = left.with_columns(symbol=pl.lit("Y"))
    found = findings(pl.concat([left, other]), pl.concat([late, other]))
    assert found[Cause.BAR_TIMING].evidence.startswith("X: ")
