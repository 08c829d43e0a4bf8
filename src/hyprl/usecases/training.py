"""What a model is trained on, and which model a run uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from hyprl.bars.calendar import window_us
from hyprl.bars.windows import load_bars
from hyprl.config import HyprLConfig
from hyprl.domain.bars import BarSeries
from hyprl.errors import ArtifactError, DataError
from hyprl.features.choice import plan_for
from hyprl.features.plan import FeaturePlan
from hyprl.features.stores import BacktestFeatureStore
from hyprl.jit.kernel import COMPILED, Announce, link_kernel
from hyprl.model.artifact import PROBABILITY_FUNCTIONS, ProbabilityModel, training_settings
from hyprl.model.frame import TrainingFrame


def quiet(_message: str) -> None:
    """Announce nothing."""


def training_frame(
    bars_path: Path | None,
    symbol: str,
    end: date,
    config: HyprLConfig,
    *,
    start: date | None = None,
    timezone: str | None = None,
    announce: Announce = quiet,
) -> TrainingFrame:
    """Read the bars and compute the features of those strictly before `end` (exchange-local date).

    Raises DataError when none lies there.
    """
    series = load_bars(bars_path, symbol, config, timezone).series
    return frame_before(series, end, config, plan_for(config), start=start, announce=announce)


def frame_before(
    series: BarSeries,
    end: date,
    config: HyprLConfig,
    plan: FeaturePlan,
    *,
    start: date | None = None,
    announce: Announce = quiet,
) -> TrainingFrame:
    """Return the training frame of the bars from `start` (default: the first) to strictly before `end`."""
    first = 0 if start is None else series.index_at(window_us(start, start)[0])
    past = series.slice(first, series.index_at(window_us(end, end)[0]))
    if not len(past):
        raise DataError(
            f"no bar lies before {end}",
            where=f"{series.symbol} ({series.source})",
            remedy="Give bars with history before the window, or a model trained elsewhere (--model).",
        )
    kernel = link_kernel(plan, PROBABILITY_FUNCTIONS[config.model.kind], COMPILED, announce)
    frame = BacktestFeatureStore(kernel).frame(past)
    return TrainingFrame(
        past.symbol,
        plan.preset,
        plan.model_names,
        frame.values[:, : plan.model_width],
        past.open_utc_us,
        past.close,
        past.sha256(),
        past.source,
    )


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model file of a run and how it came to be."""

    path: Path
    model: ProbabilityModel
    note: str


def choose_model(
    series: BarSeries,
    start: date,
    config: HyprLConfig,
    plan: FeaturePlan,
    *,
    explicit: Path | None,
    keep_in: Path,
    announce: Announce = quiet,
) -> ChosenModel:
    """Return the model given, else the configured one if it fits, else one trained on the bars before `start`.

    A trained one is kept in `keep_in` and found there by the next run. Raises ArtifactError when the model given
    reads other columns, MissingExtraError when trees are to be trained and XGBoost is not installed.
    """
    if explicit is not None:
        return _given(explicit, series.symbol, plan)
    past = series.slice(0, series.index_at(window_us(start, start)[0]))
    kept = keep_in / f"model_{series.symbol}_{start}_{config.model.kind}_{past.sha256()[:8]}.pkl"
    for path in (Path(config.model.artifact), embedded_artifact(), kept):
        model = _fitting(path, series, start, config, plan)
        if model is not None:
            return ChosenModel(path, model, f"model {model.sha256[:12]}, trained before {start}")
    return _train(series, start, config, plan, kept, announce)


def embedded_artifact() -> Path:
    """Return the path of the model that ships with HyprL (trained on the embedded bars)."""
    with as_file(files("hyprl.embedded").joinpath("model_prob_v2.pkl")) as path:
        return path


def _given(path: Path, symbol: str, plan: FeaturePlan) -> ChosenModel:
    model = ProbabilityModel.load_artifact(path)
    model.require_fit(plan.model_names, plan.preset)
    foreign = f", trained on {model.symbol}" if model.symbol != symbol else ""
    return ChosenModel(path, model, f"model {model.sha256[:12]} from {path.name}{foreign}")


def _fitting(
    path: Path, series: BarSeries, start: date, config: HyprLConfig, plan: FeaturePlan
) -> ProbabilityModel | None:
    if not path.is_file():
        return None
    try:
        model = ProbabilityModel.load_artifact(path)
    except ArtifactError:
        if path == embedded_artifact() or path == Path(config.model.artifact):
            raise
        return None
    training = model.training
    first = series.index_at(training.first_open_utc_us)
    past = series.slice(first, series.index_at(training.last_open_utc_us + 1))
    same_settings = dict(training.settings) == training_settings(config.model)
    fits = same_settings and training.last_open_utc_us < window_us(start, start)[0]
    if fits and model.misfit(series.symbol, plan.model_names, plan.preset, past.sha256()) is None:
        return model
    return None


def _train(
    series: BarSeries, start: date, config: HyprLConfig, plan: FeaturePlan, kept: Path, announce: Announce
) -> ChosenModel:
    from hyprl.model.train import train_model

    frame = frame_before(series, start, config, plan, announce=announce)
    announce(f"no model fits {series.symbol} and these bars: training one on the bars before {start}")
    model = train_model(frame, config.model).model
    model.save_artifact(kept)
    announce(f"model kept in {kept}")
    return ChosenModel(
        kept, model, f"model {model.sha256[:12]}, trained now on {frame.symbol} before {start}"
    )
