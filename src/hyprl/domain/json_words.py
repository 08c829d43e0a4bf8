"""What stands in JSON for a float that JSON has no number for: a word that `float` reads back, or nothing."""

from __future__ import annotations

from math import isfinite, isnan
from typing import Any, overload


def number_or_word(value: float) -> float | str:
    """Return a finite value as it is, else "NaN", "Infinity" or "-Infinity"."""
    if isfinite(value):
        return value
    if isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


@overload
def finite_or_none(value: float | None) -> float | None: ...
@overload
def finite_or_none(value: Any) -> Any: ...
def finite_or_none(value: Any) -> Any:
    """Return the value, None for a float that is NaN or infinite."""
    return None if isinstance(value, float) and not isfinite(value) else value
