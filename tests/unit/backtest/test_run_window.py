"""The batch driver over a window: warm-up before it, one decision a bar in it, flat at its end."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hyprl.backtest.run import BacktestRun, RunInputs, run_window
from hyprl.config import load_config
from hyprl.domain.bars import BarSeries
from hyprl.domain.decisions import EXIT_END
from hyprl.domain.trades import RunWindow
from hyprl.features.choice import plan_for
from hyprl.jit.kernel import INTERPRETED, Kernel, link_kernel
from hyprl.kernel.batch import BLOCK_BARS
from hyprl.model.artifact import ProbabilityModel
from hyprl.model.evaluate import logistic_probability
from hyprl.usecases.models import embedded_artifact
from hyprl.wiring import parameters_for

CONFIG = load_config(None)
PLAN = plan_for(CONFIG)
MODEL = ProbabilityModel.load_artifact(embedded_artifact())


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    """The default preset, interpreted."""
    return link_kernel(PLAN, logistic_probability, INTERPRETED)


@pytest.fixture(scope="module")
def run(kernel: Kernel, embedded: BarSeries) -> Callable[..., BacktestRun]:
    """A run with every bar emitting, so that positions are held most of the time."""
    eager = parameters_for(CONFIG, PLAN)
    strategy = eager.strategy._replace(
        threshold_long=0.5,
        threshold_short=0.5,
        trend_long_min=-1.0,
        trend_short_min=1.0,
        min_ev_multiple=-9.0,
    )
    inputs = RunInputs(MODEL.weights, eager._replace(strategy=strategy), 100_000.0)

    def make(start: int, end: int, **changes: object) -> BacktestRun:
        window = RunWindow(embedded.slice(0, end), start)
        return run_window(kernel, window, replace(inputs, **changes), record=True)  # type: ignore[arg-type]

    return make


def test_each_bar_of_the_window_has_one_row_and_one_equity(run: Callable[..., BacktestRun]) -> None:
    done = run(300, 350)
    assert (
        len(done.features)
        == len(done.contexts)
        == len(done.decisions)
        == len(done.equity)
        == done.window.length
        == 50
    )


@pytest.mark.parametrize("start", [BLOCK_BARS - 1, BLOCK_BARS, BLOCK_BARS + 1, 2 * BLOCK_BARS, 300])
def test_features_do_not_depend_on_where_the_window_or_a_block_begins(
    run: Callable[..., BacktestRun], start: int
) -> None:
    whole, part = run(0, 420), run(start, 420)
    np.testing.assert_array_equal(whole.features[start:], part.features)
    np.testing.assert_array_equal(whole.decisions["probability_up"][start:], part.decisions["probability_up"])


@pytest.mark.parametrize("end", [BLOCK_BARS, BLOCK_BARS + 1, 3 * BLOCK_BARS - 1, 3 * BLOCK_BARS])
def test_what_follows_a_bar_does_not_change_its_row(run: Callable[..., BacktestRun], end: int) -> None:
    part, whole = run(60, end), run(60, 420)
    for name in ("features", "contexts", "decisions", "equity"):
        assert getattr(part, name).tobytes() == getattr(whole, name)[: end - 60].tobytes()


def test_the_last_position_is_closed_at_the_last_close(run: Callable[..., BacktestRun]) -> None:
    ends = [run(300, end) for end in range(340, 360)]
    last = [done.trades[-1] for done in ends if done.trades and done.trades[-1].exit_kind == EXIT_END]
    assert last, "no run ended in a position"
    for done in ends:
        cash = 100_000.0 + sum(trade.pnl for trade in done.trades)
        assert done.final_equity == pytest.approx(cash, rel=1e-12)


def test_injected_equity_is_what_sizing_reads(run: Callable[..., BacktestRun]) -> None:
    small = run(300, 350, injected_equity=np.full(50, 50_000.0))
    large = run(300, 350, injected_equity=np.full(50, 100_000.0))
    sizes = [done.decisions["position_size"] for done in (small, large)]
    emitted = sizes[1] > 0.0
    assert emitted.any()
    np.testing.assert_allclose(sizes[1][emitted], 2 * sizes[0][emitted], rtol=1e-5)


def test_a_window_of_one_bar_orders_and_never_fills(run: Callable[..., BacktestRun]) -> None:
    done = run(300, 301)
    assert (done.trades, done.exposed_bars, done.final_equity) == ((), 0, 100_000.0)
