"""The compiled backtest and the live engine agree to the bit: with sentiment, with injected equity, in every reason."""

import struct
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from hyprl.bars.sentiment import SentimentSeries
from hyprl.domain.bars import PRICE_COLUMNS
from hyprl.domain.instants import utc_us_of
from hyprl.errors import RiskError
from hyprl.jit.kernel import COMPILED
from hyprl.trace.signal import SignalTrace
from hyprl.usecases.check import CheckRequest, check
from hyprl.usecases.drive import replay_in_memory
from hyprl.usecases.requests import RunRequest
from hyprl.usecases.traces import backtest_records, trace_header
from hyprl.wiring import Run, backtest, kernel_for

DAY_US = 24 * 3_600_000_000


def quiet(_message: str) -> None:
    """Announce nothing."""


def both(run: Run) -> tuple[list[SignalTrace], list[SignalTrace]]:
    """The records of both engines, after checking that trades and final equity are equal."""
    done = backtest(run, kernel_for(run, COMPILED, quiet), record=True)
    live, records = replay_in_memory(run, quiet)
    assert (done.trades, done.final_equity) == (live.trades, live.final_equity)
    return backtest_records(run, done), records


def bits(value: object) -> object:
    if isinstance(value, float):
        return struct.pack("<d", value)
    if isinstance(value, dict):
        return {name: bits(item) for name, item in value.items()}
    return [bits(item) for item in value] if isinstance(value, tuple) else value


def equal_bits(batch: list[SignalTrace], live: list[SignalTrace]) -> bool:
    own = {"source": "", "run_id": ""}
    pairs = zip(batch, live, strict=True)
    return all(bits(a._replace(**own)) == bits(b._replace(**own)) for a, b in pairs)


def scored(run: Run, *offsets_us: int, score: float = 0.5) -> SentimentSeries:
    """One headline `offset` after the close of each of the window's first bars."""
    closes = run.window.evaluated.close_utc_us[: len(offsets_us)]
    return SentimentSeries(closes + np.array(offsets_us), np.full(len(offsets_us), score))


def test_the_short_run_is_equal_to_the_bit_and_trades(run):
    batch, live = both(run)
    assert equal_bits(batch, live)
    assert Counter(record.decision for record in live)["emit"] >= 4


def test_the_comparison_itself_sees_a_single_bit(run):
    batch, live = both(run)
    nudged = live[7]._replace(equity=float(np.nextafter(live[7].equity, 0.0)))
    assert not equal_bits(batch, [*live[:7], nudged, *live[8:]])


def test_a_headline_at_the_close_is_scored_and_one_a_microsecond_later_is_not(run, run_with):
    batch, live = both(run_with(sentiment=scored(run, 0)))
    assert (live[0].sentiment, live[0].sentiment_score) == ("scored", 0.5)
    late_batch, late = both(run_with(sentiment=scored(run, 1)))
    assert (late[0].sentiment, late[0].sentiment_score) == ("no_headline", None)
    assert equal_bits(batch, live)
    assert equal_bits(late_batch, late)


def test_a_headline_older_than_the_limit_is_no_headline(run, run_with):
    series = scored(run, -DAY_US, -DAY_US - 1)
    batch, live = both(run_with(sentiment=SentimentSeries(series.published_utc_us[:1], series.score[:1])))
    assert [record.sentiment for record in live[:2]] == ["scored", "no_headline"]
    assert equal_bits(batch, live)


def test_without_a_source_the_gate_is_open_and_says_so(run):
    _, live = both(run)
    assert {record.sentiment for record in live} == {"no_source"}
    assert all(record.sentiment_ok for record in live)


def test_a_score_outside_the_band_rejects_in_both_engines(run, run_with):
    strategy = run.config.strategy
    narrow = strategy.model_copy(
        update={"sentiment": strategy.sentiment.model_copy(update={"score_min": 0.6})}
    )
    closed_gate = run.config.model_copy(update={"strategy": narrow})
    offsets = [0] * run.window.length
    batch, live = both(run_with(config=closed_gate, sentiment=scored(run, *offsets)))
    assert "sentiment" in {record.reason for record in live}
    assert not any(record.decision == "emit" for record in live)
    assert equal_bits(batch, live)


@pytest.mark.parametrize("regime", ["calm", "turbulent"])
def test_the_regime_filter_is_equal_in_both_engines(run, run_with, regime):
    strategy = run.config.strategy
    filtered = strategy.model_copy(
        update={"sentiment": strategy.sentiment.model_copy(update={"regime": regime})}
    )
    batch, live = both(run_with(config=run.config.model_copy(update={"strategy": filtered})))
    assert equal_bits(batch, live)
    high = {record.indicators["vol_regime_high"] for record in live if record.sentiment_ok}
    assert high <= {0.0 if regime == "calm" else 1.0}


def test_injected_equity_sizes_every_decision_of_both_engines(run, run_with):
    opens = run.window.evaluated.open_utc_us.tolist()
    equity = {us: 50_000.0 + number for number, us in enumerate(opens)}
    batch, live = both(run_with(parity_equity=equity))
    assert [record.risk_inputs.equity for record in live] == list(equity.values())
    assert equal_bits(batch, live)
    assert live[-1].equity != live[-1].risk_inputs.equity


def test_the_trace_header_names_the_equity_and_its_hash(run, run_with):
    plain = trace_header(run, "replay").facts
    equity = dict.fromkeys(run.window.evaluated.open_utc_us.tolist(), 1.0)
    injected = trace_header(run_with(parity_equity=equity), "replay").facts
    assert (plain["equity_source"], plain["equity_hash"]) == ("simulated", None)
    assert injected["equity_source"] == "parity_equity"
    assert injected["equity_hash"]


def test_a_replay_without_equity_for_a_bar_is_refused(run, run_with):
    opens = run.window.evaluated.open_utc_us.tolist()
    with pytest.raises(RiskError, match="has no value"):
        replay_in_memory(run_with(parity_equity=dict.fromkeys(opens[:-1], 1.0)), quiet)


def test_the_run_id_depends_on_what_is_run(run, run_with):
    opens = run.window.evaluated.open_utc_us.tolist()
    other_config = run.config.model_copy(update={"symbol": "X"})
    runs = [
        run,
        run_with(config=other_config),
        run_with(parity_equity=dict.fromkeys(opens, 1.0)),
        run_with(parity_equity=dict.fromkeys(opens, 2.0)),
        run_with(sentiment=scored(run, 0)),
        run_with(sentiment=scored(run, 0, score=0.6)),
        run_with(window=replace(run.window, start=run.window.start + 1)),
    ]
    assert len({each.run_id for each in runs}) == len(runs)
    assert run_with().run_id == run.run_id


def test_a_window_inside_the_training_window_is_in_sample(run, run_with):
    assert not run.in_sample
    training = replace(run.model.training, last_open_utc_us=int(run.window.evaluated.open_utc_us[0]))
    assert run_with(model=replace(run.model, training=training)).in_sample


def test_a_half_day_whose_last_half_hour_the_vendor_leaves_out_is_not_refused_for_coverage(
    embedded, tmp_path
):
    tail = utc_us_of(datetime(2025, 7, 3, 16, 30, tzinfo=UTC))
    bars = pl.DataFrame({name: getattr(embedded, name) for name in ("open_utc_us", *PRICE_COLUMNS)})
    bars.filter(pl.col("open_utc_us") != tail).rename({"open_utc_us": "timestamp"}).write_csv(
        tmp_path / "b.csv"
    )
    window = RunRequest(bars=tmp_path / "b.csv", start=date(2025, 7, 3), end=date(2025, 7, 3))
    outcome = check(CheckRequest(window, "live-ready", tmp_path), lambda _message: None)
    assert (outcome.result.main.coverage, outcome.result.verdict) == (1.0, "kept")
    assert outcome.windows[0].run.window.length == 3
