"""Ctrl-C and SIGTERM, raised as exceptions that cannot get lost and break nothing.

What a signal handler raises inside LLVM's bindings, while numba compiles, crashes the process or is printed and
forgotten. So the handler waits until it interrupts other code, and it raises again each second until the command line
has come to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

INSIST_SECONDS = 1.0
PATIENCE_SECONDS = 0.005

_received: list[type[KeyboardInterrupt]] = []


class Terminated(KeyboardInterrupt):
    """SIGTERM, raised where Ctrl-C would be, so that temporary files are removed on the way out."""


def listen() -> None:
    """Raise KeyboardInterrupt for SIGINT, Terminated for SIGTERM; a signal that is ignored stays so."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    sys.unraisablehook = _report_unraisable


def calm() -> None:
    """Insist no longer: the stop was heard."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def ignore() -> None:
    """Let a late signal not change the exit code of work that is done."""
    calm()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def leave(code: int) -> NoReturn:
    """Exit with `code` after an interrupt, at once.

    Python would end itself by SIGINT, whatever the code, where the interrupt had passed through an exec(); and it would
    free LLVM objects whose owner is in doubt.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def stop_behind(error: BaseException) -> KeyboardInterrupt | None:
    """Return the stop that caused an error, None if none did.

    Inside native code it comes out as another error: a SystemError, or one that only quotes it. So whatever ends the
    run once a signal has come was caused by it.
    """
    if _received:
        return _received[0]()
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, KeyboardInterrupt):
        seen = seen.__cause__ or seen.__context__
    return seen


def is_listening() -> bool:
    """Tell whether signals are handled here, in a process that is the command line's own."""
    return signal.getsignal(signal.SIGINT) is _stop or signal.getsignal(signal.SIGTERM) is _stop


def _stop(number: int, frame: FrameType | None) -> None:
    _received.append(Terminated if number == signal.SIGTERM else KeyboardInterrupt)
    if not hasattr(signal, "setitimer"):
        raise _received[-1]
    signal.signal(signal.SIGALRM, _insist)
    _insist(number, frame)


def _insist(_number: int, frame: FrameType | None) -> None:
    if _inside_llvm(frame):
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
        return
    signal.setitimer(signal.ITIMER_REAL, INSIST_SECONDS)
    raise _received[-1]


def _inside_llvm(frame: FrameType | None) -> bool:
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith("llvmlite"):
            return True
        frame = frame.f_back
    return False


def _report_unraisable(unraisable: Any) -> None:
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
