"""The bars that ship with HyprL: synthetic, of NVDA's shape, made by `scripts/make_synthetic_bars.py`."""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO

import polars as pl

from hyprl.bars.columns import bar_source, raw_bars
from hyprl.bars.read import LoadedBars
from hyprl.bars.validate import validate
from hyprl.config import BarsConfig

SYMBOL = "NVDA"
SOURCE = "synthetic"
FILE = "synthetic_nvda_1h.parquet"


def load_embedded(config: BarsConfig) -> LoadedBars:
    """Return the synthetic bars of 2023-07-03 to 2025-11-26, complete on the XNYS grid, source `synthetic`.

    Volumes before 2024-06-10 are one tenth, as a real vendor's: the default config's split table mends that.
    Raises BarRuleError when the config refuses something that is in them.
    """
    table = pl.read_parquet(BytesIO(files("hyprl.embedded").joinpath(FILE).read_bytes()))
    series, report = validate(raw_bars(table, SYMBOL, None, bar_source(SOURCE)), config)
    report.raise_refusals()
    return LoadedBars(series, report)
