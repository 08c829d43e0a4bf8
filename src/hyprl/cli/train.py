"""`hyprl train`: fit a model on the bars before a date, say how it did out of sample, keep it as one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import DAY, FILE, TABLE, Screen, announce, refuse_early

if TYPE_CHECKING:
    from hyprl.usecases.train import Trained


@click.command("train", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--bars", type=TABLE, help="CSV or Parquet file of bars; the embedded synthetic ones by default."
)
@click.option("--symbol", help="The symbol that the model is for; the config's by default.")
@click.option("--end", required=True, type=DAY, help="Fit on bars strictly before this exchange date.")
@click.option("--out", required=True, type=FILE, help="The model file to write.")
@click.option("--start", type=DAY, help="Fit on bars from this exchange date on.")
@click.option("--config", type=FILE, help="TOML configuration; the built-in one by default.")
@click.option("--timezone", help="Zone of timestamps that carry none, such as America/New_York.")
@click.option("--report", type=FILE, help="Write the walk-forward report as JSON.")
@click.option("--plot", type=FILE, help="Draw the calibration (PNG, SVG or PDF; needs hyprl[plot]).")
def train(report: Path | None, plot: Path | None, **values: Any) -> None:
    """Fit a model on the bars before --end and write it to --out, after a purged walk-forward."""
    from hyprl.report.training import show_training
    from hyprl.usecases.train import TrainRequest
    from hyprl.usecases.train import train as fit

    # Known before the work: do not train for minutes towards a file that cannot be written.
    refuse_early(values["out"], report, plot)
    if plot is not None:
        from hyprl.report.training import require_picture

        require_picture(plot)
    days = {name: None if values[name] is None else values[name].date() for name in ("start", "end")}
    trained = fit(TrainRequest(**values | days), announce)
    written = _keep(
        trained, report, plot
    )  # first: a reader that closes the pipe early does not cost the files
    show_training(trained.result, trained.frame.open_utc_us.tolist(), Screen(None).console())
    for line in (f"Model written to {trained.path}", *written):
        click.echo(line)


def _keep(trained: Trained, report: Path | None, plot: Path | None) -> list[str]:
    from hyprl.files import atomic_write_text
    from hyprl.report.training import as_text, write_picture

    written = []
    if report is not None:
        atomic_write_text(report, as_text(trained.result, trained.frame.open_utc_us.tolist()))
        written.append(f"Report written to {report}")
    if plot is not None:
        write_picture(trained.result, plot)
        written.append(f"Picture written to {plot}")
    return written
