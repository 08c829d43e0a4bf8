"""How the difference of log-odds runs in a log without features; every one starts at the first bar that differs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionStartsDiffer:
    """Bars with other probabilities, each the first of its session."""

    bars: int


@dataclass(frozen=True, slots=True)
class PassingDifferences:
    """Probabilities part so many times and are equal to the bit again after `shortest` bars or more."""

    times: int
    shortest: int
    stops_equal: bool


@dataclass(frozen=True, slots=True)
class CancellingDifferences:
    """The sum of the differences never leaves this share of what chance would make of it."""

    reach: float


@dataclass(frozen=True, slots=True)
class DifferentSince:
    """Different on every bar from one on, after so many equal ones."""

    since: str
    equal_bars: int


@dataclass(frozen=True, slots=True)
class FarBeyond:
    """The right side's log-odds spread far wider than the left's."""


@dataclass(frozen=True, slots=True)
class SlightlyDifferent:
    """Different throughout by very little in log-odds; `is_smooth`: neighbouring bars by the same."""

    size: float
    is_smooth: bool


@dataclass(frozen=True, slots=True)
class ShiftedThroughout:
    """Shifted by one amount in log-odds."""

    shift: float


@dataclass(frozen=True, slots=True)
class DifferentThroughout:
    """Different both ways alike, by this deviation in log-odds."""

    size: float


OpenLogOdds = DifferentSince | FarBeyond | SlightlyDifferent | ShiftedThroughout | DifferentThroughout
LogOddsReading = SessionStartsDiffer | PassingDifferences | CancellingDifferences | OpenLogOdds
