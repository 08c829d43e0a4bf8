"""What the number formats of columns show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NarrowFormat:
    """A side's columns hold only values of a narrower format, the other's do not.

    `differing` counts the columns of their kind that differ; the difference is relative, the median of the first's.
    """

    side: str
    columns: tuple[str, ...]
    differing: int
    format: str
    median_relative: float


@dataclass(frozen=True, slots=True)
class NarrowFormatBeneath:
    """One side's probabilities fit a format that is off by up to `step`, and differ by more than that."""

    step: float


@dataclass(frozen=True, slots=True)
class LastPlaces:
    """Columns that differ by last places only, all along; at most by `most`, in the column `widest`."""

    columns: int
    most: float
    widest: str


FormatReading = NarrowFormat | NarrowFormatBeneath | LastPlaces
