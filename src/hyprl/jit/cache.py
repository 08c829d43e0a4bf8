"""Where compiled code is kept between runs, so that a damaged or half-written file costs a compilation and no more.

numba's own cache trusts its files. Here compiled code lies in files named by their content's hash, the index carries
its own, and what does not verify is compiled afresh. Code is written before the index that names it, so a process
killed in between, or two that compile at once for different CPUs, cannot make an index name another's code.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from hyprl.jit.numba_inside import keep_code, pickled

Report = Callable[[str], None]
COMPILED_ROOM = "compiled"
GENERATED_ROOM = "generated"
_DIGEST_LENGTH = 32


class VerifiedFiles:
    """One function's index and compiled code; `stamp` is of its source, code of another stamp is not found."""

    __slots__ = ("_folder", "_index", "_name", "_stamp")

    def __init__(self, folder: str, name: str, stamp: object) -> None:
        self._folder, self._name, self._stamp = Path(folder), name, stamp
        self._index = self._folder / f"{name}.nbi"

    def load(self, key: object) -> Any:
        """Return what was saved under a key; None if there is nothing, or nothing that verifies."""
        name = self._load_index().get(key)
        content = None if name is None else _read(self._folder / name)
        if content is None or name != self._name_of(content):
            return None
        return pickle.loads(content)  # noqa: S301  our own file, its hash just verified

    def save(self, key: object, data: object) -> None:
        """Keep compiled code, then name it in the index. Raises OSError."""
        content = pickled(data)
        name = self._name_of(content)
        _replace(self._folder / name, content)
        self._save_index({**self._load_index(), key: name})

    def _load_index(self) -> dict[object, str]:
        sealed = _read(self._index) or b""
        content = sealed[_DIGEST_LENGTH:]
        if sealed[:_DIGEST_LENGTH] != sha256(content).digest():
            return {}
        stamp, overloads = pickle.loads(content)  # noqa: S301  our own file, its hash just verified
        return dict(overloads) if stamp == self._stamp else {}

    def _save_index(self, overloads: dict[object, str]) -> None:
        content = pickled((self._stamp, overloads))
        _replace(self._index, sha256(content).digest() + content)

    def _name_of(self, content: bytes) -> str:
        return f"{self._name}.{sha256(content).hexdigest()[:_DIGEST_LENGTH]}.nbc"


def keep_compiled(dispatcher: Any, directory: Path, report: Report) -> bool:
    """Make a numba dispatcher keep its code below `directory`; False if its source is no file (a notebook, say)."""

    def failed(error: OSError) -> None:
        report(f"the compiled kernel cannot be kept ({error.strerror or error}); it is compiled again")

    return keep_code(dispatcher, directory, VerifiedFiles, failed)


def cache_directory() -> Path | None:
    """Return HYPRL_CACHE_DIR, else $XDG_CACHE_HOME/hyprl, else ~/.cache/hyprl; None if it cannot be written."""
    try:
        place = _configured_directory()
        for room in (place / COMPILED_ROOM, place / GENERATED_ROOM):
            room.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=room):
                pass
        return place
    except (OSError, RuntimeError):  # RuntimeError: a user without a home directory
        return None


def _configured_directory() -> Path:
    own = os.environ.get("HYPRL_CACHE_DIR")
    if own:
        return Path(own).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "hyprl"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
