"""`hyprl features`: list the columns of a run; compare the two feature stores over a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import FILE, announce, request_from, run_options

if TYPE_CHECKING:
    from hyprl.features.stores import StoreDifference


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def features() -> None:
    """List features, or compare the two feature stores."""


@features.command("list")
@click.option("--config", type=FILE, help="TOML configuration; the built-in one by default.")
def list_features(config: Path | None) -> None:
    """List the columns that a config computes, and the bars that each needs."""
    from rich.table import Table

    from hyprl.cli.options import Screen
    from hyprl.config import load_config
    from hyprl.features.choice import plan_for

    plan = plan_for(load_config(config))
    table = Table(title=f"{plan.preset}: {plan.model_width} model columns", title_justify="left")
    for name in ("column", "bars needed", "read by"):
        table.add_column(name, justify="right" if name == "bars needed" else "left")
    for place, column in enumerate(plan.columns):
        table.add_row(
            column.name, str(column.bars_needed), "model" if place < plan.model_width else "strategy"
        )
    Screen(None).console().print(table)


@features.command("diff")
@run_options
def diff_features(**values: Any) -> None:
    """Compare BacktestFeatureStore and LiveFeatureStore over a window: index, NaN, warm-up, values.

    Exit: 0 equal to the bit, 1 not.
    """
    from hyprl.usecases.requests import prepare
    from hyprl.usecases.stores import compare_stores

    prepared = prepare(request_from(values), Path("data/models"), announce)
    run = prepared.run(prepared.start, prepared.end)
    difference = compare_stores(run, announce)
    _show(difference, f"{run.symbol} ({run.window.series.source}), {prepared.start} … {prepared.end}")
    click.get_current_context().exit(0 if difference.is_equal else 1)


def _show(difference: StoreDifference, title: str) -> None:
    from rich.table import Table

    from hyprl.cli.options import Screen
    from hyprl.domain.instants import iso_utc

    console = Screen(None).console()
    console.print(title)
    unpaired = len(difference.bars_left_only), len(difference.bars_right_only)
    console.print(f"index: {unpaired[0]} bars only in backtest, {unpaired[1]} only in live")
    console.print(f"warm-up: {difference.warmup_left} bars in backtest, {difference.warmup_right} in live")
    table = Table()
    for name in ("column", "unequal bits", "NaN only bt", "NaN only live", "max |Δ|", "first"):
        table.add_column(name, justify="left" if name == "column" else "right")
    for column in difference.columns:
        first = "" if column.first_open_utc_us is None else iso_utc(column.first_open_utc_us)
        counts = (column.unequal_bits, column.nan_left_only, column.nan_right_only)
        table.add_row(column.column, *map(str, counts), f"{column.max_abs_difference:.3g}", first)
    console.print(table)
