"""What features show that agree in nothing simpler than a swap, a scale or a constant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SwappedColumns:
    """Two columns that hold each other's values on this share of the bars."""

    first: str
    second: str
    share: float


@dataclass(frozen=True, slots=True)
class ConstantColumn:
    """A column that has one value on a side and varies on the other."""

    column: str
    side: str
    value: float


@dataclass(frozen=True, slots=True)
class RescaledColumns:
    """Columns that are a line of the left side's; slope and level are those of `example`."""

    columns: int
    example: str
    slope: float
    level: float


@dataclass(frozen=True, slots=True)
class OtherwiseComputed:
    """Columns that differ by no lag, fade or rounding; share and median |Δ| are those of `widest`."""

    columns: int
    widest: str
    share: float
    median_gap: float
    on_equal_bars: bool


FeatureReading = SwappedColumns | ConstantColumn | RescaledColumns | OtherwiseComputed
