"""`hyprl features`: list the columns of a run; compare the two feature stores over a window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hyprl.cli.options import FILE, Screen, announce, request_from, run_options


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def features() -> None:
    """List features, or compare the two feature stores."""


@features.command("list")
@click.option("--config", type=FILE, help="TOML configuration; the built-in one by default.")
def list_features(config: Path | None) -> None:
    """List the columns that a config computes, and the bars that each needs."""
    from hyprl.report.features import show_plan
    from hyprl.usecases.features import list_features as plan_of

    show_plan(plan_of(config), Screen(None).console())


@features.command("diff")
@run_options
def diff_features(**values: Any) -> None:
    """Compare BacktestFeatureStore and LiveFeatureStore over a window: index, NaN, warm-up, values.

    Exit: 0 equal to the bit, 1 not.
    """
    from hyprl.report.features import show_stores
    from hyprl.usecases.features import compare_features

    compared = compare_features(request_from(values), announce)
    show_stores(compared.subject, compared.difference, Screen(None).console())
    click.get_current_context().exit(0 if compared.difference.is_equal else 1)
