"""Spells numbers and instants for people; None and NaN are spelled too, never hidden."""

from __future__ import annotations

from math import isfinite

_MOST_WHOLE = 1e12
_MOST_LETTERS = 200
_MINUS, _DIGITS = "\u2212", str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def brief(value: float | None) -> str:
    """Return up to six significant digits, whole numbers in full with thousands set apart, `none` for None."""
    if value is None:
        return "none"
    whole = isfinite(value) and value == int(value) and abs(value) < _MOST_WHOLE
    return _signed(f"{int(value):,}" if whole else f"{value:.6g}")


def clipped(text: object, most: int = 40) -> str:
    """Return text from a log, cut to `most` characters: a cell of a megabyte is not worth a page."""
    spelled = str(text)
    return spelled if len(spelled) <= most else spelled[: most - 1] + "…"


def exact(value: object) -> str:
    """Return a cell's value so that it reads back to the same bits; None is `missing`, long text is cut."""
    if value is None:
        return "missing"
    return _signed(repr(value)) if isinstance(value, float) else clipped(value, _MOST_LETTERS)


def percent(share: float | None) -> str:
    """Return a share as a percentage with two decimals."""
    return "none" if share is None or not isfinite(share) else _signed(f"{100.0 * share:.2f} %")


def count(number: int) -> str:
    """Return a count with thousands set apart."""
    return f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 bar`, `2,000 bars`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def power(exponent: int) -> str:
    """Return a power of ten: 10⁻⁴."""
    return "1" if exponent == 0 else f"10{str(exponent).translate(_DIGITS)}"


def instant(stamp: str | None) -> str:
    """Shorten an ISO 8601 UTC stamp: 2024-12-12 14:30Z."""
    if stamp is None:
        return "none"
    return stamp.replace("T", " ").removesuffix("Z").removesuffix(":00") + "Z"


def _signed(spelled: str) -> str:
    return _MINUS + spelled[1:] if spelled.startswith("-") else spelled
