"""What equity shows, recorded or read back from the risk that sizes take; ratios are right over left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StandingEquity:
    """The right side's stands still."""

    equity: float


@dataclass(frozen=True, slots=True)
class ConstantRatio:
    """One ratio throughout."""

    ratio: float


@dataclass(frozen=True, slots=True)
class DriftingRatio:
    """A ratio that drifts."""

    first: float
    last: float


@dataclass(frozen=True, slots=True)
class VaryingRatio:
    """A ratio between two bounds."""

    lowest: float
    highest: float


RatioCourse = StandingEquity | ConstantRatio | DriftingRatio | VaryingRatio


@dataclass(frozen=True, slots=True)
class OtherEquitySource:
    """Bars on which sizing read an equity that is not the account's own alike on both sides, and how its ratio runs."""

    bars: int
    course: RatioCourse
    first_ratio: float
    last_ratio: float


@dataclass(frozen=True, slots=True)
class OtherInitialAccount:
    """Accounts that differ before the first trade."""

    left: float
    right: float
    ratio: float


@dataclass(frozen=True, slots=True)
class EquityJump:
    """A side's equity moves without a position from a bar on; `is_reset`: back to its first value."""

    side: str
    since: str
    left: float
    right: float
    is_reset: bool


@dataclass(frozen=True, slots=True)
class EquityPartsAtFills:
    """Equity parts where both sides fill a trade, and then again at fills."""

    since: str


@dataclass(frozen=True, slots=True)
class DriftingRisk:
    """The ratio of the risks drifts by one share a bar, through equal trades."""

    first: float
    last: float
    bars: int
    per_bar: float


@dataclass(frozen=True, slots=True)
class RiskOffset:
    """The right side risks so much more than the left, from a bar on (None: on every bar).

    `through_trades` tells that it does so whatever the equity does; without, no trade was filled there.
    """

    offset: float
    since: str | None
    through_trades: bool


@dataclass(frozen=True, slots=True)
class StandingRisk:
    """A side sizes from an equity that stands still through so many trades."""

    side: str
    since: str
    trades: int


@dataclass(frozen=True, slots=True)
class LaggingRisk:
    """The right side sizes from the left's equity of so many bars before."""

    bars: int


@dataclass(frozen=True, slots=True)
class CashAtItsStart:
    """A side's cash is from a bar on what it was on the first."""

    side: str
    since: str


@dataclass(frozen=True, slots=True)
class EquityWithoutPosition:
    """A side's equity stands still while the other's moves with what both ordered.

    `as_before_entry` tells that it stands where it stood before the entry.
    """

    side: str
    since: str
    as_before_entry: bool


@dataclass(frozen=True, slots=True)
class RiskStep:
    """The ratio of the risks steps at a bar; `stays`: and never again, else by more than a trade costs."""

    ratio: float
    since: str
    stays: bool


@dataclass(frozen=True, slots=True)
class RiskSteps:
    """The ratio of the risks steps so many times and stands between."""

    times: int
    since: str


@dataclass(frozen=True, slots=True)
class MovingRisk:
    """The ratio of the risks moves, decisions and stops being equal."""

    since: str


@dataclass(frozen=True, slots=True)
class ScaledAccounts:
    """One ratio of the risks through every trade."""

    ratio: float


@dataclass(frozen=True, slots=True)
class RatioBeforeTrades:
    """One ratio of the risks before any trade, read as another setting or as another account."""

    ratio: float
    as_setting: bool


@dataclass(frozen=True, slots=True)
class UnknownHolding:
    """Before any trade a side's equity moves from bar to bar and the other's stands still."""

    side: str


EquityReading = (
    OtherEquitySource
    | OtherInitialAccount
    | EquityJump
    | EquityPartsAtFills
    | DriftingRisk
    | RiskOffset
    | StandingRisk
    | LaggingRisk
    | CashAtItsStart
    | EquityWithoutPosition
    | RiskStep
    | RiskSteps
    | MovingRisk
    | ScaledAccounts
    | RatioBeforeTrades
    | UnknownHolding
)
