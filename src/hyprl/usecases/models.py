"""Which model a run uses: the one given, one that fits, or one trained on the bars before the run."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from hyprl.bars.calendar import window_us
from hyprl.errors import ArtifactError
from hyprl.features.plan import FeaturePlan
from hyprl.jit.kernel import Announce
from hyprl.model.artifact import ProbabilityModel, training_settings
from hyprl.usecases.train import Past, frame_of


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model file of a run and how it came to be."""

    path: Path
    model: ProbabilityModel
    note: str


def choose_model(past: Past, explicit: Path | None, keep_in: Path, announce: Announce) -> ChosenModel:
    """Return the model given, else the configured one if it fits, else one trained on the past.

    A trained one is kept in `keep_in` and found there by the next run. Raises ArtifactError when the model given
    reads other columns, MissingExtraError when trees are to be trained and XGBoost is not installed.
    """
    if explicit is not None:
        return _given(explicit, past.series.symbol, past.plan)
    bars, kind = past.bars(), past.config.model.kind
    kept = keep_in / f"model_{past.series.symbol}_{past.end}_{kind}_{bars.sha256()[:8]}.pkl"
    for path in (Path(past.config.model.artifact), embedded_artifact(), kept):
        model = _fitting(path, past)
        if model is not None:
            return ChosenModel(path, model, f"model {model.sha256[:12]}, trained before {past.end}")
    return _train(past, kept, announce)


def embedded_artifact() -> Path:
    """Return the path of the model that ships with HyprL (trained on the embedded bars)."""
    with as_file(files("hyprl.embedded").joinpath("model_prob_v2.pkl")) as path:
        return path


def _given(path: Path, symbol: str, plan: FeaturePlan) -> ChosenModel:
    model = ProbabilityModel.load_artifact(path)
    model.require_fit(plan.model_names, plan.preset)
    foreign = f", trained on {model.symbol}" if model.symbol != symbol else ""
    return ChosenModel(path, model, f"model {model.sha256[:12]} from {path.name}{foreign}")


def _fitting(path: Path, past: Past) -> ProbabilityModel | None:
    if not path.is_file():
        return None
    try:
        model = ProbabilityModel.load_artifact(path)
    except ArtifactError:
        if path == embedded_artifact() or path == Path(past.config.model.artifact):
            raise
        return None  # a kept one is made anew
    training, series, plan = model.training, past.series, past.plan
    first = series.index_at(training.first_open_utc_us)
    trained_on = series.slice(first, series.index_at(training.last_open_utc_us + 1))
    same_settings = dict(training.settings) == training_settings(past.config.model)
    fits = same_settings and training.last_open_utc_us < window_us(past.end, past.end)[0]
    if fits and model.misfit(series.symbol, plan.model_names, plan.preset, trained_on.sha256()) is None:
        return model
    return None


def _train(past: Past, kept: Path, announce: Announce) -> ChosenModel:
    from hyprl.model.train import train_model

    frame = frame_of(past, announce)
    announce(f"no model fits {past.series.symbol} and these bars: training one on the bars before {past.end}")
    model = train_model(frame, past.config.model).model
    model.save_artifact(kept)
    announce(f"model kept in {kept}")
    return ChosenModel(
        kept, model, f"model {model.sha256[:12]}, trained now on {frame.symbol} before {past.end}"
    )
