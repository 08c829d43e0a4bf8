"""Shows what a divergence was shrunk to, or why there was nothing to shrink: lines for people, JSON for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hyprl.causes.shrink import Aim, Shrunk
from hyprl.domain.instants import iso_utc
from hyprl.domain.json_words import number_or_word
from hyprl.redecide.decided_again import Decided

_MOST_SHOWN = 12


_UNKNOWN_STEP = "other"


@dataclass(frozen=True, slots=True)
class Config:
    """The smallest difference of configuration and inputs: name to (left, right); None: a side does not state it.

    `decided` is set where the difference was found by deciding a bar again; otherwise `note` says why not, and the
    values are all of the headers' that differ, or `values` is None where there are no headers.
    """

    values: Mapping[str, tuple[float | None, float | None]] | None
    decided: Decided | None
    note: str

    @property
    def found_by(self) -> str | None:
        """How the values were found, None where there are none to find."""
        if self.decided is not None:
            return "deciding the bar again"
        return None if self.values is None else "comparing the headers"


@dataclass(frozen=True, slots=True)
class Fixture:
    """A written fixture."""

    shrunk: Shrunk
    config: Config
    files: tuple[Path, ...]

    def as_json_dict(self) -> dict[str, Any]:
        """Return what was kept, of how much, and which configuration parts the sides."""
        aim = self.shrunk.aim
        return {
            "outcome": "shrunk",
            "aim": {"stage": step_name(aim), "column": aim.column, "decision_differs": aim.decides},
            "bars": {
                "before": self.shrunk.bars_before,
                "kept": self.shrunk.bars,
                "opens": opens_of(self.shrunk),
            },
            "columns": {"before": self.shrunk.columns_before, "kept": list(self.shrunk.columns)},
            "config": {
                "found_by": self.config.found_by,
                "differs": {
                    name: [json_number(side) for side in pair]
                    for name, pair in (self.config.values or {}).items()
                },
                "note": self.config.note,
            },
            "files": [str(path) for path in self.files],
        }


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing was shrunk: both logs are empty, or no value that both hold differs.

    `not_comparable` are the fields that one log lacks or holds with another type.
    """

    is_empty: bool
    not_comparable: tuple[str, ...] = ()

    def as_json_dict(self) -> dict[str, Any]:
        """Return the outcome."""
        return {"outcome": "not_assessed" if self.is_empty else "nothing_to_shrink"}


def shrunk_lines(found: Fixture | Nothing) -> Iterator[str]:
    """Yield what was kept, of how much, and what was written; or why nothing was."""
    if isinstance(found, Nothing):
        yield from _nothing_lines(found)
        return
    shrunk, aim = found.shrunk, found.shrunk.aim
    yield f"parts at  stage {step_name(aim)}, column {aim.column}{', with another decision' if aim.decides else ''}"
    yield f"bars      {shrunk.bars:,} of {shrunk.bars_before:,}: {_listed(opens_of(shrunk))}"
    yield f"columns   {len(shrunk.columns):,} of {shrunk.columns_before:,}: {_listed(shrunk.columns)}"
    yield f"config    {_config_sentence(found.config)}"
    for path in found.files:
        yield f"wrote     {path}"
    yield f"The test fails until both sides agree: pytest {found.files[0].parent}"


def opens_of(shrunk: Shrunk) -> list[str]:
    """Return the opens of the kept bars, ISO 8601."""
    stamps = pl.concat([shrunk.left["timestamp"], shrunk.right["timestamp"]]).unique().sort()
    return [iso_utc(int(stamp)) for stamp in stamps.dt.epoch("us")]


def step_name(aim: Aim) -> str:
    """Return the step at which the logs part as the fixture names it."""
    return _UNKNOWN_STEP if aim.step is None else str(aim.step)


def json_number(value: float | None) -> float | str | None:
    """Return a value as JSON has it: a word for NaN and the infinities."""
    return None if value is None else number_or_word(value)


def _config_sentence(config: Config) -> str:
    if config.values is None:
        return f"not compared: {config.note}"
    differs = _listed([f"{name} {left} | {right}" for name, (left, right) in config.values.items()])
    if config.decided is not None:
        return f"decided again, these inputs part the sides: {differs}"
    found = f"the headers differ in {differs}" if config.values else "no constant of the headers differs"
    return f"{found} (not decided again: {config.note})"


def _nothing_lines(nothing: Nothing) -> Iterator[str]:
    if nothing.is_empty:
        yield "Not assessed: both logs are empty."
        return
    yield "Nothing to shrink: both logs have the same bars, and no value that both hold differs."
    if nothing.not_comparable:
        yield f"Not compared, for one log lacks them or holds another type: {_listed(nothing.not_comparable)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return ", ".join(names[:_MOST_SHOWN]) + more
