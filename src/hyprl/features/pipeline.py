"""The feature pipeline as an engine holds it: one bar in, one row out, and a snapshot to continue from.

A snapshot is the complete kernel state with the hash of the bars that made it; a pipeline restored from it goes on
to the bit, while one that starts cold on few bars is off by what Wilder's averages have not yet forgotten.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Protocol

from hyprl.domain.bars import ClosedBar
from hyprl.errors import FeatureError
from hyprl.features.plan import FeaturePlan

FIRST_HASH = "0" * 64
# What a user's step may raise where a built-in one is total.
STEP_FAILURES = (ArithmeticError, LookupError, TypeError, ValueError, NameError, AttributeError)


class FeatureMachine(Protocol):
    """A linked kernel, as far as features go."""

    @property
    def plan(self) -> FeaturePlan:
        """Return the plan whose steps it runs."""

    @property
    def observe(self) -> Callable[..., bool]:
        """Return the function that advances every feature by one bar."""

    def new_states(self) -> tuple[Any, ...]:
        """Return zeroed states."""

    def new_row(self) -> Any:
        """Return room for one row."""


@dataclass(frozen=True, slots=True)
class FeatureFrameSnapshot:
    """The state of every feature after `bars_seen` bars of `symbol`, the last opening at `last_open_utc_us`.

    `bars_sha256` chains the hashes of these bars; `states` is the float64 bits, base64; `layout_sha256` names the
    machinery whose states they are (FeaturePlan.layout_sha256).
    """

    preset: str
    columns: tuple[str, ...]
    symbol: str
    bars_seen: int
    last_open_utc_us: int
    bars_sha256: str
    layout_sha256: str
    states: str

    def as_dict(self) -> dict[str, object]:
        """Return JSON values, with a `sha256` over all of them."""
        return {**asdict(self), "columns": list(self.columns), "sha256": self._sha256()}

    @classmethod
    def from_dict(cls, members: Mapping[str, Any]) -> FeatureFrameSnapshot:
        """Rebuild from `as_dict`. Raises FeatureError for missing, foreign or changed members."""
        try:
            own = {name: value for name, value in members.items() if name != "sha256"}
            snapshot = cls(**{**own, "columns": tuple(own["columns"])})
            if members["sha256"] != snapshot._sha256():
                raise ValueError("its checksum does not fit")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FeatureError(
                f"is not a feature snapshot, or a damaged one ({error})",
                where="snapshot",
                remedy="Warm up again from the bars.",
            ) from error
        return snapshot

    def _sha256(self) -> str:
        return sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()


class FeaturePipeline:
    """Feeds closed bars to the feature step and keeps what a snapshot needs."""

    __slots__ = ("_machine", "bars_seen", "bars_sha256", "last_open_utc_us", "row", "states")

    def __init__(self, machine: FeatureMachine) -> None:
        self._machine = machine
        self.states = machine.new_states()
        self.row: Sequence[float] = machine.new_row()
        self.bars_seen = 0
        self.bars_sha256 = FIRST_HASH
        self.last_open_utc_us = 0

    @property
    def plan(self) -> FeaturePlan:
        """Return the columns and their steps."""
        return self._machine.plan

    def update(self, closed: ClosedBar) -> bool:
        """Advance by one closed bar; `row` then holds its features. Return whether every one is a number.

        Raises FeatureError when a step fails (a division by zero in a user's own, say).
        """
        self.bars_sha256 = chain_bar(self.bars_sha256, closed)
        self.bars_seen += 1
        self.last_open_utc_us = closed.open_utc_us
        try:
            return bool(self._machine.observe(self.states, closed.bar, self.row))
        except (FeatureError, *STEP_FAILURES) as error:
            what = error.what if isinstance(error, FeatureError) else f"a feature step failed ({error})"
            raise FeatureError(
                f"{what} on the bar that opens at {closed.open_utc_us} µs UTC",
                where=closed.symbol,
                remedy="Guard divisions and indices in your step; `hyprl warmup` runs it over a file.",
            ) from error

    def snapshot(self, symbol: str) -> FeatureFrameSnapshot:
        """Freeze the complete state."""
        flat = [float(value) for state in self.states for value in state]
        packed = base64.b64encode(struct.pack(f"<{len(flat)}d", *flat)).decode()
        return FeatureFrameSnapshot(
            self.plan.preset,
            self.plan.names,
            symbol,
            self.bars_seen,
            self.last_open_utc_us,
            self.bars_sha256,
            self.plan.layout_sha256,
            packed,
        )

    def restore(self, snapshot: FeatureFrameSnapshot) -> None:
        """Continue from a snapshot. Raises FeatureError when it is of other columns or steps, or damaged."""
        same_columns = snapshot.columns == self.plan.names
        if same_columns and snapshot.layout_sha256 != self.plan.layout_sha256:
            raise FeatureError(
                "snapshot was made by features of the same names with other parameters or states",
                where="snapshot",
                remedy="Warm up again from the bars.",
            )
        if not same_columns:
            raise FeatureError(
                f"snapshot holds `{snapshot.preset}` with {len(snapshot.columns)} columns, this run needs "
                f"`{self.plan.preset}` with {len(self.plan.names)}",
                where="snapshot",
                remedy="Warm up again from the bars, or use the config that made the snapshot.",
            )
        values = _unpack(snapshot.states, sum(len(state) for state in self.states))
        place = 0
        for state in self.states:
            for index in range(len(state)):
                state[index] = values[place + index]
            place += len(state)
        self.bars_seen = snapshot.bars_seen
        self.bars_sha256 = snapshot.bars_sha256
        self.last_open_utc_us = snapshot.last_open_utc_us


def chain_bar(previous_hash: str, closed: ClosedBar) -> str:
    """Hash a bar's open time and float64 bits onto the hash of the bars before it."""
    packed = struct.pack("<q5d", closed.open_utc_us, *closed.bar)
    return sha256(previous_hash.encode() + packed).hexdigest()


def _unpack(states: str, expected: int) -> tuple[float, ...]:
    try:
        data = base64.b64decode(states, validate=True)
        return struct.unpack(f"<{expected}d", data)
    except (binascii.Error, struct.error, ValueError, TypeError) as error:
        raise FeatureError(
            "feature states are damaged", where="snapshot", remedy="Warm up again from the bars."
        ) from error
