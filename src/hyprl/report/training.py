"""Shows what `hyprl train` found out of sample: a table, a sentence, a picture, JSON. Computes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyprl.domain.instants import iso_utc, moment_of
from hyprl.errors import MissingExtraError, OutputError
from hyprl.files import atomic_path
from hyprl.model.scores import Scores
from hyprl.model.train import TrainingResult
from hyprl.model.walkforward import WalkForwardReport

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# Beyond this many standard errors chance alone is a poor explanation.
NOTEWORTHY_ERRORS = 2.0
_PICTURE_FORMATS = (".png", ".svg", ".pdf")


def show_training(result: TrainingResult, open_utc_us: Sequence[int], console: Console) -> None:
    """Print what was fitted, how it did out of sample, and what identifies the model."""
    model = result.model
    record = model.training
    console.print(
        f"{model.symbol} {model.kind}, {len(model.feature_names)} columns of {model.preset}, "
        f"calibration {model.calibration}: fitted on {record.rows} bars, {record.start} … {record.end}"
    )
    console.print(folds_table(result.report, open_utc_us))
    console.print(verdict(result.report.pooled))
    console.print(f"Out-of-fold probabilities: {describe_quantiles(result.report)}")
    console.print(
        f"Kernel and library agree on every training row within {record.largest_check_error:.1e}\n"
        f"params_hash {model.params_hash}\nsha256 {model.sha256}"
    )


def folds_table(report: WalkForwardReport, open_utc_us: Sequence[int]) -> Table:
    """Return the walk-forward as a table, 80 characters wide: one line per fold, then all of them pooled."""
    from rich import box
    from rich.table import Table

    title = f"Out of sample: walk-forward, {report.gap_bars} bars purged before each fold"
    layout = {"box": box.SIMPLE, "show_edge": False, "pad_edge": False, "collapse_padding": True}
    table = Table(title=title, title_justify="left", caption_justify="left", **layout)  # type: ignore[arg-type]
    for name in ("fold", "fitted", "from", "rows", "log-loss (base)", "Brier (base)", "AUC ± s.e."):
        table.add_column(name, justify="left" if name in ("fold", "from") else "right", no_wrap=True)
    for number, fold in enumerate(report.folds, start=1):
        first = moment_of(open_utc_us[fold.tested_first_bar]).date().isoformat()
        table.add_row(str(number), str(fold.fitted_rows), first, *_figures(fold.scores))
    table.add_section()
    table.add_row("all", "", "", *_figures(report.pooled))
    if report.calibrated is not None:
        table.add_row("cal.", "", "", *_figures(report.calibrated))
        table.caption = "cal.: each fold calibrated by those before it, from the second on"
    return table


def verdict(scores: Scores) -> str:
    """Say in plain words whether the model ranks bars better than a coin and beats a constant probability."""
    gain = scores.base_log_loss - scores.log_loss
    if gain > 0:
        value = f"log-loss {scores.log_loss:.4f} beats the constant base rate's {scores.base_log_loss:.4f}"
    else:
        value = (
            f"log-loss {scores.log_loss:.4f} is no better than the constant base rate's "
            f"{scores.base_log_loss:.4f}: as a probability, a constant would have served as well"
        )
    return f"{_ranking(scores)}; {value}."


def describe_quantiles(report: WalkForwardReport) -> str:
    """Return the out-of-fold probabilities' quantiles on one line, where thresholds would cut."""
    return "  ".join(f"{level:.0%} {value:.4f}" for level, value in report.quantiles)


def as_text(result: TrainingResult, open_utc_us: Sequence[int]) -> str:
    """Return `as_json` as the text of a file."""
    return json.dumps(as_json(result, open_utc_us), indent=2, allow_nan=False) + "\n"


def as_json(result: TrainingResult, open_utc_us: Sequence[int]) -> dict[str, Any]:
    """Return everything as plain values; times are bar opens, ISO 8601, UTC; None: no such figure."""
    model, training = result.model, result.model.training
    content: dict[str, Any] = {
        name: getattr(model, name)
        for name in ("kind", "calibration", "symbol", "preset", "seed", "params_hash", "sha256")
    }
    content["feature_names"] = list(model.feature_names)
    content["library_versions"] = dict(model.library_versions)
    content["training"] = {
        "start": training.start,
        "end": training.end,
        "rows": training.rows,
        "bars_sha256": training.bars_sha256,
        "bars_source": training.bars_source,
        "largest_check_error": training.largest_check_error,
        "settings": dict(training.settings),
    }
    content["walk_forward"] = asdict(result.report)
    for fold in content["walk_forward"]["folds"]:
        for edge in ("fitted_last", "tested_first", "tested_last"):
            fold[edge] = iso_utc(open_utc_us[fold.pop(f"{edge}_bar")])
    content["verdict"] = verdict(result.report.pooled)
    return content


def require_picture(path: Path) -> None:
    """Raise MissingExtraError without matplotlib, OutputError for a file type other than PNG, SVG or PDF."""
    if path.suffix.lower() not in _PICTURE_FORMATS:
        kinds = ", ".join(_PICTURE_FORMATS)
        raise OutputError("is no picture type that can be written", where=str(path), remedy=f"Use {kinds}.")
    try:
        import_module("matplotlib")
    except ImportError as error:
        remedy = "Run: pip install 'hyprl[plot]'"
        raise MissingExtraError("a picture needs matplotlib", where=str(path), remedy=remedy) from error


def write_picture(result: TrainingResult, path: Path) -> None:
    """Draw the calibration curve and each fold's AUC. Raises as `require_picture`, and OutputError."""
    require_picture(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_curve(left, result.report)
    _draw_folds(right, result.report)
    model = result.model
    title = f"{model.symbol} {model.kind}, {model.preset}: out of sample, to {model.training.end[:10]}"
    figure.suptitle(title)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format=path.suffix[1:].lower(), dpi=120)


def _draw_curve(axes: Any, report: WalkForwardReport) -> None:
    predicted = [part.mean_probability for part in report.curve]
    happened = [part.rise_share for part in report.curve]
    errors = [part.standard_error for part in report.curve]
    ends = [min(predicted + happened) - 0.02, max(predicted + happened) + 0.02]
    axes.plot(ends, ends, color="0.6", linestyle="--", label="perfect")
    axes.errorbar(
        predicted, happened, yerr=errors, fmt="o", color="C0", capsize=3, label="ten bins, ± 1 s.e."
    )
    axes.set(xlabel="predicted probability of a rise", ylabel="share that rose", title="Calibration")
    axes.legend(loc="best")


def _draw_folds(axes: Any, report: WalkForwardReport) -> None:
    numbers, areas, errors = [], [], []
    for number, fold in enumerate(report.folds, start=1):
        if fold.scores.auc is not None:
            numbers.append(number)
            areas.append(fold.scores.auc)
            errors.append(fold.scores.auc_standard_error)
    axes.axhline(0.5, color="0.6", linestyle="--", label="coin")
    axes.errorbar(numbers, areas, yerr=errors, fmt="o", color="C1", capsize=3, label="AUC, ± 1 s.e.")
    axes.set(xlabel="fold", ylabel="AUC", title="Ranking, fold by fold", xticks=numbers)
    axes.legend(loc="best")


def _ranking(scores: Scores) -> str:
    if scores.auc is None or scores.auc_standard_error is None:
        return "AUC does not exist: only one outcome was seen"
    error = scores.auc_standard_error
    figure = f"AUC {scores.auc:.3f} ± {error:.3f}"
    if abs(scores.auc - 0.5) <= NOTEWORTHY_ERRORS * error:
        return f"{figure}: no better than a coin, within two standard errors"
    if scores.auc < 0.5:
        return f"{figure}: worse than a coin by more than two standard errors, its ranking is upside down"
    return f"{figure}: better than a coin by more than two standard errors"


def _figures(scores: Scores) -> list[str]:
    error = scores.auc_standard_error
    return [
        str(scores.rows),
        f"{scores.log_loss:.4f} ({scores.base_log_loss:.4f})",
        f"{scores.brier:.4f} ({scores.base_brier:.4f})",
        "-" if scores.auc is None or error is None else f"{scores.auc:.3f} ± {error:.3f}",
    ]
