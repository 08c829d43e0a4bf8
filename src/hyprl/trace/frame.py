"""Trace records as columns: one polars row per record, nested members flattened by name, values untouched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import polars as pl

from hyprl.domain.bars import Bar
from hyprl.trace.signal import AccountState, RiskInputs, SignalTrace

_LEADING: dict[str, pl.DataType] = {
    "timestamp": pl.Datetime("us", "UTC"),
    "symbol": pl.String(),
    "decision": pl.String(),
    "direction": pl.String(),
}
_DTYPES: dict[str, pl.DataType] = {
    "int": pl.Int64(),
    "float": pl.Float64(),
    "str": pl.String(),
    "bool": pl.Boolean(),
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
    for item in fields(RiskInputs):
        values = [getattr(record.risk_inputs, item.name) for record in records]
        columns.append(pl.Series(f"risk_inputs.{item.name}", values, dtype=pl.Float64))
    for place, name in enumerate(Bar._fields):
        columns.append(pl.Series(f"bar.{name}", [record.bar[place] for record in records], dtype=pl.Float64))
    for item in fields(AccountState):
        dtype = _DTYPES[str(item.type).removesuffix(" | None")]
        values = [getattr(record.account, item.name) for record in records]
        columns.append(pl.Series(f"account.{item.name}", values, dtype=dtype))
    return pl.DataFrame(columns)


def _flat_columns() -> dict[str, pl.DataType]:
    flat = {item.name: str(item.type) for item in fields(SignalTrace) if item.name not in _NESTED}
    typed = {name: _DTYPES[annotation.removesuffix(" | None")] for name, annotation in flat.items()}
    return _LEADING | typed
