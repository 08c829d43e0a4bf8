"""A recorded run decided again with chosen parts of the other side's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hyprl.causes.facts.differences import FileWeights
from hyprl.domain.bars import BarSeries
from hyprl.errors import ArtifactError
from hyprl.features.plan import FeaturePlan
from hyprl.logs.log import TraceLog
from hyprl.model.artifact import ProbabilityModel
from hyprl.redecide.comparison import compare_sides
from hyprl.redecide.differing_factors import factor_facts
from hyprl.redecide.probabilities import Candidate
from hyprl.redecide.sides import side_from
from hyprl.redecide.swapped_run import TraceRedecision


@dataclass(frozen=True, slots=True)
class Background:
    """What is known beside the logs: bars before the window, the feature plan, model files. All may be absent."""

    history: BarSeries | None = None
    plan: FeaturePlan | None = None
    models: tuple[Candidate, ...] = ()


NOTHING_MORE = Background()


def redecide_logs(
    left: TraceLog, right: TraceLog, background: Background = NOTHING_MORE, *, kind: str = "log"
) -> TraceRedecision:
    """Return what decides the left run again with factors of the right one.

    `kind` is what errors call the two sides. Raises TraceError naming what a log does not hold.
    """
    named = ((left, f"the left {kind}"), (right, f"the right {kind}"))
    sides = [side_from(log.frame, log.facts, name) for log, name in named]
    compared = compare_sides(
        *sides, history=background.history, plan=background.plan, models=background.models
    )
    return TraceRedecision(compared, factor_facts(compared))


def redecide_for(left: TraceLog, right: TraceLog) -> TraceRedecision:
    """Return a redecision from two loaded trace files.

    Model files are looked for in the folders `models` beside and above the traces and in `artifacts`. Raises
    TraceError naming what one lacks to be decided again.
    """
    models = _model_files(_models_near((left.path, right.path)))
    return redecide_logs(left, right, Background(models=models), kind="trace")


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
        found.append(Candidate(FileWeights(str(path), model.params_hash), model.kind, model.weights))
    return tuple(found)
