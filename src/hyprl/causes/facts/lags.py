"""What a shift of columns by some bars shows: positive bars are earlier ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LateBars:
    """A side's bar columns are the other's of so many bars earlier, on `rows` bars."""

    side: str
    columns: tuple[str, ...]
    bars: int
    rows: int


@dataclass(frozen=True, slots=True)
class LateFeatures:
    """A side has the other's values of so many bars earlier in these features.

    `exact_share` of the bars become equal to the bit; `since` is None where it is so from the first bar on.
    """

    side: str
    columns: tuple[str, ...]
    bars: int
    exact_share: float
    is_exact: bool
    since: str | None
    further_columns: int


@dataclass(frozen=True, slots=True)
class LateProbability:
    """A side's probability is the other's of so many bars earlier."""

    side: str
    bars: int


@dataclass(frozen=True, slots=True)
class LateStream:
    """A side's probability is the other's of so many bars earlier, and so are these columns.

    Without equity or size among them (`has_account`) it is a remainder that tells: the shifted values are not equal.
    """

    side: str
    bars: int
    columns: tuple[str, ...]
    has_account: bool


LagReading = LateBars | LateFeatures | LateProbability | LateStream
