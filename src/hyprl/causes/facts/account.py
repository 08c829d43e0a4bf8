"""What values that stand still, and account columns, show of a state that was lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class HeldValues:
    """A side's columns stand still while the other's move; `longest` for so many bars."""

    side: str
    columns: tuple[str, ...]
    longest: str
    bars: int
    since: str


class AccountBreak(Enum):
    """How an account does not follow from its own decisions."""

    POSITION_NEVER_ORDERED = auto()
    ENTRY_FORGOTTEN = auto()
    ORDER_NEVER_FILLED = auto()
    TRADES_COUNTED_DOWN = auto()


@dataclass(frozen=True, slots=True)
class BrokenAccount:
    """A side's account breaks so many times where the other's does not, first at a bar."""

    side: str
    broken: AccountBreak
    first_bar: str
    times: int


@dataclass(frozen=True, slots=True)
class OtherExits:
    """So many of the positions entered together are left on another bar, first at one."""

    times: int
    entries: int
    first_bar: str


@dataclass(frozen=True, slots=True)
class ForgottenPosition:
    """A side is flat where the other holds what both entered, so many times of the positions entered together."""

    side: str
    first_bar: str
    times: int
    entries: int


@dataclass(frozen=True, slots=True)
class SilentInPosition:
    """Only one side signals; this one does not, and is in a position."""

    side: str
    bar: str


@dataclass(frozen=True, slots=True)
class SilentWhileFlat:
    """Only one side signals on one probability, and neither is in a position."""

    bar: str


AccountReading = (
    HeldValues | BrokenAccount | OtherExits | ForgottenPosition | SilentInPosition | SilentWhileFlat
)
