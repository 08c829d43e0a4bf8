"""Run functions in a child process, so that what native code does to it cannot end or hang this one.

The child is started once, reused, and started anew after it died. It has its own session, so that Ctrl-C reaches
this process alone, and ends when this process does, however that ends.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import RLock, Timer
from typing import IO, TypeVar, cast

T = TypeVar("T")
SIZE_BYTES = 8
# A decoder that is alive reads tens of MB a second even on a busy machine; a damaged file must not cost minutes.
PATIENCE_SECONDS, SLOWEST_BYTES_PER_SECOND = 60.0, 1_000_000
_MAIN = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from hyprl.tables.child_main import serve; serve()"


class ChildDiedError(Exception):
    """The child ended, or was ended, before it answered; the message says how. Callers turn it into a named error."""


class Child:
    """A process that runs functions which native code may crash. Safe to use from several threads, one at a time.

    `memory_bytes` limits the memory that it may write to, None to what the machine has.
    """

    def __init__(self, memory_bytes: int | None = None) -> None:
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = RLock()
        atexit.register(self.stop)

    def call(self, function: Callable[..., T], *arguments: object, seconds: float = PATIENCE_SECONDS) -> T:
        """Return what an importable function returns there, in this process's directory, or raise what it raises.

        Raises ChildDiedError when the child crashes, runs out of memory or does not answer within `seconds`.
        """
        message = pickle.dumps((_working_directory(), function, arguments))
        with self._lock:
            process = self._running()
            try:
                answer = self._asked(process, message, seconds)
            except BaseException:
                self.stop()
                raise
        succeeded, result = pickle.loads(answer)  # noqa: S301 - of this process's own child
        if succeeded:
            return result  # type: ignore[no-any-return]
        raise result

    def start(self) -> None:
        """Start the child ahead of its first call, which it loads its libraries for; what fails is said by the call."""
        with self._lock, suppress(OSError):
            self._running()

    def stop(self) -> None:
        """End the child, if one runs; the next call starts another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for pipe in _pipes(process):
            with suppress(OSError):
                pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self.stop()
            self._process, self._owner = _started(self._memory_bytes), os.getpid()
        return self._process

    def _asked(self, process: subprocess.Popen[bytes], message: bytes, seconds: float) -> bytes:
        timer = Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            calls, answers = _pipes(process)
            send(calls, message)
            answer = receive(answers)
        except OSError:
            answer = None
        finally:
            in_time = not timer.finished.is_set()
            timer.cancel()
        if answer is None:
            raise ChildDiedError(_ending(process.wait()) if in_time else f"no answer within {seconds:.0f} s")
        return answer


def patience_for(size_bytes: int) -> float:
    """Return how many seconds a file of that size may take."""
    return PATIENCE_SECONDS + size_bytes / SLOWEST_BYTES_PER_SECOND


def send(stream: IO[bytes], message: bytes) -> None:
    """Write one message to a pipe."""
    stream.write(len(message).to_bytes(SIZE_BYTES, "little"))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read one message from a pipe, None when it ended before a whole one."""
    head = stream.read(SIZE_BYTES)
    if len(head) < SIZE_BYTES:
        return None
    size = int.from_bytes(head, "little")
    message = stream.read(size)
    return message if len(message) == size else None


def _started(memory_bytes: int | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter, and code that stands above
        [sys.executable or "python3", "-P", "-c", _MAIN, json.dumps(sys.path), json.dumps(memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "RUST_BACKTRACE": "0"},
    )


def _working_directory() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - as it is spelled, even where it is gone
    except OSError:
        return None


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    return cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


_shared = Child()


def shared_child() -> Child:
    """Return the child that this process shares."""
    return _shared
