"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hyprl.errors import OutputError


def atomic_write_bytes(path: Path, data: bytes) -> None:
    """Write `data` under a temporary name beside `path`, then rename; earlier content survives a failure.

    Raises OutputError naming the path.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def atomic_write_text(path: Path, text: str) -> None:
    """Write UTF-8 text as `atomic_write_bytes` does."""
    atomic_write_bytes(path, text.encode("utf-8"))


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, renamed onto it when the block succeeds, removed when it fails.

    A link is followed; what is no regular file (a pipe, /dev/stdout) is yielded itself and written as it goes.
    Raises OutputError for any OSError but that a pipe's reader has gone.
    """
    temporary: Path | None = None
    try:
        if _is_stream(path):
            yield path
            return
        target = path.resolve() if path.is_symlink() else path
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except BrokenPipeError:  # `--json /dev/stdout | head`: nothing that a user could mend
        raise
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def require_writable(path: Path) -> None:
    """Raise OutputError now if `path` could not be written later; creates the directory, not the file."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a directory")
        if _is_stream(path):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise unwritable(path, error) from error


def require_directory(path: Path) -> None:
    """Make a directory if it is not there; raise OutputError now if no file could be written into it later."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> OutputError:
    """Name the path and the system's reason, with what to do."""
    in_the_way = isinstance(error, (FileExistsError, NotADirectoryError))
    reason = "a file is where a directory is needed" if in_the_way else error.strerror or error
    return OutputError(
        f"cannot be written ({reason})",
        where=str(path),
        remedy="Choose another place, or free or unlock this one; earlier files are untouched.",
        path=path,
    )


@contextmanager
def quiet_native_stderr(last_words: str | None = None) -> Iterator[None]:
    """Discard what native code prints to standard error, such as a panic that reaches Python as an exception.

    A decoder that trusts a damaged length asks for exabytes and aborts the process, which no exception reports:
    then `last_words` are printed, and the process ends with exit code 2, as for any unusable input.
    """
    try:
        saved = os.dup(2)
    except OSError:  # no standard error to protect
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        with _before_abort(saved, last_words):
            yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(sink)


@contextmanager
def _before_abort(stream: int, words: str | None) -> Iterator[None]:
    if words is None or os.name != "posix":
        yield
        return
    import ctypes  # Python's own handlers run too late: abort() does not return to the interpreter

    def end(_signal: int) -> None:
        os.write(stream, f"error: {words}\n".encode())
        os._exit(2)

    handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(end)
    set_handler = ctypes.CDLL(None).signal
    set_handler.restype, set_handler.argtypes = ctypes.c_void_p, [ctypes.c_int, ctypes.c_void_p]
    before = set_handler(signal.SIGABRT, ctypes.cast(handler, ctypes.c_void_p))
    try:
        yield
    finally:
        set_handler(signal.SIGABRT, before)


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
