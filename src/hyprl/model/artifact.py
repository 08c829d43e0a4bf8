"""The frozen probability model: what both engines load, read-only, from one and the same file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite, nan
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, Self

import numpy as np

from hyprl.config import ModelConfig
from hyprl.domain.arrays import Float64Array
from hyprl.domain.instants import iso_utc, moment_of
from hyprl.errors import ArtifactError
from hyprl.files import atomic_write_bytes
from hyprl.model import envelope, layout
from hyprl.model.evaluate import logistic_probability, trees_probability

PROBABILITY_FUNCTIONS = {layout.LOGISTIC: logistic_probability, layout.XGBOOST: trees_probability}


class InputRecorder(Protocol):
    """Sees each `predict_proba` call: its inputs by column name, and its answer."""

    def record(self, inputs: Mapping[str, float], probability_up: float) -> None:
        """Keep one call."""


def training_settings(config: ModelConfig) -> dict[str, str | int | float]:
    """Return the settings that decide what a fit on given bars gives; equal ones give an equal model."""
    return config.model_dump(mode="json", exclude={"artifact"})


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """What the model was fitted on. Times are bar opens in µs since the epoch, UTC, both ends included.

    The window holds every bar that was given, also those whose close only served as a label. `out_of_sample`
    are the pooled walk-forward figures; `largest_check_error` bounds |kernel − library| probability over the
    training rows, as a power of ten; `settings` are those of the config that decided the fit (`training_settings`).
    """

    first_open_utc_us: int
    last_open_utc_us: int
    bars_sha256: str
    bars_source: str
    rows: int
    label_horizon_bars: int
    purge_bars: int
    largest_check_error: float
    out_of_sample: Mapping[str, float]
    settings: Mapping[str, str | int | float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        object.__setattr__(self, "out_of_sample", MappingProxyType(dict(self.out_of_sample)))

    @property
    def start(self) -> str:
        """The first bar's open, ISO 8601, UTC."""
        return iso_utc(self.first_open_utc_us)

    @property
    def end(self) -> str:
        """The last bar's open, ISO 8601, UTC."""
        return iso_utc(self.last_open_utc_us)

    def overlaps(self, first_open_utc_us: int, last_open_utc_us: int) -> bool:
        """Return whether a window of bar opens (both ends included) shares time with the training bars."""
        return first_open_utc_us <= self.last_open_utc_us and self.first_open_utc_us <= last_open_utc_us


@dataclass(frozen=True, slots=True)
class ProbabilityModel:
    """A model that gives the probability of a rise. `weights` follow `evaluate`'s layout.

    `params_hash` is the digest of what decides a probability: kind, column names in order, the weights'
    float64 bits; `sha256` that of everything in the file. Raises ArtifactError when its parts do not fit.
    """

    kind: str  # logistic | xgboost
    symbol: str
    preset: str
    feature_names: tuple[str, ...]
    seed: int
    weights: tuple[float, ...]
    training: TrainingRecord
    library_versions: Mapping[str, str]
    params_hash: str = field(init=False)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        layout.check_weights(self.kind, self.weights, len(self.feature_names), "model")
        if len(set(self.feature_names)) != len(self.feature_names):
            raise ArtifactError("a column name appears twice", where="model", remedy="Name each column once.")
        object.__setattr__(self, "library_versions", MappingProxyType(dict(self.library_versions)))
        object.__setattr__(self, "params_hash", self._params_hash())
        object.__setattr__(self, "sha256", sha256(self._payload()).hexdigest())

    @classmethod
    def load_artifact(cls, path: str | Path) -> Self:
        """Read a model file; nothing in it is executed.

        Raises ArtifactError for a missing, damaged, changed or hostile file and for another schema version.
        """
        where = str(path)
        payload = envelope.decode(envelope.read_bounded(Path(path)), where)
        try:
            model = cls._from_content(json.loads(payload))
            unchanged = model._payload() == payload
        except ArtifactError as error:
            raise envelope.damaged(error.what, where) from error
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise envelope.damaged("holds something else than a model", where) from error
        if not unchanged:
            raise envelope.damaged("holds a model in another spelling than HyprL's", where)
        return model

    def save_artifact(self, path: str | Path) -> None:
        """Write the model file, atomically. The same model gives the same bytes.

        Raises OutputError, or ArtifactError if the model is too large to be read back.
        """
        data = envelope.encode(self._payload())
        if len(data) > envelope.MAX_FILE_BYTES:
            remedy = "Lower model.trees or model.tree_depth."
            raise ArtifactError("the model is too large for a model file", where=str(path), remedy=remedy)
        atomic_write_bytes(Path(path), data)

    @property
    def calibration(self) -> str:
        """`none`, `platt` or `isotonic`."""
        return layout.calibration_name(self.weights)

    def weights_array(self) -> Float64Array:
        """Return a fresh float64 copy of the weights, for the compiled kernel."""
        return np.array(self.weights, dtype=np.float64)

    def predict_proba(self, features: Sequence[float], recorder: InputRecorder | None = None) -> float:
        """Return the probability of a rise for one bar's features, in the order of `feature_names`.

        NaN if any feature is NaN or infinite. `recorder` sees the inputs as they came. Raises ArtifactError
        if the number of features is not the model's.
        """
        if len(features) != len(self.feature_names):
            what = f"the model reads {len(self.feature_names)} features but got {len(features)}"
            raise ArtifactError(what, where="predict_proba", remedy=f"Pass the columns of `{self.preset}`.")
        row = [float(value) for value in features]
        usable = all(isfinite(value) for value in row)
        probability = PROBABILITY_FUNCTIONS[self.kind](self.weights, row) if usable else nan
        if recorder is not None:
            recorder.record(dict(zip(self.feature_names, row, strict=True)), probability)
        return probability

    def require_fit(self, feature_names: Sequence[str], preset: str) -> None:
        """Raise ArtifactError, naming the first difference, unless columns and preset are the model's."""
        problem = self._other_columns(feature_names, preset)
        if problem:
            remedy = "Load a model of this preset, set features.preset to the model's, or run `hyprl train`."
            raise ArtifactError(problem, where="model", remedy=remedy)

    def misfit(
        self, symbol: str, feature_names: Sequence[str], preset: str, bars_sha256: str | None = None
    ) -> str | None:
        """Say why the model does not fit a run, or None. Bars are compared if their hash is given."""
        if symbol != self.symbol:
            return f"the model was trained on {self.symbol}, not on {symbol}"
        if bars_sha256 is not None and bars_sha256 != self.training.bars_sha256:
            return "the model was trained on other bars"
        return self._other_columns(feature_names, preset)

    def _other_columns(self, feature_names: Sequence[str], preset: str) -> str | None:
        if preset != self.preset:
            return f"the model reads preset `{self.preset}`, the run has `{preset}`"
        for place, (own, other) in enumerate(zip(self.feature_names, feature_names, strict=False), start=1):
            if own != other:
                return f"the model's column {place} is `{own}`, the run's is `{other}`"
        if len(feature_names) != len(self.feature_names):
            return f"the model reads {len(self.feature_names)} columns, the run has {len(feature_names)}"
        return None

    def _params_hash(self) -> str:
        names = json.dumps([self.kind, *self.feature_names])
        return sha256(names.encode() + self.weights_array().astype("<f8").tobytes()).hexdigest()

    def _payload(self) -> bytes:
        training = {name: getattr(self.training, name) for name in _TRAINING_TYPES}
        content = {name: getattr(self, name) for name in _MODEL_TYPES}
        content["feature_names"] = list(self.feature_names)
        content["weights"] = list(self.weights)
        content["library_versions"] = dict(self.library_versions)
        content["training"] = training | {
            "out_of_sample": dict(self.training.out_of_sample),
            "settings": dict(self.training.settings),
        }
        content["params_hash"] = self.params_hash
        ends = (self.training.first_open_utc_us, self.training.last_open_utc_us)
        content["training_window_utc"] = [moment_of(us).isoformat() for us in ends]
        return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

    @classmethod
    def _from_content(cls, content: object) -> Self:
        parts = _typed(content, _MODEL_TYPES)
        parts["training"] = TrainingRecord(**_typed(parts["training"], _TRAINING_TYPES))
        parts["feature_names"] = tuple(_all(parts["feature_names"], str))
        parts["weights"] = tuple(_all(parts["weights"], float))
        return cls(**parts)


_MODEL_TYPES: dict[str, type] = {
    "kind": str,
    "symbol": str,
    "preset": str,
    "feature_names": list,
    "seed": int,
    "weights": list,
    "training": dict,
    "library_versions": dict,
}
_TRAINING_TYPES: dict[str, type] = {
    "first_open_utc_us": int,
    "last_open_utc_us": int,
    "bars_sha256": str,
    "bars_source": str,
    "rows": int,
    "label_horizon_bars": int,
    "purge_bars": int,
    "largest_check_error": float,
    "out_of_sample": dict,
    "settings": dict,
}


def _typed(content: object, types: Mapping[str, type]) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise TypeError("not an object")
    values = {name: content[name] for name in types}
    for name, value in values.items():
        if type(value) is not types[name]:
            raise TypeError(f"{name} is not {types[name].__name__}")
    return values


def _all(values: list[Any], kind: type) -> list[Any]:
    if any(type(value) is not kind for value in values):
        raise TypeError(f"not only {kind.__name__}")
    return values
