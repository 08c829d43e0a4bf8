"""Config, bars and model to a Run, and a Run to its two engines: it constructs and connects, and computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

import numpy as np
import orjson

from hyprl.backtest.run import NO_FLOATS, NO_TIMES, BacktestRun, RunInputs, run_window
from hyprl.bars.embedded import SOURCE
from hyprl.bars.sentiment import SentimentSeries
from hyprl.bars.windows import equity_column
from hyprl.broker.port import Broker
from hyprl.broker.simulated import FillRules, SimulatedBroker
from hyprl.config import HyprLConfig
from hyprl.domain.bars import ClosedBar
from hyprl.domain.trades import RunWindow
from hyprl.features.choice import auxiliary_columns, plan_for
from hyprl.features.pipeline import FeaturePipeline
from hyprl.features.plan import FeaturePlan
from hyprl.features.stores import FeatureStore, LiveFeatureStore
from hyprl.jit.kernel import Announce, Kernel, link_kernel
from hyprl.kernel.account import ExecutionParameters
from hyprl.kernel.step import Parameters
from hyprl.live.engine import LiveParts, Progress, TraceSink
from hyprl.live.headlines import HeadlineFeed
from hyprl.live.state import EngineState
from hyprl.model.artifact import PROBABILITY_FUNCTIONS, ProbabilityModel
from hyprl.risk.manager import EquityContext, ParityEquity, RiskManager, SimulatedEquity
from hyprl.strategy.decide import REGIME_ANY, REGIME_CALM, REGIME_TURBULENT, Columns, StrategyParameters
from hyprl.strategy.engine import DecisionRules, StrategyEngine
from hyprl.trace.compose import RunFacts

_REGIMES = {"any": REGIME_ANY, "calm": REGIME_CALM, "turbulent": REGIME_TURBULENT}
_HOUR_US = 3_600_000_000
RUN_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Run:
    """What both engines are given; `run_id` depends on it alone, never on the clock.

    `bar_notes` say what validation found and the policies let through, for the trace.
    """

    symbol: str
    config: HyprLConfig
    plan: FeaturePlan
    model: ProbabilityModel
    window: RunWindow
    parity_equity: Mapping[int, float] | None = None
    sentiment: SentimentSeries | None = None
    bar_notes: tuple[str, ...] = ()

    @property
    def equity_source(self) -> str:
        """Return `parity_equity` or `simulated`."""
        return "simulated" if self.parity_equity is None else ParityEquity.name

    @property
    def in_sample(self) -> bool:
        """Tell whether the window overlaps what the model was trained on."""
        opens = self.window.evaluated.open_utc_us
        return self.model.training.overlaps(int(opens[0]), int(opens[-1]))

    def facts(self) -> dict[str, object]:
        """Return what identifies the run, as the header of its traces keeps it."""
        series, window = self.window.series, self.window.evaluated
        equity = None if self.parity_equity is None else sorted(self.parity_equity.items())
        return {
            "symbol": self.symbol,
            "config_hash": self.config.sha256(),
            "model_sha256": self.model.sha256,
            "model_params_hash": self.model.params_hash,
            "columns": list(self.plan.names),
            "bars_synthetic": series.source == SOURCE,
            "bars_hash": series.sha256(),
            "bars_flaws_hash": sha256(series.flaws.tobytes()).hexdigest(),
            "history_bars": self.window.start,
            "window_first_open_utc_us": int(window.open_utc_us[0]),
            "window_last_open_utc_us": int(window.open_utc_us[-1]),
            "window_bars": len(window),
            "equity_source": self.equity_source,
            "equity_hash": None if equity is None else sha256(repr(equity).encode()).hexdigest(),
            "sentiment_hash": None if self.sentiment is None else self.sentiment.sha256(),
            "in_sample": self.in_sample,
        }

    @property
    def run_id(self) -> str:
        """Hash the run's facts; of the model file only what decides a probability."""
        facts = {name: fact for name, fact in self.facts().items() if name != "model_sha256"}
        return sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:RUN_ID_LENGTH]


Feed = Callable[[Iterable[ClosedBar]], Iterable[ClosedBar]]


@dataclass(frozen=True, slots=True)
class Restart:
    """The live process dies once, after the first bar that is `due`; another goes on from what `carry` keeps."""

    due: Callable[[int, SimulatedBroker], bool]  # open of the bar just decided, µs UTC; the broker
    carry: Callable[[EngineState], EngineState] = lambda state: state


@dataclass(frozen=True, slots=True)
class LiveOverrides:
    """Other parts for the live side: what a test or the fault lab hands in. The defaults change nothing.

    `config` is another file, hashed and recorded as such; `parameters` are keys read otherwise from the same file.
    `history` and `source` stand between the bars and the engine; `rules` may decide otherwise than it records.
    """

    config: Callable[[HyprLConfig], HyprLConfig] = lambda config: config
    parameters: Callable[[Parameters], Parameters] = lambda parameters: parameters
    history: Feed = lambda bars: bars
    source: Feed = lambda bars: bars
    store: Callable[[FeatureStore], FeatureStore] = lambda store: store
    model: Callable[[ProbabilityModel], ProbabilityModel] = lambda model: model
    rules: Callable[[DecisionRules], DecisionRules] = lambda rules: rules
    equity: Callable[[EquityContext], EquityContext] = lambda equity: equity
    broker: Callable[[SimulatedBroker], Broker] = lambda broker: broker
    preroll_bars: int | None = None
    restart: Restart | None = None

    def run(self, run: Run) -> Run:
        """Return the run as the live side has it: its own config, the plan that follows from it, its own model."""
        config, model = self.config(run.config), self.model(run.model)
        plan = run.plan if config == run.config else plan_for(config)
        return replace(run, config=config, plan=plan, model=model)


NO_OVERRIDES = LiveOverrides()


@dataclass(frozen=True, slots=True)
class LiveSide:
    """A live engine's parts, and the number of history bars that it warms up on."""

    parts: LiveParts
    broker: SimulatedBroker
    preroll_bars: int
    store: FeatureStore = field(repr=False)


def parameters_for(config: HyprLConfig, plan: FeaturePlan) -> Parameters:
    """Turn the config into the kernel's constants: fractions, not basis points."""
    strategy, risk, execution = config.strategy, config.risk, config.execution
    return Parameters(
        StrategyParameters(
            threshold_long=strategy.threshold_long,
            threshold_short=strategy.threshold_short,
            trend_long_min=strategy.trend_long_min,
            trend_short_min=strategy.trend_short_min,
            score_min=strategy.sentiment.score_min,
            score_max=strategy.sentiment.score_max,
            regime=_REGIMES[strategy.sentiment.regime],
            min_ev_multiple=strategy.min_ev_multiple,
            risk_fraction=risk.risk_fraction,
            atr_multiplier=risk.atr_multiplier,
            reward_multiple=risk.reward_multiple,
            max_leverage=risk.max_leverage,
            min_size=risk.min_size,
            max_daily_loss_fraction=risk.max_daily_loss_fraction,
            max_trade_notional_fraction=risk.max_trade_notional_fraction,
            max_gross_exposure_fraction=risk.max_gross_exposure_fraction,
            max_trades_per_day=float(risk.max_trades_per_day),
            min_bars_between_entries=float(risk.min_bars_between_entries),
        ),
        ExecutionParameters(
            slippage=execution.slippage_bps / 10_000.0,
            stop_slippage=execution.stop_slippage_bps / 10_000.0,
            commission=execution.commission_bps / 10_000.0,
            commission_per_share=execution.commission_per_share,
            reward_multiple=risk.reward_multiple,
            trailing_activation_r=risk.trailing_activation_r,
            trailing_distance_r=risk.trailing_distance_r,
        ),
        strategy_columns(config, plan),
    )


def strategy_columns(config: HyprLConfig, plan: FeaturePlan) -> Columns:
    """Return where the columns that the strategy reads stand in the plan."""
    return Columns(*(plan.position(name) for name in auxiliary_columns(config)))


def kernel_for(run: Run, mode: str, announce: Announce) -> Kernel:
    """Link the kernel of a run's columns and model kind."""
    return link_kernel(run.plan, PROBABILITY_FUNCTIONS[run.model.kind], mode, announce)


def run_facts(run: Run, source: str, parameters: Parameters | None = None) -> RunFacts:
    """Return what every trace record of the run repeats; `parameters` where the engine reads the config otherwise."""
    strategy = (parameters or parameters_for(run.config, run.plan)).strategy
    return RunFacts(
        run_id=f"{source}-{run.run_id}",
        source=source,
        model_params_hash=run.model.params_hash,
        config_hash=run.config.sha256(),
        columns=run.plan.names,
        atr_column=strategy_columns(run.config, run.plan).atr,
        threshold_long=strategy.threshold_long,
        threshold_short=strategy.threshold_short,
        risk_fraction=strategy.risk_fraction,
        atr_multiplier=strategy.atr_multiplier,
        reward_multiple=strategy.reward_multiple,
        has_sentiment_source=run.sentiment is not None,
    )


def backtest(run: Run, kernel: Kernel, *, record: bool = False) -> BacktestRun:
    """Run the batch driver."""
    injected, sentiment = NO_FLOATS, run.sentiment
    if run.parity_equity is not None:
        injected = np.array(equity_column(run.parity_equity, run.window))
    inputs = RunInputs(
        run.model.weights,
        parameters_for(run.config, run.plan),
        run.config.risk.initial_equity,
        injected,
        NO_TIMES if sentiment is None else sentiment.published_utc_us,
        NO_FLOATS if sentiment is None else sentiment.score,
        _max_age_us(run.config),
    )
    return run_window(kernel, run.window, inputs, record=record)


def live_side(
    run: Run,
    kernel: Kernel,
    sink: TraceSink,
    checkpoint: Callable[[Progress], None] = lambda _: None,
    overrides: LiveOverrides = NO_OVERRIDES,
) -> LiveSide:
    """Make the live engine's parts for a replay: its own store, model, risk manager, broker and headlines.

    `run` is the live side's own (`LiveOverrides.run`).
    """
    parameters = overrides.parameters(parameters_for(run.config, run.plan))
    equity = SimulatedEquity() if run.parity_equity is None else ParityEquity(run.parity_equity)
    rules = DecisionRules(
        kernel.probability_of,
        kernel.decide,
        kernel.judge,
        kernel.vector(run.model.weights),
        parameters.strategy,
        parameters.columns,
    )
    fills = FillRules(kernel.settle, kernel.flatten, parameters.execution)
    broker = SimulatedBroker(fills, run.config.risk.initial_equity)
    store = overrides.store(LiveFeatureStore(FeaturePipeline(kernel)))
    parts = LiveParts(
        store,
        StrategyEngine(overrides.rules(rules), RiskManager(overrides.equity(equity))),
        overrides.broker(broker),
        _headlines(run, kernel),
        run_facts(run, "replay", parameters),
        sink,
        checkpoint,
    )
    history = run.window.start if overrides.preroll_bars is None else overrides.preroll_bars
    return LiveSide(parts, broker, min(history, run.window.start), store)


def _headlines(run: Run, kernel: Kernel) -> HeadlineFeed:
    sentiment = run.sentiment
    published = [] if sentiment is None else sentiment.published_utc_us.tolist()
    scores = [] if sentiment is None else sentiment.score.tolist()
    if kernel.compiled:
        published, scores = np.array(published, np.int64), kernel.vector(scores)
    return HeadlineFeed(
        published, scores, _max_age_us(run.config), (kernel.advance_headlines, kernel.score_of)
    )


def _max_age_us(config: HyprLConfig) -> int:
    return int(config.strategy.sentiment.max_age_hours * _HOUR_US)
