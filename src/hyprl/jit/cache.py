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

import numba
from numba.core import caching, serialize

Report = Callable[[str], None]
# numba's types are incomplete.
dumps: Any = serialize.dumps
IndexDataCacheFile: Any = caching.IndexDataCacheFile
FunctionCache: Any = caching.FunctionCache
COMPILED_ROOM = "compiled"
GENERATED_ROOM = "generated"
_DIGEST_LENGTH = 32


class VerifiedFiles(IndexDataCacheFile):  # type: ignore[misc]
    """One function's index and compiled code."""

    def load(self, key: object) -> Any:
        """Return what was saved under a key; None if there is nothing, or nothing that verifies."""
        name = self._load_index().get(key)
        content = None if name is None else _read(self._data_path(name))
        if content is None or name != self._name_of(content):
            return None
        return pickle.loads(content)  # noqa: S301  our own file, its hash just verified

    def save(self, key: object, data: object) -> None:
        """Keep compiled code, then name it in the index."""
        content = dumps(data)
        name = self._name_of(content)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(content)
        self._save_index({**self._load_index(), key: name})

    def _load_index(self) -> dict[object, str]:
        sealed = _read(self._index_path) or b""
        content = sealed[_DIGEST_LENGTH:]
        if sealed[:_DIGEST_LENGTH] != sha256(content).digest():
            return {}
        stamp, overloads = pickle.loads(content)  # noqa: S301  our own file, its hash just verified
        return dict(overloads) if stamp == self._source_stamp else {}

    def _save_index(self, overloads: dict[object, str]) -> None:
        content = dumps((self._source_stamp, overloads))
        with self._open_for_write(self._index_path) as file:
            file.write(sha256(content).digest() + content)

    def _name_of(self, content: bytes) -> str:
        return f"{self._index_name.removesuffix('.nbi')}.{sha256(content).hexdigest()[:_DIGEST_LENGTH]}.nbc"


class VerifiedCache(FunctionCache):  # type: ignore[misc]
    """numba's function cache over verified files; a full or locked disk costs later runs a compilation."""

    def __init__(self, function: Callable[..., object], report: Report) -> None:
        super().__init__(function)
        trusted: Any = vars(self)["_cache_file"]
        make: Any = VerifiedFiles
        self._cache_file = make(
            self._cache_path, trusted._index_name.removesuffix(".nbi"), trusted._source_stamp
        )
        self._report = report

    def save_overload(self, sig: object, data: object) -> None:
        """Keep compiled code if the disk allows."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            self._report(
                f"the compiled kernel cannot be kept ({error.strerror or error}); it is compiled again"
            )


def keep_compiled(dispatcher: Any, function: Callable[..., object], directory: Path, report: Report) -> bool:
    """Make a numba dispatcher keep its code below `directory`; False if its source is no file (a notebook, say)."""
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(directory)
    try:
        cache = VerifiedCache(function, report)
    except RuntimeError:  # numba: no locator available
        return False
    finally:
        settings.CACHE_DIR = before
    if not Path(cache.cache_path).is_relative_to(directory):  # elsewhere, its name would not be ours
        return False
    dispatcher._cache = cache
    return True


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


def _read(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None
