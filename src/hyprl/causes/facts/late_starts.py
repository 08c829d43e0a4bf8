"""What features, or what follows from them, show of a side that started later or forgot its state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LateValues:
    """Bars without a probability on one side: at the beginning (`since` None) or from a bar in mid-run on."""

    side: str
    bars: int
    since: str | None


@dataclass(frozen=True, slots=True)
class FadingColumns:
    """Columns whose difference shrinks, from the first bar (`since` None) or after so many equal bars.

    `kept` is the share that each bar keeps, None where only the half-life in bars is known.
    """

    columns: tuple[str, ...]
    since: str | None
    equal_bars: int
    kept: float | None
    half_life: float
    wilder_length: float
    decline: float


@dataclass(frozen=True, slots=True)
class CappedColumn:
    """On every bar the right side's column is off as a Wilder average of this length begun so many bars before."""

    column: str
    length: int
    bars_before: int


@dataclass(frozen=True, slots=True)
class EndlessColumnsOnly:
    """Only these columns differ, which by their names never forget their start."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeverReady:
    """A side without a probability on any bar, and without a signal."""

    side: str


StartReading = LateValues | FadingColumns | CappedColumn | EndlessColumnsOnly | NeverReady
