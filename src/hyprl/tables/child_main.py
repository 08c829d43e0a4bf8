"""What the child process of `child` runs: it answers one call after another until its parent has gone."""

from __future__ import annotations

import json
import os
import pickle
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO

from hyprl.tables.child import receive, send


def serve() -> None:
    """Answer calls from standard input on standard output. Ends at once, even amid a call, when the parent has gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what native code prints must not run into the answers
    _limit(json.loads(sys.argv[2]))
    calls: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, calls), daemon=True).start()
    import_module("hyprl.tables.parquet")  # what it is for, loaded before it is asked
    while True:
        message = calls.get()
        try:
            answer = _answer(message)
        except MemoryError:
            os._exit(1)
        send(answers, answer)


def _listen(stream: IO[bytes], calls: SimpleQueue[bytes]) -> None:
    while (message := receive(stream)) is not None:
        calls.put(message)
    os._exit(0)


def _answer(message: bytes) -> bytes:
    try:
        directory, function, arguments = pickle.loads(message)  # noqa: S301 - from the parent
        if directory is not None:
            os.chdir(directory)
        return pickle.dumps((True, function(*arguments)), protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        raise
    except BaseException as error:  # a panic in Rust is none of Exception's children
        error.add_note(f"In the child process:\n{traceback.format_exc()}")
        return _pickled(error)


def _pickled(error: BaseException) -> bytes:
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301 - what was just written
    except Exception:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return answer


def _limit(memory_bytes: int | None) -> None:
    """Let this process die, and leave no core file, before the machine runs out of memory; where that can be said."""
    try:
        import resource
    except ImportError:
        return
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, ValueError):
        limit = memory_bytes or whole
        resource.setrlimit(
            resource.RLIMIT_DATA, (limit, limit)
        )  # RLIMIT_AS counts what is only reserved, too
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # the kernel ends this process before another
