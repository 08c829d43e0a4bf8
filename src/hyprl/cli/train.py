"""`hyprl train`: fit a model on the bars before a date, say how it did out of sample, keep it as one file."""

from __future__ import annotations

import json
from datetime import datetime
from errno import EISDIR
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hyprl.model.frame import TrainingFrame
    from hyprl.model.train import TrainingResult

_FILE = click.Path(path_type=Path)
_DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command("train", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--bars", type=_FILE, help="CSV or Parquet file of bars; the embedded synthetic ones by default."
)
@click.option("--symbol", help="The symbol that the model is for; the config's by default.")
@click.option("--end", required=True, type=_DATE, help="Fit on bars strictly before this exchange date.")
@click.option("--out", required=True, type=_FILE, help="The model file to write.")
@click.option("--start", type=_DATE, help="Fit on bars from this exchange date on.")
@click.option("--config", type=_FILE, help="TOML configuration; the built-in one by default.")
@click.option("--timezone", help="Zone of timestamps that carry none, such as America/New_York.")
@click.option("--report", type=_FILE, help="Write the walk-forward report as JSON.")
@click.option("--plot", type=_FILE, help="Draw the calibration (PNG, SVG or PDF; needs hyprl[plot]).")
def train(
    bars: Path | None,
    symbol: str | None,
    end: datetime,
    out: Path,
    start: datetime | None,
    config: Path | None,
    timezone: str | None,
    report: Path | None,
    plot: Path | None,
) -> None:
    """Fit a model on the bars before --end and write it to --out, after a purged walk-forward."""
    from hyprl.config import load_config
    from hyprl.model.train import train_model
    from hyprl.usecases.training import training_frame

    _refuse_early(out, report, plot)
    settings = load_config(config)
    first = None if start is None else start.date()
    frame = training_frame(
        bars,
        symbol or settings.symbol,
        end.date(),
        settings,
        start=first,
        timezone=timezone,
        announce=_announce,
    )
    result = train_model(frame, settings.model)
    result.model.save_artifact(out)
    _show(frame, result)
    click.echo(f"Model written to {out}")
    _keep(frame, result, report, plot)


def _announce(message: str) -> None:
    click.echo(message, err=True)


def _refuse_early(out: Path, report: Path | None, plot: Path | None) -> None:
    # Known before the work: do not train for minutes towards a file that cannot be written.
    from hyprl.files import unwritable
    from hyprl.report.training import require_picture

    for path in (out, report, plot):
        if path is not None and path.is_dir():
            raise unwritable(path, IsADirectoryError(EISDIR, "it is a directory"))
    if plot is not None:
        require_picture(plot)


def _show(frame: TrainingFrame, result: TrainingResult) -> None:
    from rich.console import Console

    from hyprl.report import training as view

    model, console = result.model, Console(soft_wrap=True)
    record = model.training
    console.print(
        f"{model.symbol} {model.kind}, {len(model.feature_names)} columns of {model.preset}, "
        f"calibration {model.calibration}: fitted on {record.rows} bars, {record.start} … {record.end}",
        highlight=False,
    )
    console.print(view.folds_table(result.report, frame.open_utc_us.tolist()))
    console.print(f"{view.verdict(result.report.pooled)}", highlight=False)
    console.print(f"Out-of-fold probabilities: {view.describe_quantiles(result.report)}", highlight=False)
    console.print(
        f"Kernel and library agree on every training row within {record.largest_check_error:.1e}\n"
        f"params_hash {model.params_hash}\nsha256 {model.sha256}",
        highlight=False,
    )


def _keep(frame: TrainingFrame, result: TrainingResult, report: Path | None, plot: Path | None) -> None:
    from hyprl.files import atomic_write_text
    from hyprl.report import training as view

    if report is not None:
        content = view.as_json(result, frame.open_utc_us.tolist())
        atomic_write_text(report, json.dumps(content, indent=2, allow_nan=False) + "\n")
        click.echo(f"Report written to {report}")
    if plot is not None:
        view.write_picture(result, plot)
        click.echo(f"Picture written to {plot}")
