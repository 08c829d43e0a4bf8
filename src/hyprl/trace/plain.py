"""Anything a bot may hand over, as JSON values that keep its bits: numpy, pandas, Decimal, enums, NaN; never a secret.

NaN and the infinities become the words of a trace, as JSON has none; a value that is missing becomes null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from hyprl.domain.json_words import number_or_word
from hyprl.errors import TraceError

WITHHELD = "(withheld)"
_DEEPEST = 16
_INT64 = 2**63
_MISSING_KINDS = ("NAType", "NaTType")
_SECRET_NAME = re.compile(
    r"(?i)(pass_?(word|wd|phrase)|secret|credential|(api|access|private|auth|signing)[_-]?key)"
)
_DOUBTFUL_NAME = re.compile(r"(?i)(^|[._-])(token|auth|authorization|bearer|cookie|session_id|key)$")
_SECRET_IN_TEXT = re.compile(r"(?i)(?<=://)[^/\s@]+(?=@)|(?<=bearer )\S+")


def flat(value: Any, name: str, depth: int = 0) -> dict[str, Any]:
    """Return `value` as JSON values by column: a mapping, dataclass, named tuple or labelled row is one per member.

    `name` is the column, or the prefix `<name>.` of the members. A text under a name that sounds like a secret
    is withheld. Raises TraceError for what has no plain form, or lies deeper than 16 levels.
    """
    members = members_of(value)
    if members is None:
        return {name: WITHHELD if _is_secret(name, value) else plain(value, name)}
    if depth >= _DEEPEST:
        raise _unknown(name, f"is nested more than {_DEEPEST} levels deep")
    found: dict[str, Any] = {}
    for key, member in members.items():
        found.update(flat(member, f"{name}.{key}" if name else str(key), depth + 1))
    return found


def members_of(value: Any) -> Mapping[Any, Any] | None:
    """Return the named members of a value that has some (mapping, dataclass, named tuple, pandas row), else None."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, type):
        return None
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    for method in ("_asdict", "to_dict"):
        named = getattr(value, method, None)
        found = named() if callable(named) else None
        if isinstance(found, Mapping):
            return found
    return None


def plain(value: Any, name: str, depth: int = 0) -> Any:
    """Return one value as JSON has it. Raises TraceError naming the column."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, str):
        return _SECRET_IN_TEXT.sub(WITHHELD, value).encode("utf-8", "backslashreplace").decode()
    if isinstance(value, float):
        return number_or_word(float(value))
    if isinstance(value, int):
        return int(value) if -_INT64 <= value < _INT64 else str(value)
    return _from_object(value, name, depth)


def _from_object(value: Any, name: str, depth: int) -> Any:
    if type(value).__name__ in _MISSING_KINDS:
        return None
    if isinstance(value, Decimal | timedelta):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if depth >= _DEEPEST:
        raise _unknown(name, f"is nested more than {_DEEPEST} levels deep")
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        item = value.item()
        return plain(item if type(item) is not type(value) else float(item), name, depth + 1)
    for method in ("tolist", "to_list"):
        if hasattr(value, method):
            value = getattr(value, method)()
    if isinstance(value, list | tuple):
        return [plain(item, name, depth + 1) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item, name, depth + 1) for item in value), key=str)
    raise _unknown(name, f"is of type {type(value).__name__}, which has no plain form")


def _is_secret(name: str, value: Any) -> bool:
    if value is None or isinstance(value, bool | float):
        return False
    return bool(_SECRET_NAME.search(name) or (isinstance(value, str | bytes) and _DOUBTFUL_NAME.search(name)))


def _unknown(name: str, fact: str) -> TraceError:
    return TraceError(
        f"{name} {fact}",
        where="hyprl.trace.record",
        remedy="Pass numbers, text, times, or mappings and lists of these.",
    )
