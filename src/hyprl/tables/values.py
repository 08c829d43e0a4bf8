"""Python values as a column that loses nothing: numbers of one kind stay, whole numbers and mixtures become text."""

from __future__ import annotations

from typing import Any

import polars as pl


def column_of(name: str, values: list[Any]) -> pl.Series:
    """Return Python values as a column; whole numbers, and values of several kinds, as text that loses nothing."""
    kinds = {type(value) for value in values} - {type(None)}
    if len(kinds) > 1 or kinds == {int}:
        return text_column(name, values)
    return pl.Series(name, values)


def text_column(name: str, values: list[Any]) -> pl.Series:
    """Return Python values as text: true and false in lower case, anything else as Python spells it."""
    return pl.Series(name, [_spelled(value) for value in values], dtype=pl.String)


def _spelled(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)
