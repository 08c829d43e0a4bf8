"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
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


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
