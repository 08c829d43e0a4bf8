"""Ctrl-C and SIGTERM, raised as exceptions that cannot get lost.

What a signal handler raises inside a callback of native code (LLVM's, while numba compiles) Python prints and
forgets. So the handler insists: it raises again each second until the command line has come to its end.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

INSIST_SECONDS = 1.0

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
    """Exit with `code` after an interrupt.

    Python ends itself by SIGINT, whatever the code, once an interrupt has passed through an exec().
    """
    atexit._run_exitfuncs()
    if sys.stderr is not None:
        sys.stderr.flush()
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


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    wanted = Terminated if number == signal.SIGTERM else KeyboardInterrupt
    _received.append(wanted)

    def insist(_number: int, _frame: FrameType | None) -> NoReturn:
        raise wanted

    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, insist)
        signal.setitimer(signal.ITIMER_REAL, INSIST_SECONDS, INSIST_SECONDS)
    raise wanted


def _report_unraisable(unraisable: Any) -> None:
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
