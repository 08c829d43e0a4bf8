"""Shows the columns of a run, and in what the two feature stores differ. Computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyprl.domain.instants import iso_utc
from hyprl.features.plan import FeaturePlan
from hyprl.features.stores import StoreDifference

if TYPE_CHECKING:
    from rich.console import Console


def show_plan(plan: FeaturePlan, console: Console) -> None:
    """Print each column, the bars that it needs and who reads it."""
    from rich.table import Table

    table = Table(title=f"{plan.preset}: {plan.model_width} model columns", title_justify="left")
    for name in ("column", "bars needed", "read by"):
        table.add_column(name, justify="right" if name == "bars needed" else "left")
    for place, column in enumerate(plan.columns):
        reader = "model" if place < plan.model_width else "strategy"
        table.add_row(column.name, str(column.bars_needed), reader)
    console.print(table)


def show_stores(subject: str, difference: StoreDifference, console: Console) -> None:
    """Print the difference of index and warm-up, and a line for each column."""
    from rich.table import Table

    console.print(subject)
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
