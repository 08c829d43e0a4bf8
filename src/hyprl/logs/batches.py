"""A log's raw columns in batches, wherever they lie; a frame in memory is the case of one batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl


class LogBatches(Protocol):
    """Rows of one log in their order, as often as they are asked for."""

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The raw columns and their types."""

    @property
    def rows(self) -> int:
        """How many rows all batches have."""

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows of these columns."""


@dataclass(frozen=True, slots=True)
class OneBatch:
    """A log that is in memory as one frame."""

    frame: pl.DataFrame

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The raw columns and their types."""
        return self.frame.schema

    @property
    def rows(self) -> int:
        """How many rows the frame has."""
        return self.frame.height

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the frame's columns, all rows at once."""
        yield self.frame.select(columns)
