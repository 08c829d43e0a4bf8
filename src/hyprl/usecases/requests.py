"""From what a user asked to runs: config, bars, window, model, equity, sentiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hyprl.bars.sentiment import SentimentSeries, read_sentiment
from hyprl.bars.windows import bar_notes, cut_window, equity_column, load_bars, require_trading_day
from hyprl.config import HyprLConfig, load_config, require_symbol
from hyprl.domain.bars import BarSeries
from hyprl.errors import ConfigError
from hyprl.features.choice import plan_for
from hyprl.features.plan import FeaturePlan
from hyprl.jit.kernel import Announce
from hyprl.usecases.equity import read_equity
from hyprl.usecases.models import ChosenModel, choose_model
from hyprl.usecases.train import Past
from hyprl.wiring import Run

MODELS = Path("data/models")  # where a model that had to be trained is kept
MICROSCOPE_KEYS = "parity.microscope_start, parity.microscope_end"


def quiet(_message: str) -> None:
    """Announce nothing."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run; None means the config's or the built-in choice. Dates are exchange-local, both included."""

    config: Path | None = None
    bars: Path | None = None
    symbol: str | None = None
    timezone: str | None = None
    start: date | None = None
    end: date | None = None
    model: Path | None = None
    parity_equity: Path | None = None
    microscope: bool = False


BUILT_IN = RunRequest()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which config, symbol and dates a request comes to; no bar has been read yet."""

    request: RunRequest
    config: HyprLConfig
    symbol: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is read once for a request; runs over several windows are cut from it."""

    request: RunRequest
    config: HyprLConfig
    symbol: str
    series: BarSeries
    notes: tuple[str, ...]
    plan: FeaturePlan
    chosen: ChosenModel
    start: date
    end: date
    parity_equity: Mapping[int, float] | None
    sentiment: SentimentSeries | None

    @property
    def subject(self) -> str:
        """Return symbol, source of the bars and window, in a few words."""
        return f"{self.symbol} ({self.series.source}), {self.start} … {self.end}"

    def run(self, start: date, end: date) -> Run:
        """Return the run of one window. Raises DataError when it holds no bar, or one without injected equity."""
        window = cut_window(self.series, start, end)
        if self.parity_equity is not None:
            equity_column(self.parity_equity, window)
        model = self.chosen.model
        return Run(
            self.symbol, self.config, self.plan, model, window, self.parity_equity, self.sentiment, self.notes
        )


def scope_of(request: RunRequest) -> Scope:
    """Read the config and settle symbol and window. Raises ConfigError, also for a window without a trading day."""
    config = load_config(request.config)
    symbol = config.symbol if request.symbol is None else require_symbol(request.symbol)
    return Scope(request, config, symbol, *_window(request, config))


def prepare(request: RunRequest, keep_models_in: Path, announce: Announce) -> Prepared:
    """Read config and bars, choose or train the model. Raises HyprLError children for whatever is wrong."""
    return prepare_scope(scope_of(request), keep_models_in, announce)


def prepare_scope(scope: Scope, keep_models_in: Path, announce: Announce) -> Prepared:
    """Read the bars of a scope, choose or train its model. Raises as `prepare`."""
    request, config, symbol, start = scope.request, scope.config, scope.symbol, scope.start
    plan = plan_for(config)
    loaded = load_bars(request.bars, symbol, config, request.timezone)
    cut_window(loaded.series, start, scope.end)
    sentiment_file, zone = config.strategy.sentiment.file, request.timezone
    sentiment = None if sentiment_file is None else read_sentiment(Path(sentiment_file), timezone=zone)
    equity = None if request.parity_equity is None else read_equity(request.parity_equity, symbol, zone)
    past = Past(loaded.series, start, config, plan)
    chosen = choose_model(past, request.model, keep_models_in, announce)
    return Prepared(
        request,
        config,
        symbol,
        loaded.series,
        bar_notes(loaded.report),
        plan,
        chosen,
        start,
        scope.end,
        equity,
        sentiment,
    )


def _window(request: RunRequest, config: HyprLConfig) -> tuple[date, date]:
    parity = config.parity
    if request.microscope:
        require_trading_day(parity.microscope_start, parity.microscope_end, MICROSCOPE_KEYS)
        return parity.microscope_start, parity.microscope_end
    start, end = request.start or parity.start, request.end or parity.end
    if end < start:
        raise ConfigError(
            f"the window ends ({end}) before it starts ({start})", where="--start, --end", remedy="Swap them."
        )
    asked = request.start is not None or request.end is not None
    require_trading_day(start, end, "--start, --end" if asked else "parity.start, parity.end")
    return start, end
