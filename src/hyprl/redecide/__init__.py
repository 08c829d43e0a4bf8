"""Decide a run again with factors of the other side: from two traces, two logs with their facts, or two runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hyprl.domain.bars import BarSeries
from hyprl.errors import ArtifactError
from hyprl.features.plan import FeaturePlan
from hyprl.logs.normalise import normalise
from hyprl.model.artifact import ProbabilityModel
from hyprl.redecide.comparison import compare_sides
from hyprl.redecide.facts import factor_facts
from hyprl.redecide.hybrid import TraceRedecision
from hyprl.redecide.probabilities import Candidate
from hyprl.redecide.sides import side_from
from hyprl.trace.frame import records_frame
from hyprl.trace.read import TraceFile, read_trace


@dataclass(frozen=True, slots=True)
class Recording:
    """A signal log and the facts of its header (`strategy_parameters`, `execution_parameters`, `model`, …)."""

    frame: pl.DataFrame
    facts: Mapping[str, Any]
    name: str = "log"


@dataclass(frozen=True, slots=True)
class Background:
    """What is known beside the logs: bars before the window, the feature plan, model files. All may be absent."""

    history: BarSeries | None = None
    plan: FeaturePlan | None = None
    models: tuple[Candidate, ...] = ()


NOTHING_MORE = Background()


def redecide_from_recordings(
    left: Recording, right: Recording, background: Background = NOTHING_MORE
) -> TraceRedecision:
    """Return what decides the left run again with factors of the right one.

    Raises TraceError naming what a log does not hold, SignalLogError for an unusable log.
    """
    sides = [side_from(normalise(log.frame, log.name), log.facts, log.name) for log in (left, right)]
    known = compare_sides(*sides, history=background.history, plan=background.plan, models=background.models)
    return TraceRedecision(known, factor_facts(known))


def redecide_from_traces(left: TraceFile, right: TraceFile, models: Iterable[Path] = ()) -> TraceRedecision:
    """Return a redecision from two read traces; `models` are files to look for weights that a header lacks."""
    background = Background(models=_model_files(models))
    return redecide_from_recordings(_recording(left, "left"), _recording(right, "right"), background)


def redecide_for(left: Path, right: Path) -> TraceRedecision:
    """Return a redecision from two trace files.

    Model files are looked for in the folders `models` beside and above the traces and in `artifacts`. Raises
    TraceError naming what is no trace, or what one lacks to be decided again.
    """
    traces = [read_trace(path) for path in (left, right)]
    return redecide_from_traces(traces[0], traces[1], _models_near((left, right)))


def _recording(trace: TraceFile, name: str) -> Recording:
    return Recording(records_frame(trace.records), trace.header.facts, f"the {name} trace")


def _models_near(paths: Sequence[Path]) -> list[Path]:
    folders = [Path("artifacts"), *(path.parent / "models" for path in paths)]
    folders += [path.parent.parent / "models" for path in paths]
    return [
        file for folder in dict.fromkeys(folders) if folder.is_dir() for file in sorted(folder.glob("*.pkl"))
    ]


def _model_files(paths: Iterable[Path]) -> tuple[Candidate, ...]:
    found = []
    for path in paths:
        try:
            model = ProbabilityModel.load_artifact(path)
        except ArtifactError:
            continue  # not a model that could have decided anything
        found.append((f"{path} {model.params_hash}", model.kind, model.weights))
    return tuple(found)
