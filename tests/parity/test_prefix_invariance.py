"""Nothing that is decided at a bar depends on a later one: a run over bars[:n] is the first n bars of the full run.

Every n of the embedded year, and of the real one where its bars are at hand.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hyprl.backtest.run import BacktestRun
from hyprl.domain.decisions import WARMUP
from hyprl.domain.trades import RunWindow
from hyprl.jit.kernel import COMPILED, INTERPRETED
from hyprl.usecases.drive import replay_in_memory
from hyprl.usecases.requests import RunRequest, prepare
from hyprl.wiring import Run, backtest, kernel_for

YEAR = date(2024, 12, 12), date(2025, 11, 26)


def silent(_message):
    return None


@pytest.fixture(scope="module")
def embedded_run(tmp_path_factory) -> Run:
    return prepare(RunRequest(), tmp_path_factory.mktemp("models"), silent).run(*YEAR)


@pytest.fixture(scope="module")
def real_run(real_nvda_file: Path, tmp_path_factory) -> Run:
    request = RunRequest(bars=real_nvda_file, symbol="NVDA")
    return prepare(request, tmp_path_factory.mktemp("models"), silent).run(*YEAR)


def cut(run: Run, length: int) -> Run:
    window = run.window
    return replace(run, window=RunWindow(window.series.slice(0, window.start + length), window.start))


def recorded(run: BacktestRun, length: int | None = None) -> list[bytes]:
    return [rows[:length].tobytes() for rows in (run.features, run.contexts, run.decisions)]


def assert_every_prefix_agrees(run: Run) -> int:
    kernel = kernel_for(run, COMPILED, silent)
    full = backtest(run, kernel, record=True)
    for length in range(1, run.window.length + 1):
        part = backtest(cut(run, length), kernel, record=True)
        assert recorded(part) == recorded(full, length)
        assert np.array_equal(part.equity, full.equity[:length])
        done = [trade for trade in full.trades if trade.exit_bar < length and trade.exit_kind != 4]
        assert [trade for trade in part.trades if trade.exit_kind != 4] == done
    return run.window.length


def test_every_prefix_of_the_embedded_year_agrees(embedded_run):
    assert assert_every_prefix_agrees(embedded_run) == 1674


@pytest.mark.real
def test_every_prefix_of_the_real_year_agrees(real_run):
    assert assert_every_prefix_agrees(real_run) > 1600


@pytest.mark.parametrize("length", [1, 7, 100, 500])
def test_the_live_engine_agrees_with_the_full_run_when_it_is_stopped_early(length, embedded_run):
    full = backtest(embedded_run, kernel_for(embedded_run, COMPILED, silent), record=True)
    _, records = replay_in_memory(cut(embedded_run, length), silent)
    assert [record.probability_up for record in records] == full.decisions["probability_up"][:length].tolist()
    assert [record.equity for record in records] == full.equity[:length].tolist()


@pytest.mark.parametrize("mode", [COMPILED, INTERPRETED])
def test_the_first_computable_bar_is_decided_and_the_one_before_is_warmup(mode, embedded_run):
    run = replace(embedded_run, window=RunWindow(embedded_run.window.series.slice(0, 120), 0))
    done = backtest(run, kernel_for(run, mode, silent), record=True)
    batch = [code == WARMUP for code in done.decisions["reason"]]
    _, records = replay_in_memory(run, silent, mode=mode)
    live = [record.reason == "warmup" for record in records]
    # 72 true ranges need 73 bars: the bar with index 72 is the first that has every feature.
    assert batch == live == [True] * 72 + [False] * 48


def test_a_look_ahead_would_be_found(embedded_run):
    window = embedded_run.window
    opens = np.roll(window.series.close, -1)
    peeking = replace(embedded_run, window=RunWindow(replace(window.series, volume=opens), window.start))
    shorter = replace(peeking, window=RunWindow(replace(cut(peeking, 50).window.series, volume=np.roll(
        window.series.close[: window.start + 50], -1)), window.start))  # fmt: skip
    kernel = kernel_for(peeking, COMPILED, silent)
    full, part = backtest(peeking, kernel, record=True), backtest(shorter, kernel, record=True)
    assert recorded(part, 49) == recorded(full, 49)
    assert part.features[49].tobytes() != full.features[49].tobytes()
