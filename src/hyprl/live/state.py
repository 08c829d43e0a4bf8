"""The live engine's saved state: one file, replaced atomically after every bar.

A killed engine starts from the last bar whose state was saved; records that its trace holds beyond that bar are cut
and decided again, to the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from hyprl.domain.trades import Trade
from hyprl.errors import FeatureError, StateError
from hyprl.features.pipeline import FeatureFrameSnapshot
from hyprl.files import unwritable
from hyprl.live.engine import Progress

STATE_VERSION = 1
START_ANEW = "Remove the state directory to start this run anew, or name another one."


@dataclass(frozen=True, slots=True)
class EngineState:
    """Everything that a new process needs to go on: `trace_bytes` and `trace_hash` say where the trace stood."""

    run_id: str
    progress: Progress
    snapshot: FeatureFrameSnapshot
    account: tuple[float, ...]
    headline_cursor: int
    trace_bytes: int
    trace_hash: str


class StateFile:
    """`state.json` in a directory of its own."""

    __slots__ = ("_path", "_temporary")

    def __init__(self, directory: Path) -> None:
        self._path = directory / "state.json"
        self._temporary = directory / "state.json.tmp"

    def save(self, state: EngineState) -> None:
        """Replace the saved state. Raises OutputError; the earlier state stays."""
        try:
            self._temporary.write_bytes(_sealed(_members(state)))
            self._temporary.replace(self._path)
        except OSError as error:
            with suppress(OSError):
                self._temporary.unlink(missing_ok=True)
            raise unwritable(self._path, error) from error

    def load(self, run_id: str) -> EngineState | None:
        """Return the saved state, None where there is none yet.

        Raises StateError when it is damaged or belongs to another run.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(
                f"cannot be read ({error.strerror})", where=str(self._path), remedy=START_ANEW
            ) from error
        state = self._parse(data)
        if state.run_id != run_id:
            raise StateError(
                f"belongs to run {state.run_id}, this is run {run_id}: config, model, bars or window differ",
                where=str(self._path),
                remedy=START_ANEW,
            )
        return state

    def _parse(self, data: bytes) -> EngineState:
        try:
            envelope = orjson.loads(data)
            members: Mapping[str, Any] = envelope["state"]
            if _sealed(members) != data:
                raise ValueError("its checksum does not fit")
            if members["version"] != STATE_VERSION:
                raise ValueError(f"its version is {members['version']}")
            trades = [Trade(**trade) for trade in members["progress"]["trades"]]
            return EngineState(
                members["run_id"],
                Progress(**{**members["progress"], "trades": trades}),
                FeatureFrameSnapshot.from_dict(members["snapshot"]),
                tuple(members["account"]),
                members["headline_cursor"],
                members["trace_bytes"],
                members["trace_hash"],
            )
        except (ValueError, TypeError, KeyError, FeatureError) as error:
            fact = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise StateError(f"is damaged ({fact})", where=str(self._path), remedy=START_ANEW) from error


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a state directory for this process. Raises StateError while another one holds it, OutputError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory / "lock", os.O_CREAT | os.O_RDWR, 0o666)
    except OSError as error:
        raise unwritable(directory, error) from error
    try:
        _lock(handle, directory)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, directory: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not a POSIX system: the directory is not guarded there
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StateError(
            "is in use by another process",
            where=str(directory),
            remedy="Wait for it, stop it, or name another --state.",
        ) from error


def _sealed(members: Mapping[str, Any]) -> bytes:
    # orjson writes trades by name in their field order, and any parsed body back to the same bytes.
    body = orjson.dumps(members, default=Trade._asdict)
    return b'{"sha256":"%b","state":%b}' % (sha256(body).hexdigest().encode(), body)


def _members(state: EngineState) -> dict[str, object]:
    return {
        "version": STATE_VERSION,
        "run_id": state.run_id,
        "progress": state.progress,
        "snapshot": state.snapshot.as_dict(),
        "account": state.account,
        "headline_cursor": state.headline_cursor,
        "trace_bytes": state.trace_bytes,
        "trace_hash": state.trace_hash,
    }
