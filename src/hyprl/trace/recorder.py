"""`record`: three lines that give any bot a log which `hyprl diff` reads without a map.

One call is one bar: one JSON line, handed to the operating system before the call returns. A killed bot leaves its
whole lines; what a lost power line tore off is cut when the bot records again. One process writes a file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from hyprl.domain.bars import Bar
from hyprl.domain.instants import moment_of
from hyprl.errors import TraceError
from hyprl.files import unwritable
from hyprl.tables.instants import Flaw, instant_of
from hyprl.trace.plain import flat, members_of, plain
from hyprl.trace.signal import AccountState, RiskInputs

_FEATURES, _INDICATOR = ("features", "indicators", "indicator"), "indicator."
_GROUPS = {
    **{name: f"bar.{name}" for name in Bar._fields},
    **{name: f"risk_inputs.{name}" for name in RiskInputs._fields if name != "equity"},
    **{name: f"account.{name}" for name in AccountState._fields},
}
_RESERVED = ("timestamp", "symbol", "decision", "record_hash", "schema")
_TRACE_START = b'{"schema":"hyprl-trace"'
_LOCK = Lock()
_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


def record(
    file: str | os.PathLike[str],
    /,
    timestamp: datetime | int | str,
    symbol: str,
    decision: object,
    **values: object,
) -> None:
    """Append one bar's decision, with everything that it was taken from, to a log (JSON Lines).

    `timestamp`: the bar's open, with its zone, or an epoch number, as `tables.instants` reads it. `decision`: emit or
    reject, long, short, flat, 1, -1, 0, or None for undecided. `features` (a mapping or labelled row) become
    `indicator.<name>`; `bar` or open, high, low, close, volume become `bar.<name>`; what sizing and caps read (atr,
    price, risk_fraction, trades_today, …) goes to `risk_inputs.` and `account.`; anything else keeps its name. NaN
    stays NaN, None is missing. Text under a name like api_key or password is withheld.
    Raises TraceError for a naive time or what has no plain form, OutputError when the file cannot be written.
    """
    row: dict[str, Any] = {
        "timestamp": _moment(timestamp),
        "symbol": _symbol(symbol),
        "decision": plain(decision, "decision"),
    }
    for name, value in values.items():
        for column, item in _columns(name, value).items():
            if column in row or column.rpartition(".")[2] in _RESERVED[3:]:
                raise _refused(
                    f"{column} is given twice or is a reserved name", "Give it another name, once."
                )
            row[column] = item
    with _LOCK:
        _append(Path(file), orjson.dumps(row, option=_OPTIONS))


def _columns(name: str, value: object) -> dict[str, Any]:
    if name in _FEATURES:
        members = members_of(value)
        named = members if members is not None else _numbered(value, name)
        return {column: item for key, member in named.items() for column, item in _feature(key, member)}
    if name == "bar" and members_of(value) is None:
        value = dict(zip(Bar._fields, _listed(value, name), strict=False))
    return flat(value, _GROUPS.get(name, name))


def _feature(key: object, value: object) -> list[tuple[str, Any]]:
    return list(flat(value, f"{_INDICATOR}{key}").items())


def _numbered(value: object, name: str) -> Mapping[Any, object]:
    return dict(enumerate(_listed(value, name)))


def _listed(value: object, name: str) -> list[Any]:
    listed = [] if value is None else plain(value, name)
    if not isinstance(listed, list):
        raise _refused(f"{name} is {value!r}"[:80], f"Pass {name} as a mapping: {name}={{'rsi_14': 0.61}}.")
    return listed


def _symbol(symbol: object) -> str:
    text = plain(symbol, "symbol")
    if not isinstance(text, str) or not text.strip():
        raise _refused(f"the symbol is {symbol!r}"[:80], "Pass the instrument's name.")
    return text


def _moment(timestamp: object) -> datetime:
    found = instant_of(timestamp)
    if not isinstance(found, Flaw):
        return moment_of(found)
    remedy = "Give it its zone, as in datetime.now(UTC)." if found is Flaw.NAIVE else _AS_TIME
    raise _refused(f"the timestamp {timestamp!r}"[:80] + f" {found}", remedy)


def _append(path: Path, line: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
        try:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                _mend(handle, path)
            _write(handle, line)
        finally:
            os.close(handle)
    except OSError as error:
        raise unwritable(path, error) from error


def _write(handle: int, line: bytes) -> None:
    facts = os.fstat(handle)
    try:
        left = memoryview(line)
        while left:
            left = left[os.write(handle, left) :]
    except OSError:
        if stat.S_ISREG(facts.st_mode):
            os.ftruncate(handle, facts.st_size)
        raise


def _mend(handle: int, path: Path) -> None:
    size = os.fstat(handle).st_size
    if size == 0:
        return
    os.lseek(handle, 0, os.SEEK_SET)
    start = os.read(handle, len(_TRACE_START))
    if not start.startswith(b"{") or start == _TRACE_START:
        raise TraceError(
            "is no log of hyprl.trace.record", where=str(path), remedy="Record into another file."
        )
    os.lseek(handle, -1, os.SEEK_END)
    if os.read(handle, 1) != b"\n":
        _cut_torn_line(handle, size)


def _cut_torn_line(handle: int, size: int) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    data = bytearray()
    while block := os.read(handle, 1 << 20):
        data += block
    whole = data.rfind(b"\n") + 1
    try:
        orjson.loads(data[whole:])
    except orjson.JSONDecodeError:
        os.ftruncate(handle, whole)
    else:
        os.write(handle, b"\n")


_AS_TIME = "Pass a datetime with a zone, ISO 8601 text with an offset, or epoch seconds, ms, µs or ns."


def _refused(fact: str, remedy: str) -> TraceError:
    return TraceError(fact, where="hyprl.trace.record", remedy=remedy)
