"""The artifact's outer file: a real pickle that is only data, with exactly one valid spelling.

Anyone's `pickle.load` gives a plain dict `{format, schema_version, sha256, payload}`; `payload` is JSON
bytes and `sha256` their digest. The few instructions are written here by hand. Reading never trusts
them: any other is refused before anything is unpickled, the unpickler resolves no name, and the file
must equal its own re-encoding, so every byte counts.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from hyprl.errors import ArtifactError

FORMAT = "hyprl-model"
SCHEMA_VERSION = 1
MAX_FILE_BYTES = 256 * 1024 * 1024

_DATA_INSTRUCTIONS = frozenset(
    {"PROTO", "EMPTY_DICT", "MARK", "SHORT_BINUNICODE", "BININT1", "BINBYTES", "SETITEMS", "STOP"}
)
_MAX_INSTRUCTIONS = 13
_GET_ANOTHER = "Take the file from where it was made, or train again with `hyprl train`."


def encode(payload: bytes) -> bytes:
    """Return the file's bytes for a payload."""
    items = (
        _text("format") + _text(FORMAT),
        _text("schema_version") + b"K" + bytes([SCHEMA_VERSION]),
        _text("sha256") + _text(sha256(payload).hexdigest()),
        _text("payload") + b"B" + len(payload).to_bytes(4, "little") + payload,
    )
    return b"\x80\x04}(" + b"".join(items) + b"u."


def decode(data: bytes, where: str) -> bytes:
    """Return the payload of a file's bytes. Executes nothing.

    Raises ArtifactError for anything but an unchanged file of this schema version; `where` names it there.
    """
    if not data:
        raise ArtifactError("is empty", where=where, remedy=_GET_ANOTHER)
    _refuse_instructions(data, where)
    payload = _payload(_unpickle(data, where), where)
    if encode(payload) != data:
        raise damaged("was changed after it was made: its bytes are not those that HyprL writes", where)
    return payload


def read_bounded(path: Path) -> bytes:
    """Return a file's bytes. Raises ArtifactError if it is missing, a directory, unreadable or too large."""
    try:
        with path.open("rb") as file:
            too_large = path.stat().st_size > MAX_FILE_BYTES
            data = b"" if too_large else file.read()
    except (OSError, ValueError) as error:
        remedy = "Name a model file, or make one with `hyprl train`."
        raise ArtifactError(_reason(error), where=str(path), remedy=remedy, path=path) from error
    if too_large:
        what = f"is larger than {MAX_FILE_BYTES // 2**20} MiB, which no model file is"
        raise ArtifactError(what, where=str(path), remedy=_GET_ANOTHER, path=path)
    return data


def damaged(what: str, where: str) -> ArtifactError:
    """Return the error for a file that is not what was written."""
    return ArtifactError(what, where=where, remedy=_GET_ANOTHER)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return b"\x8c" + bytes([len(encoded)]) + encoded


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such model file"
    if isinstance(error, IsADirectoryError):
        return "is a directory, not a model file"
    return f"cannot be read ({getattr(error, 'strerror', None) or error})"


def _refuse_instructions(data: bytes, where: str) -> None:
    try:
        for count, (instruction, _, _) in enumerate(pickletools.genops(data)):
            if instruction.name not in _DATA_INSTRUCTIONS or count >= _MAX_INSTRUCTIONS:
                _refuse(instruction.name, where)
    except (ValueError, OverflowError, IndexError, MemoryError) as error:
        raise damaged("is not a model file, or was cut short or changed", where) from error


def _refuse(instruction: str, where: str) -> NoReturn:
    raise ArtifactError(
        f"is refused: it holds the pickle instruction {instruction}, no part of a model; nothing was run",
        where=where,
        remedy="Do not open it with other programs; take a model file from someone whom you trust.",
        instruction=instruction,
    )


class _DataUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> NoReturn:
        _refuse(f"GLOBAL {module_name}.{global_name}", "model file")

    def persistent_load(self, pid: object) -> NoReturn:
        _refuse(f"PERSID {pid!r}", "model file")


def _unpickle(data: bytes, where: str) -> object:
    try:
        return _DataUnpickler(io.BytesIO(data)).load()
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, IndexError, MemoryError) as error:
        raise damaged("is not a model file, or was cut short or changed", where) from error


def _payload(content: object, where: str) -> bytes:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise damaged("is not a HyprL model file", where)
    version = content.get("schema_version")
    if version != SCHEMA_VERSION:
        what = f"has schema version {version!r}; this HyprL reads version {SCHEMA_VERSION}"
        raise ArtifactError(
            what, where=where, remedy="Train again with `hyprl train`, or install the HyprL that made it."
        )
    payload = content.get("payload")
    if not isinstance(payload, bytes) or content.get("sha256") != sha256(payload).hexdigest():
        raise damaged(
            "was changed after it was made: its content does not have the sha256 that it states", where
        )
    return payload
