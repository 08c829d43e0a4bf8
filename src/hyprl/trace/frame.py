"""Trace records as columns: one polars row per record, nested members flattened by name, values untouched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args, get_type_hints

import polars as pl

from hyprl.domain.bars import Bar
from hyprl.trace.signal import AccountState, RiskInputs, SignalTrace

_LEADING: dict[str, pl.DataType] = {
    "timestamp": pl.Datetime("us", "UTC"),
    "symbol": pl.String(),
    "decision": pl.String(),
    "direction": pl.String(),
}
_DTYPES: dict[type, pl.DataType] = {
    int: pl.Int64(),
    float: pl.Float64(),
    str: pl.String(),
    bool: pl.Boolean(),
}
_NESTED = ("timestamp_utc_us", "indicators", "risk_inputs", "bar", "account")


def records_frame(records: Sequence[SignalTrace]) -> pl.DataFrame:
    """Return one row per record, in the records' order.

    `timestamp` is Datetime(µs, UTC), the bar's open; indicators become `indicator.<name>`, risk inputs
    `risk_inputs.<name>`, the bar `bar.<name>`, the account `account.<name>`. NaN stays NaN, None becomes null; an
    indicator that a record lacks is null.
    """
    columns: list[pl.Series] = []
    for name, dtype in _flat_columns().items():
        attribute = "timestamp_utc_us" if name == "timestamp" else name
        columns.append(pl.Series(name, [getattr(record, attribute) for record in records], dtype=dtype))
    for name in dict.fromkeys(name for record in records for name in record.indicators):
        values = [record.indicators.get(name) for record in records]
        columns.append(pl.Series(f"indicator.{name}", values, dtype=pl.Float64))
    for place, name in enumerate(RiskInputs._fields):
        values = [record.risk_inputs[place] for record in records]
        columns.append(pl.Series(f"risk_inputs.{name}", values, dtype=pl.Float64))
    for place, name in enumerate(Bar._fields):
        columns.append(pl.Series(f"bar.{name}", [record.bar[place] for record in records], dtype=pl.Float64))
    for name, dtype in _dtypes(AccountState).items():
        values = [getattr(record.account, name) for record in records]
        columns.append(pl.Series(f"account.{name}", values, dtype=dtype))
    return pl.DataFrame(columns)


def _flat_columns() -> dict[str, pl.DataType]:
    return _LEADING | _dtypes(SignalTrace)


def _dtypes(record: type[SignalTrace | AccountState]) -> dict[str, pl.DataType]:
    hints = get_type_hints(record)
    flat = {name: hint for name, hint in hints.items() if name not in _NESTED}
    return {
        name: _DTYPES[hint if isinstance(hint, type) else get_args(hint)[0]] for name, hint in flat.items()
    }
