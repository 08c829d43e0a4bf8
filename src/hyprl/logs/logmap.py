"""Log maps: a small TOML table that says how somebody's log spells what HyprL compares.

A map is plain data. `base` starts from a ready map; every key is checked, and an unknown one fails by name.
docs/check-my-own-bot.md has the table of keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hyprl.errors import ConfigError

XNYS, CONTINUOUS = "XNYS", "continuous"
READY = (
    "backtesting.py",
    "freqtrade",
    "freqtrade-signals",
    "nautilus_trader",
    "vectorbt",
    "vectorbt-signals",
)
_UNITS_US = {"s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_BAR = re.compile(r"([1-9]\d{0,3})\s*(s|m|min|h|d)", re.IGNORECASE)
_MOST_BASES = 8
_GIVEN = "the map"

Text = Annotated[str, Field(min_length=1)]
DecisionWord = Literal["emit", "reject", "long", "short", "undecided"]
DirectionWord = Literal["long", "short", "none"]


class LogMap(BaseModel):
    """How one log is read. Every default means: as docs/parity.md says, without a map.

    `columns` goes from our name to the log's; `symbol` and `decision` are constants that replace a column.
    `rows = "events"`: the log has rows only for what was traded. `fill_delay_bars`: how many bars after its
    decision an event is stamped.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    note: str = ""
    rows: Literal["bars", "events"] = "bars"
    absent: Literal["reject", "unknown"] = "unknown"
    path: Text | None = None
    member: Text | None = None
    columns: dict[Text, Text] = {}
    others: Literal["keep", "drop"] = "keep"
    drop: Annotated[tuple[str, ...], Field(strict=False)] = ()
    symbol: Text | None = None
    symbols: dict[Text, Text] = {}
    decision: DecisionWord | None = None
    decision_words: dict[str, DecisionWord] = {}
    direction_words: dict[str, DirectionWord] = {}
    decision_sign: bool = False
    signed_size: bool = False
    decimal: Literal[".", ","] = "."
    timezone: Text | None = None
    timestamp_format: Text | None = None
    stamp: Literal["open", "close"] = "open"
    snap: bool = False
    bar: Text | None = None
    calendar: Literal["XNYS", "continuous"] | None = None
    fill_delay_bars: Annotated[int, Field(ge=0, le=1000)] = 0

    @field_validator("bar")
    @classmethod
    def _known_length(cls, value: str | None) -> str | None:
        if value is not None and _BAR.fullmatch(value.strip()) is None:
            raise ValueError("must be a length such as 30s, 5m, 1h or 1d")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (KeyError, ValueError, OSError):
                raise ValueError("must be an IANA zone such as America/New_York") from None
        return value

    @property
    def bar_us(self) -> int | None:
        """The bar length in microseconds, None when the map does not say it."""
        match = None if self.bar is None else _BAR.fullmatch(self.bar.strip())
        return None if match is None else int(match[1]) * _UNITS_US[match[2][0].lower()]


MapSource = str | PathLike[str] | Mapping[str, Any] | LogMap | None


def load_log_map(source: MapSource, settings: Sequence[str] = ()) -> LogMap:
    """Return the map of that name, file or table, None: the plain one; `settings` are KEY=VALUE, overriding its keys.

    Raises ConfigError naming the file and the key: unreadable, not TOML, unknown key, impossible value.
    """
    if isinstance(source, LogMap):
        source = source.model_dump(exclude_unset=True)
    tables: dict[str, Any] = {} if source is None else _tables(source)
    if settings:
        tables = _merged(tables, _settings(settings))
    where = "--set" if source is None else _GIVEN if isinstance(source, Mapping) else str(source)
    return _validated(tables, where)


def _tables(source: str | PathLike[str] | Mapping[str, Any]) -> dict[str, Any]:
    chain: list[dict[str, Any]] = []
    folder = Path()  # a base is looked for beside the map that names it
    while len(chain) < _MOST_BASES:
        if isinstance(source, Mapping):
            path, tables = Path(_GIVEN), {str(key): value for key, value in source.items()}
        else:
            path = Path(source) if source in READY else folder / _expanded(source)
            tables = _parse(_ready_text(str(source)) if source in READY else _read(path), str(path))
        chain.append(tables)
        base = tables.pop("base", None)
        if base is None:
            merged: dict[str, Any] = {}
            for part in reversed(chain):
                merged = _merged(merged, part)
            return merged
        if not isinstance(base, str):
            raise _refused(str(path), f"`base` must be the name of a map (got {base!r})")
        source, folder = base, path.parent
    raise _refused(str(path), f"`base` leads through more than {_MOST_BASES} maps (to itself?)")


def _expanded(source: str | PathLike[str]) -> Path:
    try:
        return Path(source).expanduser()
    except RuntimeError:  # ~somebody who has no home here
        return Path(source)


def _ready_text(name: str) -> str:
    return files("hyprl.logs").joinpath("maps", f"{name}.toml").read_text("utf-8")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        hint = get_close_matches(str(path), READY, n=1)
        guess = f" Did you mean {hint[0]}?" if hint else ""
        raise ConfigError(
            f"is no map: it cannot be read ({reason})",
            where=str(path),
            remedy=f"Name a TOML file or a ready map: {', '.join(READY)}.{guess}",
        ) from error


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(where, f"is not TOML: {error}") from error


def _settings(settings: Sequence[str]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for item in settings:
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise ConfigError(
                f"{item!r} is no KEY=VALUE", where="--set", remedy="Write for example --set bar=1h."
            )
        *outer, last = key.strip().split(".", 1)
        place = tables.setdefault(outer[0], {}) if outer else tables
        place[last] = _value(value.strip())
    return tables


def _value(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"\d{1,6}", text) else text


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _validated(tables: dict[str, Any], where: str) -> LogMap:
    try:
        found = LogMap.model_validate(tables)
    except ValidationError as error:
        raise _refused(where, "; ".join(_problem(item) for item in error.errors())) from None
    if found.calendar == XNYS and found.bar_us not in (None, _UNITS_US["h"]):
        raise _refused(where, f"`bar` = {found.bar!r} contradicts `calendar` = XNYS, whose bars are hourly")
    if found.calendar == CONTINUOUS and found.bar_us is None:
        raise _refused(where, '`calendar` = continuous needs `bar`, as in bar = "1h"')
    return found


def _problem(item: Any) -> str:
    path = ".".join(str(part) for part in item["loc"] if part != "[key]") or "the map"
    if item["type"] == "extra_forbidden":
        near = get_close_matches(path, LogMap.model_fields, n=1)
        return f"unknown key `{path}`" + (f", did you mean `{near[0]}`?" if near else "")
    given = "" if isinstance(item["input"], dict) else f" (got {repr(item['input'])[:40]})"
    return f"`{path}`: {item['msg'].removeprefix('Value error, ')}{given}"


def _refused(where: str, fact: str) -> ConfigError:
    return ConfigError(
        fact, where=where, remedy="docs/check-my-own-bot.md lists the keys of a map and their values."
    )
