"""Read and write a baseline as TOML that people can read and review."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from hyprl.errors import ConfigError
from hyprl.files import atomic_write_text
from hyprl.parity.baseline import Baseline, is_acceptable_metric
from hyprl.parity.rules import STAGES

SCHEMA = 1
_KEYS = {"schema": int, "stage": str, "symbols": list, "bars": int, "accepted": dict}
_HEAD = """\
# HyprL parity baseline: the worst values that are accepted for now. Commit this file.
# `hyprl … --baseline FILE` keeps a broken gate that is no worse than the value here;
# `--update-baseline` lowers a value when the gap has shrunk and never raises or adds one.
"""
_REMEDY = "Restore the file from version control, or remove it and make it again with --update-baseline."


def read_baseline(path: Path) -> Baseline:
    """Read and check a baseline. Raises ConfigError naming the file and the key."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            "there is no such baseline", where=str(path), remedy="Make it once with --update-baseline."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror or error})", where=str(path), remedy=_REMEDY
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"is no TOML ({error})", where=str(path), remedy=_REMEDY) from error
    _require_keys(document, path)
    _require_values(document, path)
    accepted = {name: _accepted(name, value, path) for name, value in document["accepted"].items()}
    return Baseline(document["stage"], tuple(document["symbols"]), document["bars"], accepted)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the baseline atomically. Raises OutputError."""
    atomic_write_text(path, baseline_text(baseline))


def baseline_text(baseline: Baseline) -> str:
    """Return the file's text; floats read back to the same bits."""
    symbols = ", ".join(_quoted(symbol) for symbol in baseline.symbols)
    lines = [
        f"schema = {SCHEMA}",
        f"stage = {_quoted(baseline.stage)}",
        f"symbols = [{symbols}]",
        f"bars = {baseline.bars}",
        "",
        "[accepted]",
        *(f"{_quoted(name)} = {float(value)!r}" for name, value in sorted(baseline.accepted.items())),
    ]
    return _HEAD + "\n".join(lines) + "\n"


def _require_keys(document: Mapping[str, Any], path: Path) -> None:
    odd = sorted(set(document) ^ set(_KEYS))
    if odd:
        _refuse(path, f"unknown or missing key: {', '.join(odd)}")
    for key, kind in _KEYS.items():
        if type(document[key]) is not kind:
            _refuse(path, f"{key} is no {kind.__name__}")


def _require_values(document: Mapping[str, Any], path: Path) -> None:
    if document["schema"] != SCHEMA:
        _refuse(path, f"schema {document['schema']} is unknown to this version")
    if document["stage"] not in STAGES:
        _refuse(path, f"there is no stage {document['stage']!r}")
    if document["bars"] < 1:
        _refuse(path, "bars is below 1")
    if not all(isinstance(symbol, str) for symbol in document["symbols"]):
        _refuse(path, "symbols are not all text")


def _accepted(name: str, value: object, path: Path) -> float:
    if not is_acceptable_metric(name):
        _refuse(path, f"{name} is nothing that a baseline may accept")
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(path, f"{name} is no number")
    number = float(value)
    if not isfinite(number) or number < 0.0:
        _refuse(path, f"{name} is {value}, not a finite number of 0 or more")
    return number


def _refuse(path: Path, what: str) -> NoReturn:
    raise ConfigError(what, where=str(path), remedy=_REMEDY)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x20 or ord(c) == 0x7F else c for c in escaped) + '"'
